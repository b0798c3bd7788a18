import Analyses
import Engine
import Foundation
import Results
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Attention")
struct AttentionAnalysisTests {
  /// Every pattern `[B, H, T, T]` of a batch replaced by `weight(document, head, query, key)`.
  private func accumulated(
    _ corpus: SmallCorpus, _ documents: [TokenizedDocument], length: Int? = nil,
    weight: (Int, Int, Int, Int) -> Float
  ) throws -> Accumulator<AttentionAnalysis> {
    var analysis = Accumulator(AttentionAnalysis(corpus.context))
    let d = corpus.model.description
    let t = length ?? documents.map(\.ids.count).max() ?? 0
    let watchers = analysis.needs.watchers.map { $0(documents, []) }, see = SiteObserver(watchers)
    for layer in 0..<d.layers {
      let pattern = Tensor(repeating: 0, shape: [documents.count, d.heads, t, t])
      for b in documents.indices {
        for h in 0..<d.heads {
          for q in 0..<t {
            for k in 0..<t { pattern.pointer[((b * d.heads + h) * t + q) * t + k] = weight(b, h, q, k) }
          }
        }
      }
      pattern.forEachHeadsRows { see?.rows(AttentionBand(site: .pattern(layer: layer), rows: $0)) }
    }
    try analysis.observe(Observation(stream: .corpus, documents: documents, trace: Trace(), watchers: watchers))
    return analysis
  }

  @Test("The kernel's row means are those of the definitions", arguments: ["gpt2", "bert_mlm", "mistral", "gpt_neo"])
  func kernel(_ name: String) throws {
    let corpus = try SmallCorpus(name)
    let analysis = AttentionAnalysis(corpus.context)
    var needs = analysis.needs
    needs.sites.insert(.pattern(layer: 1))
    let observation = try corpus.observation(Array(corpus.documents.prefix(8)), needs)
    let result = try corpus.accumulated(AttentionAnalysis.self, batches: [Array(corpus.documents.prefix(8))]).result()
    let causal = corpus.model.description.isCausal
    let heads = corpus.model.description.heads
    let (layer, head) = (1, 2)
    let window = corpus.model.description.windows[layer]
    let pattern = try #require(observation.trace[.pattern(layer: layer)])
    let stride = pattern.shape[3]
    var sums: [Metric: Double] = [:]
    var (rows, uniformDistance) = (0.0, 0.0)
    for (b, document) in observation.documents.enumerated() {
      let length = document.ids.count
      for q in 0..<length where !causal || q > 0 {
        let base = pattern.pointer + ((b * heads + head) * stride + q) * stride
        let first = causal ? max(0, q + 1 - (window ?? length)) : 0
        let row = AttentionRow((first..<(causal ? q + 1 : length)).map { Double(base[$0]) }, query: q - first)
        rows += 1
        uniformDistance += row.uniformDistance
        func add(_ metric: Metric, _ value: Double) { sums[metric, default: 0] += value }
        func mass(_ kind: TokenKind) -> Double {
          row.row.indices.reduce(0) { document.kinds[first + $1] == kind ? $0 + row.row[$1] : $0 }
        }
        add(AttentionMetrics.entropy, row.entropy)
        add(AttentionMetrics.normalisedEntropy, row.normalisedEntropy)
        add(AttentionMetrics.effectiveTokens, row.effectiveTokens)
        add(AttentionMetrics.maxWeight, row.maximum)
        add(AttentionMetrics.distance, row.distance)
        add(AttentionMetrics.localShare, row.mass(within: 0...4))
        add(AttentionMetrics.longRangeShare, row.longRangeShare(length: length))
        add(AttentionMetrics.selfShare, row.row[row.query])
        add(AttentionMetrics.previousShare, row.query > 0 ? row.row[row.query - 1] : 0)
        add(AttentionMetrics.nextShare, row.query + 1 < row.row.count ? row.row[row.query + 1] : 0)
        add(AttentionMetrics.firstShare, Double(base[0]))
        add(AttentionMetrics.openingShare, mass(.opening))
        add(AttentionMetrics.closingShare, mass(.closing))
        add(AttentionMetrics.punctuationShare, mass(.punctuation))
        add(AttentionMetrics.diagonalScore, row.mass(within: 0...1))
        add(AttentionMetrics.uniformScore, row.uniformScore)
        add(AttentionMetrics.hierarchicalScore, row.hierarchicalScore)
        add(AttentionMetrics.padShare, 0)
      }
    }
    for (metric, sum) in sums {
      let quantity = try #require(result[metric]?[.head(layer, head)])
      guard let value = quantity.value else {
        let absent: Set = [AttentionMetrics.nextShare, AttentionMetrics.openingShare, AttentionMetrics.closingShare]
        #expect(causal && absent.contains(metric) && quantity.state == .notApplicable, "\(metric.id)")
        continue
      }
      #expect(abs(value - sum / rows) < 2e-6 * max(1, sum / rows), "\(metric.id): \(value) and \(sum / rows)")
      #expect(quantity.n == Int(rows))
      #expect(quantity.interval?.contains(value) ?? false || value == 0, "\(metric.id)")
    }
    let ratio = try #require(result[AttentionMetrics.distanceRatio]?[.head(layer, head)]?.value)
    #expect(agree(ratio, (sums[AttentionMetrics.distance] ?? 0) / uniformDistance, 1e-6))
  }

  @Test("Heads of known patterns get their class and scores")
  func classes() throws {
    let corpus = try SmallCorpus("bert_mlm", documents: 4, longest: 40)
    let documents = corpus.documents.filter { $0.ids.count >= 16 }
    let heads = corpus.model.description.heads
    let lengths = documents.map(\.ids.count)
    let analysis = try accumulated(corpus, documents) { b, h, q, k in
      let t = lengths[b]
      guard q < t, k < t else { return 0 }
      switch h {
      case 0: return k == max(0, q - 1) ? 1 : 0
      case 1: return k == min(t - 1, q + 1) ? 1 : 0
      case 2: return 1 / Float(t)
      default: return k == 0 ? 1 : 0
      }
    }
    let result = try analysis.result()
    let classes = try #require(result.texts["class"])
    #expect(Array(classes.prefix(heads)) == ["previous token", "next token", "uniform", "sink"])
    func value(_ metric: Metric, _ head: Int) -> Double? { result[metric]?[.head(0, head)]?.value }
    #expect(try #require(value(AttentionMetrics.normalisedEntropy, 2)) > 0.9999)
    #expect(try #require(value(AttentionMetrics.keyMarginalEntropy16, 3)) < 1e-6)
    #expect(value(AttentionMetrics.keyMarginalOrdinary, 3) == 0)
    #expect(value(AttentionMetrics.specialAndFirstShare16, 3) == 1)
    #expect(agree(try #require(result[AttentionMetrics.sinkRate]?[.model]?.value), 0.25))
    #expect(result[AttentionMetrics.inductionScore]?[.head(0, 0)]?.state == .notApplicable)
    #expect(result[AttentionMetrics.longRangeShare64]?[.head(0, 0)]?.state == .notApplicable)
  }

  @Test("Thresholds decide in the order of the classes")
  func thresholds() {
    func named(_ scores: KeyValuePairs<Metric, Double>, _ thresholds: PatternClass.Thresholds = .init()) -> PatternClass
    {
      PatternClass(thresholds) { score in scores.first { $0.key == score }?.value }
    }
    typealias Score = AttentionMetrics
    #expect(named([Score.inductionScore: 0.41, Score.previousShare: 0.9]) == .induction)
    #expect(named([Score.previousShare: 0.4, Score.firstShare: 0.71]) == .sink)
    #expect(named([Score.separatorShare: 0.61, Score.diagonalScore: 0.9]) == .separator)
    #expect(named([Score.closingShare: 0.9]) == .other)
    #expect(named([Score.fixedOffsetShare: 0.71]) == .fixedOffset)
    #expect(named([Score.diagonalScore: 0.71, Score.uniformScore: 0.9]) == .diagonal)
    #expect(named([Score.uniformScore: 0.5, Score.hierarchicalScore: 0.61]) == .hierarchical)
    #expect(named([Score.inductionScore: .nan]) == .other)
    var strict = PatternClass.Thresholds()
    strict.uniform = 0.95
    #expect(named([Score.uniformScore: 0.9], strict) == .other)
  }

  @Test("Mass on padding is seen, and NaN is carried, of either sign", arguments: [Float.nan, -Float.nan])
  func faults(_ nan: Float) throws {
    let corpus = try SmallCorpus("bert_mlm", documents: 3)
    let documents = corpus.documents
    let lengths = documents.map(\.ids.count)
    let longest = (lengths.max() ?? 0) + 2
    let result = try accumulated(corpus, documents, length: longest) { b, h, q, k in
      if h == 1 && q == 1 && k == 1 { return nan }
      return k < lengths[b] ? 0.75 / Float(lengths[b]) : 0.25 / Float(longest - lengths[b])
    }.result()
    let pad = try #require(result[AttentionMetrics.padShare])
    #expect(abs(try #require(pad[.head(0, 0)]?.value) - 0.25) < 1e-6)
    // Over all keys that have any: what lies on padding is uncertainty too.
    let entropies = lengths.map { n in
      -0.75 * log(0.75 / Double(n)) - 0.25 * log(0.25 / Double(longest - n))
    }
    let mean = zip(entropies, lengths).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(lengths.reduce(0, +))
    #expect(abs(try #require(result[AttentionMetrics.entropy]?[.head(0, 0)]?.value) - mean) < 1e-6)
    for metric in [AttentionMetrics.entropy, AttentionMetrics.maxWeight, AttentionMetrics.uniformScore] {
      #expect(result[metric]?[.head(0, 1)]?.state == .nan, "\(metric.id)")
      #expect(result[metric]?[.head(0, 0)]?.state == .finite, "\(metric.id)")
    }
    // A head without numbers has no class.
    #expect(result.texts["class"]?[1] == "")
  }

  @Test("Samples are those of smallest hash among documents of moderate length")
  func samples() throws {
    let corpus = try SmallCorpus("gpt2", documents: 24, longest: 60)
    let result = try corpus.accumulated(AttentionAnalysis.self, batches: corpus.batches(of: 7)).result()
    let expected = corpus.documents.filter { (6...40).contains($0.ids.count) }.sorted { $0.hash < $1.hash }.prefix(3)
    #expect(result.texts["samples"] == expected.map(\.id))
    for document in expected {
      let pattern = try #require(result.arrays["sample.\(document.id).pattern"])
      let t = document.ids.count
      #expect(pattern.shape == [3, 4, t, t])
      #expect(result.texts["sample.\(document.id).tokens"] == document.tokens)
      #expect(abs(pattern.values.reduce(0) { $0 + Double($1) } - Double(12 * t)) < 1e-3)
    }
  }

  @Test("No document of two tokens: not applicable, with the reason")
  func nothing() throws {
    let corpus = try SmallCorpus("gpt2", documents: 1)
    #expect(try Accumulator(AttentionAnalysis(corpus.context)).result().notApplicable != nil)
  }

  @Test("Output norms by the Gram matrix are the norms of what the heads write")
  func outputNorms() throws {
    let corpus = try SmallCorpus("gpt2", documents: 2)
    let analysis = try corpus.accumulated(AttentionAnalysis.self, batches: [corpus.documents], labelled: false)
    let shares = try #require(try analysis.result()[AttentionMetrics.outputShare])
    var needs = analysis.needs
    needs.sites.insert(.z(layer: 2))
    let z = try #require(try corpus.observation(corpus.documents, needs).trace[.z(layer: 2)])
    let weights = corpus.model.headOutputWeights(layer: 2)
    let (heads, width, model) = (weights.shape[0], weights.shape[1], weights.shape[2])
    var norms = [Double](repeating: 0, count: heads)
    for (b, document) in corpus.documents.enumerated() {
      for t in document.ids.indices {
        for h in 0..<heads {
          var square = 0.0
          for c in 0..<model {
            var sum = 0.0
            for d in 0..<width {
              sum +=
                Double(z.pointer[((b * z.shape[1] + t) * heads + h) * width + d])
                * Double(weights.pointer[(h * width + d) * model + c])
            }
            square += sum * sum
          }
          norms[h] += square.squareRoot()
        }
      }
    }
    for h in 0..<heads {
      #expect(agree(try #require(shares[.head(2, h)]?.value), norms[h] / norms.reduce(0, +), 1e-6))
    }
  }

  @Test(
    "MiniLM: no separator head, a next-token head 1.8, and head 4.5 looks at [CLS] most, as the reference's rows do",
    .enabled(if: Fixtures.shared("models/minilm") != nil))
  func miniLM() throws {
    let reference = try ReferenceCase(
      file: try #require(Fixtures.shared("reference/real/minilm/reference.safetensors")))
    let model = try Model(directory: try #require(Fixtures.shared("models/minilm")))
    var analysis = Accumulator(AttentionAnalysis(AnalysisContext(model: model, seed: 0, label: nil)))
    let (ids, mask) = (try reference.values("input.input_ids"), try reference.values("input.attention_mask"))
    let documents = (0..<2).map { b in
      let row = (0..<22).filter { mask[b * 22 + $0] == 1 }.map { Int32(ids[b * 22 + $0]) }
      let kinds = row.map {
        $0 == 101 ? TokenKind.opening : $0 == 102 ? .closing : $0 == 1010 || $0 == 1012 ? .punctuation : .ordinary
      }
      return TokenizedDocument(
        id: "doc-\(b)", ids: row, typeIDs: row.map { _ in 0 }, tokens: row.map { "\($0)" }, kinds: kinds,
        labels: row.map { _ in nil }, isTruncated: false)
    }
    let watchers = analysis.needs.watchers.map { $0(documents, []) }, see = SiteObserver(watchers)
    for layer in 0..<6 {
      try reference.tensor("attention.\(layer)").forEachHeadsRows {
        see?.rows(AttentionBand(site: .pattern(layer: layer), rows: $0))
      }
    }
    try analysis.observe(Observation(stream: .corpus, documents: documents, trace: Trace(), watchers: watchers))
    let result = try analysis.result()
    let next = try #require(result[AttentionMetrics.nextShare])
    #expect(next.rows.max { $0.quantity.number < $1.quantity.number }?.component == .head(1, 8))
    #expect(result.texts["class"]?[1 * 12 + 8] == "next token")
    #expect(result.texts["class"]?.contains("separator") == false)
    // Independently: the mean over the rows of both sentences of the reference's attention to the first key.
    let pattern = try reference.values("attention.4")
    let firsts = (0..<2).flatMap { b in
      (0..<22).filter { mask[b * 22 + $0] == 1 }.map { Double(pattern[((b * 12 + 5) * 22 + $0) * 22]) }
    }
    let sink = try #require(
      result[AttentionMetrics.firstShare]?.rows.max { $0.quantity.number < $1.quantity.number })
    #expect(sink.component == .head(4, 5))
    #expect(agree(sink.quantity.number, firsts.reduce(0, +) / Double(firsts.count), 1e-6))
    #expect(result[AttentionMetrics.padShare]?.rows.allSatisfy { $0.quantity.value == 0 } == true)
  }
}
