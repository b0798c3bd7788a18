import Plotting
package import Results
import Support

/// How often a mixture's routers choose each expert, layer by layer.
package enum ExpertLoads: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: RoutingMetrics.analysis],
      let load = analysis[RoutingMetrics.load], load.shape.count == 2, !load.values.isEmpty
    else { return [] }
    let shown = results.subject.shownLayers.filter { $0 < load.shape[0] }
    let (layers, experts) = (shown.count, load.shape[1]), shares = shown.flatMap { load[$0].values.map(Double.init) }
    let readings = shares.map { PlotValue($0) }
    let names = (0..<layers * experts).map {
      phrase("expertLoads.expertExpertsLayer", ["experts": $0 % experts, "experts2": shown[$0 / experts]])
    }
    let even = 1 / Double(experts), highest = max(2 * even, extent(readings)?.upperBound ?? 1)
    let plot = Plot(
      phrase("expertLoads.loadOfTheExperts"), x: .indices(experts, phrase("axis.expert")),
      y: .indices(shown, phrase("axis.layer")),
      color: .sequential(phrase("expertLoads.shareOfChoices"), 0...highest),
      shape: .rows(layers, columns: experts, tallest: 26),
      marks: [
        CellMark(
          rows: layers, columns: experts, values: readings,
          printed: shares.map { NumberFormat.fixed($0, decimals: 2) })
      ])
    let metrics = [RoutingMetrics.entropy, RoutingMetrics.loadEntropy, RoutingMetrics.largestLoad]
    return [
      .figure(
        Figure(
          id: "routing-load", analysis: analysis.id, title: phrase("expertLoads.loadOfTheExperts"),
          caption: Caption(results: results).text(
            phrase("expertLoads.shareRoutersChoices", ["even": NumberFormat.text(even)]),
            metrics: metrics,
            n: Caption.n(
              (results[RoutingMetrics.entropy]?.rows ?? []).map(\.quantity), phrase("expertLoads.tokensALayer")),
            analysis: analysis.id),
          altText: phrase(
            "expertLoads.mapLayersExperts",
            ["layers": layers, "experts": experts, "range": Seen.range(readings, names)]), plot: plot,
          table: DataTable([
            ("layer", .integers((0..<layers * experts).map { shown[$0 / experts] })),
            ("expert", .integers((0..<layers * experts).map { $0 % experts })), ("load", .readings(readings)),
          ])))
    ]
  }
}
