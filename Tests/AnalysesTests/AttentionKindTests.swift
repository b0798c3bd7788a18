import Analyses
import Engine
import Foundation
import Results
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Kinds of attention")
struct AttentionKindTests {
  private func documents(_ lengths: [Int], vocabulary: Int, seed: UInt64, opening: Bool) -> [TokenizedDocument] {
    var generator = SeededGenerator(seed: seed)
    return lengths.enumerated().map { index, length in
      let ids = (0..<length).map { _ in Int32(4 + generator.index(below: vocabulary - 4)) }
      var kinds = ids.map { $0 % 5 == 0 ? TokenKind.punctuation : .ordinary }
      if opening { kinds[0] = .opening }
      return TokenizedDocument(
        id: "doc-\(index)", ids: ids, typeIDs: ids.map { _ in 0 }, tokens: ids.map { "t\($0)" }, kinds: kinds,
        labels: ids.map { _ in nil }, isTruncated: false)
    }
  }

  @Test("Encoder, decoder and cross-attention are kept apart", arguments: ["bart", "t5", "marian"])
  func encoderDecoder(name: String) throws {
    let model = try Model(directory: Fixtures.url("models/\(name)")), d = model.description
    let sources = documents([20, 7, 12], vocabulary: d.vocabulary, seed: 1, opening: false)
    let targets = documents([5, 18, 9], vocabulary: d.vocabulary, seed: 2, opening: true)
    var analysis = Accumulator(AttentionAnalysis(AnalysisContext(model: model, seed: 0, label: nil)))
    var input = ModelInput(rows: sources.map(\.ids), pad: 1)
    let read = ModelInput(rows: targets.map(\.ids), pad: 1)
    input.target = ModelInput.Target(length: read.length, ids: read.ids, mask: read.mask)
    let watchers = analysis.needs.watchers.map { $0(sources, targets) }, see = SiteObserver(watchers)
    var request = TraceRequest(sites: analysis.needs.sites)
    request.observer = see
    let trace = try model.run(input, request)
    try analysis.observe(
      Observation(stream: .corpus, documents: sources, targets: targets, trace: trace, watchers: watchers))
    let result = try analysis.result()

    let encoder = try #require(d.encoder)
    let layer = encoder.layers - 1, head = 1
    let kinds: [(Component.Stack, Site, [TokenizedDocument], [TokenizedDocument])] = [
      (.encoder, Site(.pattern, layer: layer, stack: .encoder), sources, sources),
      (.decoder, Site(.pattern, layer: layer, stack: .decoder), targets, targets),
      (.cross, Site(.crossPattern, layer: layer, stack: .decoder), targets, sources),
    ]
    let whole = try model.run(input, TraceRequest(sites: Set(kinds.map(\.1))))
    for (stack, site, queries, keys) in kinds {
      let pattern = try #require(whole[site]), component = Component(.head(layer: layer, head: head), stack: stack)
      var (rows, entropy, punctuation, distance) = (0.0, 0.0, 0.0, 0.0)
      for b in queries.indices {
        for q in queries[b].ids.indices where stack != .decoder || q > 0 {
          let base = pattern.pointer + ((b * pattern.shape[1] + head) * pattern.shape[2] + q) * pattern.shape[3]
          let count = stack == .decoder ? q + 1 : keys[b].ids.count
          let row = AttentionRow((0..<count).map { Double(base[$0]) }, query: q)
          rows += 1
          entropy += row.entropy
          distance += row.distance
          punctuation += row.row.indices.reduce(0) { keys[b].kinds[$1] == .punctuation ? $0 + row.row[$1] : $0 }
        }
      }
      func value(_ metric: Metric) -> Quantity? { result[metric]?[component] }
      #expect(agree(try #require(value(AttentionMetrics.entropy)?.value), entropy / rows, 1e-5), "\(component.id)")
      #expect(value(AttentionMetrics.entropy)?.n == Int(rows))
      #expect(
        agree(try #require(value(AttentionMetrics.punctuationShare)?.value), punctuation / rows, 1e-5),
        "\(component.id)")
      let found = value(AttentionMetrics.distance)
      if stack == .cross {
        #expect(found?.state == .notApplicable)
        for metric in [
          AttentionMetrics.diagonalScore, AttentionMetrics.previousShare, AttentionMetrics.fixedOffsetShare,
          AttentionMetrics.hierarchicalScore, AttentionMetrics.inductionScore, AttentionMetrics.copyingScore,
        ] { #expect(value(metric)?.state == .notApplicable, "\(metric.id)") }
      } else {
        #expect(agree(try #require(found?.value), distance / rows, 1e-5), "\(component.id)")
      }
      #expect(result.texts[stack.key("class")]?.count == encoder.layers * encoder.heads)
      let effective = result[AttentionMetrics.effectiveHeadsByOutput]?[Component(.layer(layer), stack: stack)]
      #expect((1...Double(encoder.heads)).contains(try #require(effective?.value)))
    }
    #expect(result[AttentionMetrics.effectiveHeadsByOutput]?.rows.count == encoder.layers + 2 * d.layers)
    let counts = result.notes.filter { $0.text.contains("count towards the rules") }
    #expect(counts.map(\.stack) == [.encoder, .decoder, .cross])
    let id = try #require(result.texts["cross/samples"]?.first)
    let index = try #require(sources.firstIndex { $0.id == id })
    #expect(result.texts["cross/sample.\(id).queries"] == targets[index].tokens)
    #expect(result.texts["cross/sample.\(id).tokens"] == sources[index].tokens)
    let map = try #require(result.arrays["cross/sample.\(id).pattern"])
    #expect(Array(map.shape.suffix(2)) == [targets[index].ids.count, sources[index].ids.count])
    #expect(abs(map.values.prefix(sources[index].ids.count).reduce(0) { $0 + Double($1) } - 1) < 1e-5)
  }

  /// Means over heads and images of what PyTorch's attention gives, by a program of its own in double.
  private static let digits: [(Metric, [Double])] = [
    (AttentionMetrics.distance, [1.87956, 2.020404, 1.984183, 1.975284]),
    (AttentionMetrics.longRangeShare, [0.450475, 0.483144, 0.472807, 0.470159]),
    (AttentionMetrics.localShare, [0.993848, 0.980297, 0.985369, 0.986684]),
    (AttentionMetrics.diagonalScore, [0.260802, 0.247027, 0.235428, 0.233129]),
    (AttentionMetrics.hierarchicalScore, [0.036419, 0.028529, 0.053312, 0.047577]),
    (AttentionMetrics.selfShare, [0.066456, 0.049489, 0.053274, 0.046181]),
    (AttentionMetrics.entropy, [1.462858, 2.134993, 2.195567, 2.232424]),
    (AttentionMetrics.firstShare, [0.01351, 0.085812, 0.038771, 0.078974]),
  ]

  @Test(
    "Distances of images are those of patches in the grid", .enabled(if: Fixtures.shared("models/vit-digits") != nil))
  func images() throws {
    let file = try ReferenceCase(file: try #require(Fixtures.shared("reference/real/vit-digits/reference.safetensors")))
    let model = try Model(directory: try #require(Fixtures.shared("models/vit-digits"))), d = model.description
    let pixels = try file.tensor("input.pixel_values"), image = try #require(d.image)
    let images = (0..<pixels.shape[0]).map {
      TokenizedDocument(
        id: "image-\($0)", ids: [Int32](repeating: 0, count: image.positions),
        typeIDs: [Int32](repeating: 0, count: image.positions), tokens: (0..<image.positions).map { "p\($0)" },
        kinds: [.opening] + [TokenKind](repeating: .ordinary, count: image.patches),
        labels: [String?](repeating: nil, count: image.positions), isTruncated: false)
    }
    var analysis = Accumulator(AttentionAnalysis(AnalysisContext(model: model, seed: 0, label: nil)))
    #expect(analysis.needs.repeatedTokenSites.isEmpty)
    let watchers = analysis.needs.watchers.map { $0(images, []) }, see = SiteObserver(watchers)
    var request = TraceRequest(sites: analysis.needs.sites)
    request.observer = see
    let trace = try model.run(ModelInput(pixels: pixels, for: image), request)
    try analysis.observe(Observation(stream: .corpus, documents: images, trace: trace, watchers: watchers))
    let result = try analysis.result()
    for (metric, layers) in Self.digits {
      for (layer, expected) in layers.enumerated() {
        let heads = try (0..<d.heads).map { try #require(result[metric]?[.head(layer, $0)]?.value) }
        let mean = heads.reduce(0, +) / Double(d.heads)
        #expect(abs(mean - expected) < 2e-6 * max(1, expected), "\(metric.id) of layer \(layer): \(mean)")
      }
    }
    let ratio = try #require(result[AttentionMetrics.distanceRatio]?[.head(0, 3)]?.value)
    #expect(agree(ratio, 1.76404541 / 2.0080149693800875, 1e-6))
    for metric in [
      AttentionMetrics.previousShare, AttentionMetrics.nextShare, AttentionMetrics.fixedOffsetShare,
      AttentionMetrics.inductionScore, AttentionMetrics.copyingScore,
    ] { #expect(result[metric]?[.head(0, 0)]?.state == .notApplicable, "\(metric.id)") }
  }

  @Test("A long document's pooled map holds the whole of its attention")
  func pooled() throws {
    // Rotary positions go on for ever.
    let short = try Model(directory: Fixtures.url("models/mistral")), length = 300
    var d = short.description
    d.stack.maximumPositions = length
    let model = Model(description: d, parameters: short.parameters, network: short.network)
    let document = documents([length], vocabulary: d.vocabulary, seed: 3, opening: false)
    var analysis = Accumulator(AttentionAnalysis(AnalysisContext(model: model, seed: 0, label: nil)))
    let watchers = analysis.needs.watchers.map { $0(document, []) }, see = SiteObserver(watchers)
    var request = TraceRequest(sites: analysis.needs.sites)
    request.observer = see
    let input = ModelInput(rows: document.map(\.ids), pad: 1)
    let trace = try model.run(input, request)
    try analysis.observe(Observation(stream: .corpus, documents: document, trace: trace, watchers: watchers))
    let result = try analysis.result()
    let facts = try #require(result.texts["pooled"])
    #expect(facts == ["doc-0", "\(length)", "3"])
    let mean = try #require(result.arrays["sample.doc-0.pooledMean"])
    let maximum = try #require(result.arrays["sample.doc-0.pooledMax"])
    let pattern = try #require(try model.run(input, TraceRequest(sites: [.pattern(layer: 1)]))[.pattern(layer: 1)])
    let blocks = mean.shape[2], head = 2
    #expect(blocks == 100)
    for (query, key) in [(0, 0), (5, 5), (40, 39), (99, 98), (99, 0), (3, 7)] {
      var (sum, largest, pairs) = (0.0, Float(0), 0.0)
      for q in 3 * query..<3 * query + 3 {
        for k in 3 * key..<3 * key + 3 where k <= q {
          let weight = pattern.pointer[(head * length + q) * length + k]
          sum += Double(weight)
          largest = max(largest, weight)
          pairs += 1
        }
      }
      let at = ((d.heads + head) * blocks + query) * blocks + key
      #expect(abs(Double(mean.values[at]) - (pairs > 0 ? sum / pairs : 0)) < 1e-6, "block \(query), \(key)")
      #expect(abs(maximum.values[at] - largest) < 1e-6)
    }
  }
}
