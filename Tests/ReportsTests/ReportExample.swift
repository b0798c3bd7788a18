@testable import Diagnosis
import Foundation
import Plotting
import Reports
@testable import Results
import Support
import Tensors
import TestSupport

/// A run made from the attention and the hidden states of a real model on one sentence.
enum ReportExample {
  private static let names = ["other", "sink", "next token", "previous token"]

  static func results() throws -> RunResults {
    let file = try SafetensorsFile(Fixtures.url("reports/minilm.safetensors"))
    let subject = Subject(
      name: "minilm-english",
      model: .init(
        name: "MiniLM", family: "bert", task: "encoder", layers: 6, heads: 12, width: 384, headWidth: 32,
        vocabulary: 30522, parameters: 22_713_216, isCausal: false),
      corpus: .init(name: "one sentence", documents: 1, tokens: 22, label: nil, truncated: 0), seed: 0)
    return RunResults(
      subject: subject,
      analyses: [
        try attention(file), try representations(file),
        AnalysisResult(
          id: "gradients", notApplicable: Message(verbatim: "an encoder without a head gives no loss to differentiate")),
        weights(),
      ])
  }

  private static func attention(_ file: SafetensorsFile) throws -> AnalysisResult {
    var sums: [String: [(Component, Double)]] = [:]
    var classes: [String] = []
    for layer in 0..<6 {
      let pattern = try file.tensor("attention.\(layer)")
      let length = pattern.shape[3]
      for head in 0..<12 {
        let rows = pattern[0][head]
        var (entropy, peak, first, next, previous) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for q in 0..<length {
          let row = rows[q].values.map(Double.init)
          entropy -= row.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) } / Double(length)
          peak += (row.max() ?? 0) / Double(length)
          first += row[0] / Double(length)
          if q + 1 < length { next += row[q + 1] / Double(length - 1) }
          if q > 0 { previous += row[q - 1] / Double(length - 1) }
        }
        let scores: [(String, Double)] = [
          ("entropy", entropy), ("normalisedEntropy", entropy / log(Double(length))), ("maxWeight", peak),
          ("firstShare", first), ("nextShare", next), ("previousShare", previous),
        ]
        for (name, score) in scores { sums[name, default: []].append((.head(layer, head), score)) }
        classes.append(previous > 0.4 ? names[3] : next > 0.4 ? names[2] : first > 0.7 ? names[1] : names[0])
      }
    }
    let metrics = [
      AttentionMetrics.entropy, AttentionMetrics.normalisedEntropy, AttentionMetrics.maxWeight,
      AttentionMetrics.firstShare,
      AttentionMetrics.nextShare, AttentionMetrics.previousShare,
    ]
    let tables = metrics.map { metric in
      let values = sums[String(metric.id.dropFirst("attention.".count))] ?? []
      return MetricTable(
        metric, values.map { .init($0.0, Quantity($0.1, n: 22, interval: ($0.1 * 0.95)...($0.1 * 1.05))) })
    }
    let induction = MetricTable(
      AttentionMetrics.inductionScore, (0..<72).map { .init(.head($0 / 12, $0 % 12), Quantity(0.02, n: 800)) })
    let rate = MetricTable(AttentionMetrics.sinkRate, [.init(.model, Quantity(0.11, n: 2, interval: 0.08...0.14))])
    let layers = MetricTable(
      AttentionMetrics.effectiveHeads, (0..<6).map { .init(.layer($0), Quantity(11.2 - Double($0) * 0.3, n: 22)) })
    return AnalysisResult(
      id: "attention", tables: tables + [induction, rate, layers], arrays: [:], texts: ["class": classes],
      notes: [Note(Message(verbatim: "one sequence of 22 tokens"))])
  }

  private static func representations(_ file: SafetensorsFile) throws -> AnalysisResult {
    var norms: [MetricTable.Row] = []
    var ranks: [MetricTable.Row] = []
    for point in 0...6 {
      let hidden = try file.tensor("hidden.\(point)")[0]
      let lengths = (1..<22).map { hidden[$0].values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
      norms.append(.init(.point(point), Quantity(lengths.reduce(0, +) / 21, n: 21)))
      ranks.append(.init(.point(point), Quantity(18.2 - Double(abs(4 - point)), n: 21)))
    }
    return AnalysisResult(
      id: "representations",
      tables: [MetricTable(RepresentationMetrics.norm, norms), MetricTable(RepresentationMetrics.effectiveRank, ranks)])
  }

  private static func weights() -> AnalysisResult {
    let tensors = (0..<6).flatMap { layer in
      ["attention.self.query", "attention.self.key", "attention.output.dense"].map {
        Component.tensor("encoder.layer.\(layer).\($0).weight")
      }
    }
    return AnalysisResult(
      id: "weights",
      tables: [
        WeightMetrics.spectralNorm, WeightMetrics.stableRank, WeightMetrics.conditionNumber, WeightMetrics.alpha,
      ].enumerated()
        .map { offset, metric in
          MetricTable(
            metric,
            tensors.enumerated().map { index, tensor in
              .init(
                tensor,
                metric.id == "weights.alpha" && index % 5 == 0
                  ? .notApplicable : Quantity(2.5 + Double(index * (offset + 1)) / 7, n: 384))
            })
        })
  }

  /// Rules that find something of each severity.
  static var rules: [Rule] {
    func rule(_ id: String, _ severity: Severity, layers: [Int]) -> Rule {
      Rule(
        id: id, thresholds: [.init("line", 0.02, 0...1)],
        needs: ["attention"], reads: []
      ) { rule, results, thresholds in
        layers.map { layer in
          Finding(
            rule: rule, severity: severity, component: .layer(layer), members: [.head(layer, 1), .head(layer, 5)],
            evidence: [
              Evidence(
                AttentionMetrics.normalisedEntropy, .head(layer, 1), Quantity(0.013, n: 812, interval: 0.011...0.016),
                threshold: thresholds[rule, "line"], side: .below)
            ])
        }
      }
    }
    return [
      rule("attention-collapse-one-hot", .warn, layers: [2]),
      rule("quiet", .fail, layers: []),
      rule("attention-collapse-uniform", .note, layers: [0, 1]),
    ]
  }

  static let figures = [
    ("attention-normalised-entropy", "attention", false), ("attention-pattern-sheet", "attention", true),
    ("attention-max-weight", "attention", false), ("attention-first-share", "attention", false),
    ("attention-distance", "attention", false), ("attention-entropy", "attention", false),
    ("representations-effective-rank", "representations", false), ("weights-spectra", "weights", true),
  ].map { id, analysis, isWide in
    Figure(
      id: id, analysis: analysis, title: id, caption: caption(id),
      altText: "Map of 6 layers by 12 heads, from 0.12 (L3.H4) to 0.97 (L0.H1).", extent: isWide ? .text : .column,
      plot: Plot(id, x: Axis(.linear), y: Axis(.linear), shape: .lines(1, height: 12), marks: []),
      table: DataTable([("layer", .integers([0])), ("head", .integers([0])), ("value", .readings([PlotValue(0.5)]))]))
  }

  private static func caption(_ id: String) -> FigureCaption {
    let what = "\(id) by layer and head."
    let definition = "Normalised entropy = −Σₖ A ln A / ln n_q, row mean; 0 is one-hot, 1 is uniform (ours)."
    let n = "n = 22 observations a head."
    return FigureCaption(
      full: "\(what) Model: MiniLM (bert, 6 layers × 12 heads, 22,713,216 parameters). \(definition) \(n) Seed 0.",
      what: what, definition: definition, n: n, subject: "MiniLM 6×12 · one sentence, 1 document, 22 tokens · seed 0")
  }

  /// A grid of squares in the theme's colours, in place of a plot.
  static func draw(_ figure: Figure, _ rendition: FigureRendition) -> [UInt8] {
    let (width, rows, columns) = (rendition.width, 6, figure.extent == .text ? 24 : 12)
    let size = (width - 40) / Double(columns)
    let isDark = rendition.theme == .dark
    var svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)pt\" height=\"\(size * 6 + 40)pt\" viewBox=\"0 0 \(width) \(size * 6 + 40)\">"
    svg += "<rect width=\"100%\" height=\"100%\" fill=\"\(isDark ? "#14171C" : "#FFFFFF")\"/>"
    for index in 0..<rows * columns {
      let shade = index * 37 % 100
      svg +=
        "<rect x=\"\(30 + Double(index % columns) * size)\" y=\"\(Double(index / columns) * size)\" width=\"\(size)\" height=\"\(size)\" fill=\"hsl(210 70% \(isDark ? shade : 100 - shade)%)\"/>"
    }
    svg +=
      "<text x=\"30\" y=\"\(size * 6 + 14)\" font-size=\"8.5\" fill=\"\(isDark ? "#9BA3AD" : "#656D76")\">head</text></svg>\n"
    return Array(svg.utf8)
  }
}
