import Plotting
package import Results

/// A language model's loss by the position of the token.
package enum LossByPosition: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: InContextMetrics.analysis] else { return [] }
    guard let array = analysis.arrays["loss"], array.shape.count == 2, array.shape[0] > 1 else {
      return [.omitted(id: "context-loss", reason: "no document has two tokens to predict")]
    }
    // Bins that few documents reach would show their noise alone.
    let most = (0..<array.shape[0]).map { array[$0].values[4] }.max() ?? 0
    let rows = (0..<array.shape[0]).map { array[$0].values }.filter { $0[4] >= max(2, most / 50) }
    guard rows.contains(where: { $0[1].isFinite }) else {
      return [.omitted(id: "context-loss", reason: "no position has a loss in two documents")]
    }
    func column(_ index: Int) -> [PlotValue] { rows.map { $0[index].isNaN ? .blank : PlotValue(Double($0[index])) } }
    let x = rows.map { Double($0[0]) }
    let curve = Curve("loss", x: x, y: column(1), low: column(2), high: column(3))
    let isLong = (x.last ?? 0) > 256
    let title = "Loss by position"
    return [
      .figure(
        Figure(
          id: "context-loss", analysis: analysis.id, title: title,
          caption: Caption(results: results).text(
            "Mean loss of tokens by their position in the document; bands are \(Metric.Spread.interval.words)."
              + (isLong ? " Positions are on a logarithmic scale, and beyond 127 drawn together." : "")
              + " Positions reached by under 2 % of the documents are omitted.",
            metrics: [InContextMetrics.score],
            n: "n = \(NumberFormat.count(Int(rows.last?[4] ?? 0)))–\(NumberFormat.count(Int(most))) tokens a position.",
            analysis: analysis.id),
          altText: [curve].seen(at: "position"),
          plot: Plot(
            title, x: Axis(isLong ? .log : .linear, "position of the token"), y: Axis(.linear, "loss (nats)"),
            shape: .ratio(0.55), marks: curve.marks(.category(0), isNamed: false)),
          table: DataTable([
            ("position", .integers(rows.map { Int($0[0]) })), ("loss", .readings(column(1))),
            ("low", .readings(column(2))), ("high", .readings(column(3))), ("n", .integers(rows.map { Int($0[4]) })),
          ])))
    ]
  }
}
