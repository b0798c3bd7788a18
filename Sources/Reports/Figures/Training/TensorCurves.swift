package import Results
import Plotting

/// Numbers of weight matrices over the layers, one line a kind of matrix.
package enum TensorCurves: FigureBuilder {
  private struct Spec {
    var metric: Metric
    var axis: String
    var isLogarithmic: Bool
    /// Only matrices, not biases and norms.
    var onlyMatrices = false
  }

  private static let specs: [Spec] = [
    Spec(metric: GradientMetrics.rms, axis: "gradient RMS ‖g‖₂/√n", isLogarithmic: true, onlyMatrices: true),
    Spec(metric: WeightMetrics.spectralNorm, axis: "spectral norm σ₁", isLogarithmic: true),
    Spec(metric: WeightMetrics.stableRank, axis: "stable rank Σσ²/σ₁²", isLogarithmic: false),
    Spec(metric: WeightMetrics.effectiveRank, axis: "effective rank", isLogarithmic: false),
    Spec(metric: WeightMetrics.conditionNumber, axis: "condition number", isLogarithmic: true),
    Spec(metric: WeightMetrics.alpha, axis: "power-law exponent α", isLogarithmic: false),
  ]
  /// More kinds than colours can tell apart are drawn in grey.
  private static let mostKinds = 7

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    specs.compactMap { spec in
      let analysis = spec.metric.id.split(separator: ".").first.map(String.init) ?? ""
      return results[analysis: analysis] == nil ? nil : figure(spec, analysis, results)
    }
  }

  private static func figure(_ spec: Spec, _ analysis: String, _ results: RunResults) -> FigureOutcome {
    let id = slug(spec.metric.id) + "-by-kind"
    var rows = (results[spec.metric]?.rows ?? []).filter { $0.component.tensor != nil }
    if spec.onlyMatrices { rows.removeAll { !isMatrix($0.component.tensor ?? "") } }
    let kinds = tensorsByKind(rows.map { $0.component.tensor ?? "" }).filter { kind in
      kind.members.contains { rows[$0.index].quantity.value != nil }
    }
    guard !kinds.isEmpty else { return .omitted(id: id, reason: "\(spec.metric.title) has no number for any matrix") }
    var marks: [any Mark] = []
    for (index, kind) in kinds.enumerated() {
      let isOther = index >= mostKinds
      marks.append(
        LineMark(
          x: kind.members.map { Double($0.layer) }, y: kind.members.map { PlotValue(rows[$0.index].quantity) },
          paint: isOther ? .other : .category(index),
          name: isOther ? (index == mostKinds ? "\(kinds.count - mostKinds) more kinds" : nil) : shortKind(kind.kind),
          hasDots: kind.members.count <= 40))
    }
    if spec.metric.id == WeightMetrics.alpha.id {
      marks.append(RuleMark(.atY, 2))
      marks.append(RuleMark(.atY, 6, name: "2 and 6: usual range of α"))
    }
    let title = "\(spec.metric.title) by layer and kind of matrix"
    let plot = Plot(
      title, x: .integers("layer"), y: Axis(spec.isLogarithmic ? .log : .linear, spec.axis), shape: .ratio(0.55),
      marks: marks)
    let chosen = kinds.flatMap { $0.members }.map { rows[$0.index] }
    return .figure(
      Figure(
        id: id, analysis: analysis, title: title,
        caption: Caption(results: results).text(
          "\(title)." + (spec.isLogarithmic ? " Logarithmic scale." : ""), metrics: [spec.metric],
          n: "n = \(NumberFormat.count(chosen.count)) matrices.", analysis: analysis,
          onCorpus: analysis != "weights"),
        altText: "\(kinds.count) lines. \(spec.metric.title) goes "
          + Seen.range(chosen.map { PlotValue($0.quantity) }, chosen.map { $0.component.tensor ?? "" }) + ".",
        plot: plot,
        table: DataTable([
          ("kind", .texts(kinds.flatMap { kind in kind.members.map { _ in kind.kind } })),
          ("layer", .integers(kinds.flatMap { $0.members.map(\.layer) })),
          ("tensor", .texts(chosen.map { $0.component.tensor ?? "" })),
          (spec.metric.id, .readings(chosen.map { PlotValue($0.quantity) })),
        ])))
  }

  private static func isMatrix(_ name: String) -> Bool {
    name.hasSuffix(".weight") && !["ln_", "norm", "LayerNorm", "layernorm"].contains { name.contains($0) }
  }

  /// Without the word that all have.
  static func shortKind(_ kind: String) -> String {
    kind.hasSuffix(".weight") ? String(kind.dropLast(7)) : kind
  }
}
