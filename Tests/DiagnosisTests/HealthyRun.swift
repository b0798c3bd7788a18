import Diagnosis

@testable import Results
import Support

/// The results of a model of 4 layers and 4 heads that no rule has anything to say about, to plant faults in.
struct HealthyRun {
  static let layers = 4
  static let heads = 4

  var tables: [String: [MetricTable]] = [:]
  var classes = Array(repeating: "other", count: layers * heads)
  var task = "causal language model"
  var isCausal = true
  /// By analysis, why it does not apply.
  var notApplicable: [String: String] = [:]
  var heads: [Component] { (0..<Self.layers).flatMap { layer in (0..<Self.heads).map { .head(layer, $0) } } }

  init() {
    let heads = (0..<Self.layers).flatMap { layer in (0..<Self.heads).map { Component.head(layer, $0) } }
    let points = (0...Self.layers).map { Component.point($0) }
    let layers = (0..<Self.layers).map { Component.layer($0) }
    let tensors = ["wte.weight", "h.0.attn.c_attn.weight", "h.3.mlp.c_fc.weight"].map { Component.tensor($0) }
    fill("attention", AttentionMetrics.normalisedEntropy16, heads, 0.5)
    fill("attention", AttentionMetrics.maxWeight16, heads, 0.6)
    fill("attention", AttentionMetrics.keyMarginalEntropy16, heads, 0.8)
    fill("attention", AttentionMetrics.keyMarginalOrdinary, heads, 1)
    fill("gradients", GradientMetrics.norm, layers + tensors, 0.1)
    fill("gradients", GradientMetrics.nanCount, tensors, 0)
    fill("gradients", GradientMetrics.infiniteCount, tensors, 0)
    fill("gradients", GradientMetrics.relativeFlow, points, 0.2)
    fill("gradients", GradientMetrics.depthSlope, [.model], 0.01)
    fill("gradients", GradientMetrics.endToEndRatio, [.model], 1.1)
    fill("representations", RepresentationMetrics.effectiveRankShare, points, 0.6)
    fill("representations", RepresentationMetrics.centredCosine, points, 0.01)
    fill("representations", RepresentationMetrics.distanceRatio, points, 0.9)
    fill(WeightMetrics.census, WeightMetrics.nanCount, tensors, 0)
    fill(WeightMetrics.census, WeightMetrics.infiniteCount, tensors, 0)
    fill(CorpusTextMetrics.analysis, CorpusTextMetrics.droppedShare, [.model], 0.001)
    fill(CorpusTextMetrics.analysis, CorpusTextMetrics.unknownShare, [.model], 0)
    fill(TrainingMetrics.analysis, TrainingMetrics.identicalCheckpoints, [.model], 0)
    fill(TrainingMetrics.analysis, TrainingMetrics.risingEvaluations, [.model], 0)
    fill(TrainingMetrics.analysis, TrainingMetrics.gradientPeak, [.model], 2)
    fill(TrainingMetrics.analysis, TrainingMetrics.leastSimilarity, [.model], 0.9)
  }

  private mutating func fill(_ analysis: String, _ metric: Metric, _ components: [Component], _ value: Double) {
    tables[analysis, default: []].append(
      MetricTable(metric, components.map { MetricTable.Row($0, Quantity(value, n: 100)) }))
  }

  /// Puts a value in the place of the healthy one.
  mutating func plant(_ metric: Metric, _ component: Component, _ quantity: Quantity) {
    for analysis in tables.keys.sorted() {
      for t in (tables[analysis] ?? []).indices where tables[analysis]?[t].metric == metric {
        for r in (tables[analysis]?[t].rows ?? []).indices where tables[analysis]?[t].rows[r].component == component {
          tables[analysis]?[t].rows[r].quantity = quantity
        }
      }
    }
  }

  mutating func plant(_ metric: Metric, _ component: Component, _ value: Double) {
    plant(metric, component, Quantity(value, n: 100))
  }

  mutating func removeTable(_ metric: Metric) {
    for analysis in tables.keys.sorted() { tables[analysis]?.removeAll { $0.metric == metric } }
  }

  mutating func removeRow(_ metric: Metric, _ component: Component) {
    for analysis in tables.keys.sorted() {
      for t in (tables[analysis] ?? []).indices where tables[analysis]?[t].metric == metric {
        tables[analysis]?[t].rows.removeAll { $0.component == component }
      }
    }
  }

  var results: RunResults {
    RunResults(
      subject: Subject(
        name: "healthy",
        model: Subject.Model(
          name: "healthy", family: "gpt2", task: Message(verbatim: task), layers: Self.layers, heads: Self.heads,
          width: 64, headWidth: 16, vocabulary: 100, parameters: 1000, isCausal: isCausal),
        corpus: Subject.Corpus(name: "text", documents: 10, tokens: 1000, label: nil, truncated: 0), seed: 0),
      analyses: [
        "attention", "representations", "gradients", "weights", WeightMetrics.census, TrainingMetrics.analysis,
        CorpusTextMetrics.analysis,
      ]
      .filter { tables[$0] != nil }.map { id in
        AnalysisResult(
          id: id, notApplicable: notApplicable[id].map { Message(verbatim: $0) }, tables: tables[id] ?? [],
          arrays: [:], texts: id == "attention" ? ["class": classes] : [:])
      })
  }

  func assess(_ thresholds: Thresholds = .defaults) -> Assessment { Assessment(results, thresholds: thresholds) }

  /// The only finding; nil where there is none or several.
  func onlyFinding(_ thresholds: Thresholds = .defaults) -> Finding? {
    let findings = assess(thresholds).findings
    return findings.count == 1 ? findings[0] : nil
  }
}
