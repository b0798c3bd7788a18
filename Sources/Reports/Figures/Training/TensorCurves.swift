package import Results
import Plotting
import Support

/// Numbers of weight matrices over the layers, one line a kind of matrix.
package enum TensorCurves: FigureBuilder {
  private struct Spec {
    var metric: Metric
    var axis: String
    var isLogarithmic: Bool
    /// Only matrices, not biases and norms.
    var onlyMatrices = false
  }

  private static var specs: [Spec] {
    [
      Spec(
        metric: GradientMetrics.rms, axis: phrase("tensorCurves.gradientRmsG"), isLogarithmic: true, onlyMatrices: true),
      Spec(metric: WeightMetrics.spectralNorm, axis: phrase("tensorCurves.spectralNorm"), isLogarithmic: true),
      Spec(metric: WeightMetrics.stableRank, axis: phrase("tensorCurves.stableRank"), isLogarithmic: false),
      Spec(metric: WeightMetrics.effectiveRank, axis: phrase("tensorCurves.effectiveRank"), isLogarithmic: false),
      Spec(metric: WeightMetrics.conditionNumber, axis: phrase("tensorCurves.conditionNumber"), isLogarithmic: true),
      Spec(metric: WeightMetrics.alpha, axis: phrase("tensorCurves.powerLawExponent"), isLogarithmic: false),
    ]
  }
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
    guard !kinds.isEmpty else {
      return .omitted(id: id, reason: phrase("tensorCurves.titleHasNo", ["title": spec.metric.title]))
    }
    guard kinds.contains(where: { $0.members.count >= Curve.leastPoints }) else {
      return .omitted(id: id, reason: phrase("curve.twoPoints"))
    }
    var marks: [any Mark] = []
    for (index, kind) in kinds.enumerated() {
      let isOther = index >= mostKinds
      marks.append(
        LineMark(
          x: kind.members.map { Double($0.layer) }, y: kind.members.map { PlotValue(rows[$0.index].quantity) },
          paint: isOther ? .other : .category(index),
          name: isOther
            ? (index == mostKinds
              ? phrase("tensorCurves.mostkindsMoreKinds", ["mostKinds": kinds.count - mostKinds]) : nil)
            : shortKind(kind.kind),
          hasDots: kind.members.count <= 40))
    }
    if spec.metric.id == WeightMetrics.alpha.id {
      marks.append(RuleMark(.atY, 2))
      marks.append(RuleMark(.atY, 6, name: phrase("tensorCurves.26Usual")))
    }
    let title = phrase("tensorCurves.titleLayerKind", ["title": spec.metric.title])
    let plot = Plot(
      title, x: .integers(phrase("axis.layer")), y: Axis(spec.isLogarithmic ? .log : .linear, spec.axis),
      shape: .ratio(0.55),
      marks: marks)
    let chosen = kinds.flatMap { $0.members }.map { rows[$0.index] }
    return .figure(
      Figure(
        id: id, analysis: analysis, title: title,
        caption: Caption(results: results).text(
          "\(title)." + (spec.isLogarithmic ? phrase("caption.logarithmic") : ""), metrics: [spec.metric],
          n: phrase("tensorCurves.nChosenMatrices", ["chosen": chosen.count]), analysis: analysis,
          onCorpus: analysis != "weights"),
        altText: phrase(
          "tensorCurves.kindsLinesTitle",
          [
            "kinds": kinds.count, "title": spec.metric.title,
            "range": Seen.range(chosen.map { PlotValue($0.quantity) }, chosen.map { $0.component.tensor ?? "" }),
          ]),
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
