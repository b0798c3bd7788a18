package import Results
import Plotting
import Support

/// Curves over depth: numbers of layers and of residual points, with their intervals as bands.
package enum DepthCurves: FigureBuilder {
  /// One figure: metrics of one unit that belong together.
  struct Spec {
    var id: String
    var analysis: String
    var title: String
    var axis: String
    var metrics: [Metric]
    var isLogarithmic = false
    /// The foot of the number axis; nil to take that of the data.
    var lowest: Double?
    var highest: Double?
  }

  static var specs: [Spec] {
    [
      Spec(
        id: "gradients-norm", analysis: "gradients", title: phrase("depthCurves.gradientNormLayer"),
        axis: phrase("depthCurves.gradientNormG"),
        metrics: [GradientMetrics.norm], isLogarithmic: true),
      Spec(
        id: "gradients-ratio", analysis: "gradients", title: phrase("depthCurves.gradientWeightRatio"),
        axis: "‖g‖₂ / ‖w‖₂",
        metrics: [GradientMetrics.ratio], isLogarithmic: true),
      Spec(
        id: "gradients-flow", analysis: "gradients", title: phrase("depthCurves.gradientFlowThrough"),
        axis: "‖∂L/∂x‖₂", metrics: [GradientMetrics.flow], isLogarithmic: true),
      Spec(
        id: "gradients-relative-flow", analysis: "gradients",
        title: phrase("depthCurves.relativeGradientFlow"), axis: "E ‖gₜ‖·‖xₜ‖",
        metrics: [GradientMetrics.relativeFlow], isLogarithmic: true),
      Spec(
        id: "representations-rank", analysis: "representations", title: phrase("depthCurves.dimensionsUseResidual"),
        axis: phrase("axis.dimensions"),
        metrics: [
          RepresentationMetrics.effectiveRank, RepresentationMetrics.participationRatio,
          RepresentationMetrics.stableRank,
        ], lowest: 0),
      Spec(
        id: "representations-anisotropy", analysis: "representations",
        title: phrase("depthCurves.anisotropyResidualPoint"),
        axis: phrase("depthCurves.meanCosine"),
        metrics: [RepresentationMetrics.anisotropy, RepresentationMetrics.anisotropyTrimmed], lowest: 0),
      Spec(
        id: "representations-distances", analysis: "representations",
        title: phrase("depthCurves.distancesResidualPoint"),
        axis: phrase("axis.meanDistance"),
        metrics: [
          RepresentationMetrics.distance, RepresentationMetrics.withinDistance, RepresentationMetrics.betweenDistance,
        ], lowest: 0),
      Spec(
        id: "attention-effective-heads", analysis: "attention", title: phrase("depthCurves.effectiveHeadsLayer"),
        axis: phrase("depthCurves.effectiveHeads"),
        metrics: [AttentionMetrics.effectiveHeads, AttentionMetrics.effectiveHeadsByOutput],
        lowest: 0),
    ]
  }

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    specs.compactMap { spec in results[analysis: spec.analysis] == nil ? nil : figure(spec, results) }
  }

  /// One metric along the depth.
  private struct Series {
    var metric: Metric
    var depths: [Double]
    var names: [String]
    var quantities: [Quantity]
    var readings: [PlotValue] { quantities.map { PlotValue($0) } }
    var curve: Curve {
      let bounds = quantities.map(\.interval)
      return Curve(
        metric.title, x: depths, y: readings, low: bounds.map { $0.map { PlotValue($0.lowerBound) } ?? .blank },
        high: bounds.map { $0.map { PlotValue($0.upperBound) } ?? .blank })
    }
  }

  private static func series(_ metric: Metric, _ results: RunResults) -> Series? {
    let rows = results[metric]?.rows ?? []
    // Layers and residual points never share an axis; a metric of both is drawn by layer.
    let layers = rows.filter { if case .layer = $0.component.place { true } else { false } }
    let chosen = layers.isEmpty ? rows.filter { $0.component.point != nil } : layers
    guard chosen.contains(where: { $0.quantity.value != nil }) else { return nil }
    return Series(
      metric: metric, depths: chosen.map { Double($0.component.layer ?? $0.component.point ?? 0) },
      names: chosen.map(\.component.id), quantities: chosen.map(\.quantity))
  }

  private static func figure(_ spec: Spec, _ results: RunResults) -> FigureOutcome {
    let all = spec.metrics.compactMap { series($0, results) }
    guard let first = all.first else {
      return .omitted(id: spec.id, reason: phrase("depthCurves.titleHasNo", ["title": spec.metrics[0].title]))
    }
    guard first.depths.count >= Curve.leastPoints else {
      return .omitted(id: spec.id, reason: phrase("curve.twoPoints"))
    }
    let isPoint = first.names.first?.hasPrefix("R") ?? false
    var marks: [any Mark] = []
    for (index, series) in all.enumerated() {
      marks += series.curve.marks(.category(index), isNamed: all.count > 1)
    }
    var y = Axis(spec.isLogarithmic ? .log : .linear, spec.axis)
    if let lowest = spec.lowest { y.domain = domain(all.flatMap { numbers($0) }, from: lowest) }
    let plot = Plot(
      spec.title, x: .integers(isPoint ? phrase("depthCurves.residualPoint0") : phrase("axis.layer")), y: y,
      shape: .ratio(0.55),
      marks: marks)
    let banded = all.first { $0.quantities.contains { $0.interval != nil } }
    return .figure(
      Figure(
        id: spec.id, analysis: spec.analysis, title: spec.title,
        caption: Caption(results: results).text(
          "\(spec.title)." + (banded.map { phrase("caption.bands", ["spread": $0.metric.spread.words]) } ?? "")
            + (spec.isLogarithmic ? phrase("caption.logarithmic") : ""), metrics: all.map(\.metric),
          n: Caption.n(
            all.flatMap(\.quantities),
            isPoint ? phrase("depthCurves.observationsAPoint") : phrase("depthCurves.observationsALayer")),
          analysis: spec.analysis),
        altText: all.map {
          phrase("depthCurves.titleGoesRange", ["title": $0.metric.title, "range": Seen.range($0.readings, $0.names)])
        }.joined(separator: ". ")
          + "." + trend(first), plot: plot, table: table(all)))
  }

  private static func numbers(_ series: Series) -> [Double] {
    series.quantities.flatMap { quantity in
      [quantity.value, quantity.interval?.lowerBound, quantity.interval?.upperBound].compactMap { $0 }
    }
  }

  private static func domain(_ numbers: [Double], from lowest: Double) -> ClosedRange<Double>? {
    guard let low = numbers.min(), let high = numbers.max() else { return nil }
    let foot = low < lowest ? low - (high - low) * 0.05 : lowest
    let top = max(high + (high - foot) * 0.05, foot + 1e-9)
    return foot...top
  }

  private static func trend(_ series: Series) -> String {
    guard let first = series.quantities.first?.value, let last = series.quantities.last?.value,
      let start = series.names.first, let end = series.names.last, start != end
    else { return "" }
    return phrase(
      "depthCurves.fromStartEnd",
      [
        "start": start, "end": end, "lowercasedFirst": series.metric.title.lowercasedFirst,
        "first": NumberFormat.text(first), "last": NumberFormat.text(last),
      ])
  }

  private static func table(_ all: [Series]) -> DataTable {
    let rows = all.flatMap { series in series.names.indices.map { (series, $0) } }
    return DataTable([
      ("metric", .texts(rows.map { $0.0.metric.id })), ("component", .texts(rows.map { $0.0.names[$0.1] })),
      ("value", .readings(rows.map { $0.0.readings[$0.1] })),
      ("low", .readings(all.flatMap(\.curve.low))), ("high", .readings(all.flatMap(\.curve.high))),
      ("n", .integers(rows.map { $0.0.quantities[$0.1].n })),
    ])
  }
}
