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
    let losses = (1...96).flatMap { position -> [Float] in
      let loss = Float(3 + 2.5 * exp(-Double(position) / 14) + 0.08 * sample.generator.normal())
      return [Float(position), loss, loss - 0.15, loss + 0.15, Float(400 - 3 * position)]
    }
    let loads = (0..<layers).flatMap { _ -> [Float] in
      let weights = (0..<experts).map { _ in 0.3 + sample.generator.uniform() }, sum = weights.reduce(0, +)
      return weights.map { Float($0 / sum) }
    }
    return [
      AnalysisResult(
        id: InContextMetrics.analysis,
        tables: [MetricTable(InContextMetrics.score, [.init(.model, Quantity(-1.2, n: 40, interval: -1.4 ... -1))])],
        arrays: ["loss": NumericArray(shape: [96, 5], values: losses)]),
      AnalysisResult(
        id: RoutingMetrics.analysis,
        tables: [MetricTable(RoutingMetrics.entropy, (0..<layers).map { .init(.layer($0), sample.quantity()) })],
        arrays: ["load": NumericArray(shape: [layers, experts], values: loads)]),
    ]
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
    let classes = ["other", "induction", "previous token", "sink", "uniform", "other"]
    var none = MetricTable(AttentionMetrics.nextShare, [])
    for layer in 0..<layers { for head in 0..<heads { none.rows.append(.init(.head(layer, head), .notApplicable)) } }
    return AnalysisResult(
      id: "attention",
      tables: [
        heads(AttentionMetrics.normalisedEntropy), heads(AttentionMetrics.distance, scale: 123),
        heads(AttentionMetrics.previousShare, scale: 0.4), heads(AttentionMetrics.firstShare),
        heads(AttentionMetrics.inductionScore, scale: 0.01), heads(AttentionMetrics.uniformScore), none,
        MetricTable(
          AttentionMetrics.effectiveHeads,
          (0..<layers).map { .init(.layer($0), Quantity(Double($0 % 3 + 1), n: 40, interval: 0.9...3.5)) }),
      ],
      arrays: ["sample.doc-3.pattern": NumericArray(shape: [layers, heads, length, length], values: pattern)],
      texts: [
        "class": (0..<layers * heads).map { classes[$0 * 7 % classes.count] },
        "sample.doc-3.tokens": (0..<length).map { Self.tokens[$0 % Self.tokens.count] },
      ], notes: ["Documents are cut to 64 tokens."])
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
    return AnalysisResult(
      id: "gradients",
      tables: [
        norm,
        MetricTable(
          GradientMetrics.relativeFlow, (0...layers).map { .init(.point($0), quantity(1e-3)) }),
        MetricTable(GradientMetrics.rms, names.map { .init(.tensor($0), quantity(1e-5)) }),
        MetricTable(GradientMetrics.zeroCount, names.map { .init(.tensor($0), Quantity(12, n: 20)) }),
        MetricTable(GradientMetrics.nanCount, names.map { .init(.tensor($0), Quantity(0, n: 20)) }),
        MetricTable(GradientMetrics.infiniteCount, names.map { .init(.tensor($0), Quantity(0, n: 20)) }),
      ],
      arrays: [
        "histogram.counts": NumericArray(shape: [names.count, bins], values: counts),
        "histogram.edges": NumericArray(shape: [bins + 1], values: (0...bins).map { Float($0) / 2 - 12 }),
      ], texts: ["histogram.tensors": names])
  }

  private mutating func representations() -> AnalysisResult {
    var arrays: [String: NumericArray] = [:]
    for point in 0...layers {
      arrays["spectrum.R\(point)"] = NumericArray(
        shape: [64], values: (1...64).map { Float(pow(Double($0), -1 - Double(point) / 10)) })
    }
    func points(_ metric: Metric, _ value: (Int) -> Quantity) -> MetricTable {
      MetricTable(metric, (0...layers).map { .init(.point($0), value($0)) })
    }
    return AnalysisResult(
      id: "representations",
      tables: [
        points(RepresentationMetrics.effectiveRank) {
          Quantity(30 + Double($0), n: 700, interval: 28 + Double($0)...33 + Double($0))
        },
        points(RepresentationMetrics.participationRatio) { Quantity(12 + Double($0 % 3), n: 700) },
        points(RepresentationMetrics.anisotropy) { $0 == 0 ? .notApplicable : Quantity(0.1 * Double($0), n: 1000) },
      ], arrays: arrays)
  }

  private mutating func similarity() -> AnalysisResult {
    let count = layers + 1
    let values = (0..<count * count).map { Float(1 - abs(Double($0 / count - $0 % count)) / Double(count)) }
    return AnalysisResult(
      id: "similarity", tables: [], arrays: ["cka": NumericArray(shape: [count, count], values: values)])
  }

  private mutating func projection() -> AnalysisResult {
    let count = 300
    let names = ["NOUN", "VERB", "ADJ", "DET", "PRON", "ADP", "PUNCT", "AUX", "CCONJ", "NUM", ""]
    let labels = (0..<count).map { names[$0 * $0 % names.count] }
    var values = (0..<count * 2).map { _ in Float(generator.normal()) }
    values[4] = .nan
    return AnalysisResult(
      id: "projection",
      tables: [MetricTable(ProjectionMetrics.klDivergence, [.init(.point(4), Quantity(1.25, n: count))])],
      arrays: [
        "tsne": NumericArray(shape: [count, 2], values: values),
        "pca": NumericArray(shape: [count, 3], values: (0..<count * 3).map { _ in Float(generator.normal()) }),
        "pca.explained": NumericArray(shape: [3], values: [0.31, 0.12, 0.08]),
      ],
      texts: [
        "labels": labels, "tokens": (0..<count).map { "t\($0)" }, "documents": (0..<count).map { "doc-\($0 / 10)" },
      ], notes: ["Residual point R3."])
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
    return AnalysisResult(
      id: "repetition",
      tables: [
        MetricTable(RepetitionMetrics.rate, [.init(.model, quantity())]),
        MetricTable(RepetitionMetrics.corpusRate, [.init(.model, quantity(0.1))]),
      ],
      arrays: [
        "byLength": shares(8) { side, index in (side == 0 ? 0.8 : 0.5) / Float(index + 1) },
        "alongText": shares(8) { side, index in side == 0 ? Float(index) / 10 : 0.02 },
      ], notes: ["Greedy continuations of 32 documents."])
  }

  private mutating func weights() -> AnalysisResult {
    let names = tensors.dropLast()
    var arrays: [String: NumericArray] = [:]
    for name in names {
      arrays["singular.\(name)"] = NumericArray(shape: [64], values: (0..<64).map { Float(3 * exp(-Double($0) / 20)) })
    }
    return AnalysisResult(
      id: "weights",
      tables: [
        MetricTable(WeightMetrics.alpha, names.map { .init(.tensor($0), quantity(5)) }),
        MetricTable(WeightMetrics.conditionNumber, names.map { .init(.tensor($0), quantity(1e5)) }),
      ], arrays: arrays)
  }
}
