import Foundation
package import Results
import Support

/// Results of a run that never was, from a seed: every analysis, with gaps, odd tokens and intervals.
package struct SampleResults {
  var layers: Int
  var heads: Int
  var length: Int
  var isCausal: Bool
  private var generator = SeededGenerator(seed: 7)

  init(layers: Int, heads: Int, length: Int, isCausal: Bool) {
    self.layers = layers
    self.heads = heads
    self.length = length
    self.isCausal = isCausal
  }

  package static func make(layers: Int, heads: Int, length: Int = 12, isCausal: Bool = false) -> RunResults {
    var sample = SampleResults(layers: layers, heads: heads, length: length, isCausal: isCausal)
    return RunResults(
      subject: Subject(
        name: "sample",
        model: .init(
          name: "sample-model", family: "bert", task: "encoder", layers: layers, heads: heads, width: 64, headWidth: 16,
          vocabulary: 1000, parameters: 1_234_567, isCausal: isCausal),
        corpus: .init(name: "sample corpus", documents: 40, tokens: 812, label: "upos", truncated: 0), seed: 11),
      analyses: [
        sample.attention(), sample.gradients(), sample.representations(), sample.similarity(), sample.projection(),
        sample.weights(), sample.repetition(),
      ])
  }

  /// What is measured of language models, and of mixtures of experts, beside what `make` has.
  package static func more(layers: Int) -> [AnalysisResult] {
    var sample = SampleResults(layers: layers, heads: 1, length: 1, isCausal: true)
    let experts = 8
    let losses = (1...96).map { position -> LossBin in
      let loss = Float(3 + 2.5 * exp(-Double(position) / 14) + 0.08 * sample.generator.normal())
      return LossBin(
        position: position,
        loss: Quantity(Double(loss), n: 400 - 3 * position, interval: Double(loss - 0.15)...Double(loss + 0.15)))
    }
    let loads = (0..<layers).flatMap { _ -> [Float] in
      let weights = (0..<experts).map { _ in 0.3 + sample.generator.uniform() }, sum = weights.reduce(0, +)
      return weights.map { Float($0 / sum) }
    }
    var context = AnalysisResult(
      id: InContextMetrics.analysis,
      tables: [MetricTable(InContextMetrics.score, [.init(.model, Quantity(-1.2, n: 40, interval: -1.4 ... -1))])])
    LossBin.write(losses, to: &context)
    var routing = AnalysisResult(
      id: RoutingMetrics.analysis,
      tables: [MetricTable(RoutingMetrics.entropy, (0..<layers).map { .init(.layer($0), sample.quantity()) })])
    routing[RoutingMetrics.load] = NumericArray(shape: [layers, experts], values: loads)
    return [context, routing, sample.probes()]
  }

  private mutating func probes() -> AnalysisResult {
    func curve(_ metric: Metric, _ value: (Double) -> Double) -> MetricTable {
      MetricTable(
        metric,
        (0...layers).map { point in
          let value = value(Double(point) / Double(layers))
          return .init(.point(point), Quantity(value, n: 600, interval: value - 0.03...value + 0.03))
        })
    }
    var result = AnalysisResult(id: ProbeMetrics.analysis)
    for (kind, more) in [(ProbeMetrics.linear, 0.0), (ProbeMetrics.multilayer, 0.05)] {
      result.tables += [
        curve(kind.accuracy) { 0.75 + more + 0.5 * $0 * (1 - $0) },
        curve(kind.control) { 0.7 + more - 0.3 * $0 },
        curve(kind.selectivity) { 0.05 + 0.5 * $0 * (1 - $0) + 0.3 * $0 },
      ]
    }
    result.tables.append(MetricTable(ProbeMetrics.majority, [.init(.model, Quantity(0.2, n: 600))]))
    result.notes = [Note(Message(verbatim: "The probes tell 6 classes of upos."))]
    result[ProbeMetrics.confusion[layers / 2]] = NumericArray(
      shape: [6, 6], values: (0..<36).map { $0 % 7 == 0 ? 80 : Float(generator.index(below: 9)) })
    result[ProbeMetrics.classes] = ["ADJ", "ADP", "DET", "NOUN", "PROPN", "VERB"]
    return result
  }

  private mutating func quantity(_ scale: Double = 1) -> Quantity {
    let value = generator.uniform() * scale
    return Quantity(value, n: 40 + generator.index(below: 9), interval: value * 0.9...value * 1.1)
  }

  private mutating func heads(_ metric: Metric, scale: Double = 1) -> MetricTable {
    var rows: [MetricTable.Row] = []
    for layer in 0..<layers {
      for head in 0..<heads {
        var value = quantity(scale)
        // One of each state, away from the first cells.
        if layer == 1, head == 0 { value = .notApplicable }
        if layer == 1, head == 1 { value = Quantity(.nan, n: 3) }
        rows.append(.init(.head(layer, head), value))
      }
    }
    return MetricTable(metric, rows)
  }

  static let tokens = [
    "[CLS]", "the", "##ing", "中国", "السلام", "internationalisation", "\u{200B}", "αβγ", "a&b<c>", "\"quoted\"", "|",
    "[SEP]",
  ]

  private mutating func attention() -> AnalysisResult {
    var pattern: [Float] = []
    for _ in 0..<layers * heads {
      for query in 0..<length {
        var row = (0..<length).map { isCausal && $0 > query ? 0 : Float(pow(generator.uniform(), 5)) }
        let sum = row.reduce(0, +)
        row = row.map { $0 / sum }
        pattern += row
      }
    }
    let classes: [PatternClass] = [.other, .induction, .previousToken, .sink, .uniform, .other]
    var none = MetricTable(AttentionMetrics.nextShare, [])
    for layer in 0..<layers { for head in 0..<heads { none.rows.append(.init(.head(layer, head), .notApplicable)) } }
    var result = AnalysisResult(
      id: "attention",
      tables: [
        heads(AttentionMetrics.normalisedEntropy), heads(AttentionMetrics.distance, scale: 123),
        heads(AttentionMetrics.previousShare, scale: 0.4), heads(AttentionMetrics.firstShare),
        heads(AttentionMetrics.inductionScore, scale: 0.01), heads(AttentionMetrics.uniformScore), none,
        MetricTable(
          AttentionMetrics.effectiveHeads,
          (0..<layers).map { .init(.layer($0), Quantity(Double($0 % 3 + 1), n: 40, interval: 0.9...3.5)) }),
      ],
      notes: [Note(Message(verbatim: "Documents are cut to 64 tokens."))])
    result.set(classes: (0..<layers * heads).map { classes[$0 * 7 % classes.count] })
    let tokens = (0..<length).map { Self.tokens[$0 % Self.tokens.count] }
    AttentionSample.write(
      [
        AttentionSample(
          id: "doc-3", keys: .init(tokens), queries: nil, alignment: nil,
          pattern: NumericArray(shape: [layers, heads, length, length], values: pattern))
      ], to: &result, stack: .only)
    return result
  }

  private static let kinds = ["attention.query.weight", "attention.value.weight", "output.dense.weight"]
  private var tensors: [String] {
    (0..<layers).flatMap { layer in Self.kinds.map { "encoder.layer.\(layer).\($0)" } } + ["embeddings.weight"]
  }

  private mutating func gradients() -> AnalysisResult {
    var counts: [Float] = []
    let bins = 32
    for index in tensors.indices {
      counts += (0..<bins).map { bin in
        let distance = Double(bin) - 14 - Double(index % 5)
        return Float((1000 * exp(-distance * distance / 8)).rounded())
      }
    }
    var norm = MetricTable(GradientMetrics.norm, [])
    for layer in 0..<layers {
      let value = pow(10, -Double(layer) / 3)
      norm.rows.append(
        .init(
          .layer(layer),
          layer == 2 ? Quantity(.infinity, n: 20) : Quantity(value, n: 20, interval: value / 2...value * 2)))
    }
    let names = tensors
    var result = AnalysisResult(
      id: "gradients",
      tables: [
        norm,
        MetricTable(
          GradientMetrics.relativeFlow, (0...layers).map { .init(.point($0), quantity(1e-3)) }),
        MetricTable(GradientMetrics.rms, names.map { .init(.tensor($0), quantity(1e-5)) }),
        MetricTable(GradientMetrics.zeroCount, names.map { .init(.tensor($0), Quantity(12, n: 20)) }),
        MetricTable(GradientMetrics.nanCount, names.map { .init(.tensor($0), Quantity(0, n: 20)) }),
        MetricTable(GradientMetrics.infiniteCount, names.map { .init(.tensor($0), Quantity(0, n: 20)) }),
      ])
    GradientCounts(
      tensors: names, edges: (0...bins).map { Float($0) / 2 - 12 },
      counts: NumericArray(shape: [names.count, bins], values: counts)
    ).write(to: &result, stack: .only)
    return result
  }

  private mutating func representations() -> AnalysisResult {
    func points(_ metric: Metric, _ value: (Int) -> Quantity) -> MetricTable {
      MetricTable(metric, (0...layers).map { .init(.point($0), value($0)) })
    }
    var result = AnalysisResult(
      id: "representations",
      tables: [
        points(RepresentationMetrics.effectiveRank) {
          Quantity(30 + Double($0), n: 700, interval: 28 + Double($0)...33 + Double($0))
        },
        points(RepresentationMetrics.participationRatio) { Quantity(12 + Double($0 % 3), n: 700) },
        points(RepresentationMetrics.anisotropy) { $0 == 0 ? .notApplicable : Quantity(0.1 * Double($0), n: 1000) },
      ])
    for point in 0...layers {
      result[RepresentationMetrics.spectrum[point]] = NumericArray(
        shape: [64], values: (1...64).map { Float(pow(Double($0), -1 - Double(point) / 10)) })
    }
    return result
  }

  private mutating func similarity() -> AnalysisResult {
    let count = layers + 1
    let values = (0..<count * count).map { Float(1 - abs(Double($0 / count - $0 % count)) / Double(count)) }
    var result = AnalysisResult(id: "similarity")
    result[SimilarityMetrics.matrix] = NumericArray(shape: [count, count], values: values)
    return result
  }

  private mutating func projection() -> AnalysisResult {
    let count = 300
    let names = ["NOUN", "VERB", "ADJ", "DET", "PRON", "ADP", "PUNCT", "AUX", "CCONJ", "NUM", ""]
    let labels = (0..<count).map { names[$0 * $0 % names.count] }
    var values = (0..<count * 2).map { _ in Float(generator.normal()) }
    values[4] = .nan
    var result = AnalysisResult(
      id: "projection",
      tables: [MetricTable(ProjectionMetrics.klDivergence, [.init(.point(layers), Quantity(1.25, n: count))])],
      notes: [Note(Message(verbatim: "Residual point R3."))])
    let keys = ProjectionMetrics.tokens
    result[keys.tsne] = NumericArray(shape: [count, 2], values: values)
    result[keys.pca] = NumericArray(
      shape: [count, 3], values: (0..<count * 3).map { _ in Float(generator.normal()) })
    result[keys.explained] = NumericArray(shape: [3], values: [0.31, 0.12, 0.08])
    result[keys.labels] = labels
    result[keys.documents] = (0..<count).map { "doc-\($0 / 10)" }
    result[ProjectionMetrics.names] = (0..<count).map { "t\($0)" }
    return result
  }

  private mutating func repetition() -> AnalysisResult {
    func shares(_ count: Int, _ share: (Int, Int) -> Float) -> NumericArray {
      NumericArray(
        shape: [2, count, 3],
        values: (0..<2).flatMap { side in
          (0..<count).flatMap { index -> [Float] in
            // Texts of the corpus end before the last place.
            if side == 1 && index == count - 1 { return [.nan, .nan, .nan] }
            let value = share(side, index)
            return [value, value * 0.8, min(1, value * 1.2)]
          }
        })
    }
    var result = AnalysisResult(
      id: "repetition",
      tables: [
        MetricTable(RepetitionMetrics.rate, [.init(.model, quantity())]),
        MetricTable(RepetitionMetrics.corpusRate, [.init(.model, quantity(0.1))]),
      ],
      notes: [Note(Message(verbatim: "Greedy continuations of 32 documents."))])
    result[RepetitionMetrics.byLength] = shares(8) { side, index in (side == 0 ? 0.8 : 0.5) / Float(index + 1) }
    result[RepetitionMetrics.alongText] = shares(8) { side, index in side == 0 ? Float(index) / 10 : 0.02 }
    return result
  }

  private mutating func weights() -> AnalysisResult {
    let names = tensors.dropLast()
    var result = AnalysisResult(
      id: "weights",
      tables: [
        MetricTable(WeightMetrics.alpha, names.map { .init(.tensor($0), quantity(5)) }),
        MetricTable(WeightMetrics.conditionNumber, names.map { .init(.tensor($0), quantity(1e5)) }),
      ])
    for name in names {
      result[WeightMetrics.singularValues[name]] = NumericArray(
        shape: [64], values: (0..<64).map { Float(3 * exp(-Double($0) / 20)) })
    }
    return result
  }
}
