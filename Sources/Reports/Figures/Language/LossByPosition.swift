import Plotting
package import Results
import Support

/// A language model's loss by the position of the token.
package enum LossByPosition: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: InContextMetrics.analysis] else { return [] }
    let bins = LossBin.all(in: analysis)
    guard bins.count > 1 else {
      return [.omitted(id: "context-loss", reason: phrase("lossByPosition.noDocumentHas"))]
    }
    // Bins that few documents reach would show their noise alone.
    let most = bins.map(\.loss.n).max() ?? 0
    let rows = bins.filter { Float($0.loss.n) >= max(2, Float(most) / 50) }
    guard rows.contains(where: { $0.loss.state == .finite }) else {
      return [.omitted(id: "context-loss", reason: phrase("lossByPosition.noPositionHas"))]
    }
    func bounds(_ bound: (ClosedRange<Double>) -> Double) -> [PlotValue] {
      rows.map { $0.loss.interval.map { PlotValue(bound($0)) } ?? .blank }
    }
    let losses = rows.map { $0.loss.state == .nan ? .blank : PlotValue($0.loss) }
    let (low, high) = (bounds(\.lowerBound), bounds(\.upperBound))
    let x = rows.map { Double($0.position) }
    let curve = Curve(phrase("legend.loss"), x: x, y: losses, low: low, high: high)
    let isLong = (x.last ?? 0) > 256
    let title = phrase("lossByPosition.lossByPosition")
    return [
      .figure(
        Figure(
          id: "context-loss", analysis: analysis.id, title: title,
          caption: Caption(results: results).text(
            phrase(
              "lossByPosition.meanLossTokens",
              [
                "words": Metric.Spread.interval.words,
                "phrase": (isLong ? phrase("lossByPosition.positionsLogarithmicScale") : ""),
              ]),
            metrics: [InContextMetrics.score],
            n: phrase("lossByPosition.nNMost", ["n": rows.last?.loss.n ?? 0, "most": most]),
            analysis: analysis.id),
          altText: [curve].seen(at: phrase("axis.position")),
          plot: Plot(
            title, x: Axis(isLong ? .log : .linear, phrase("lossByPosition.positionOfTheToken")),
            y: Axis(.linear, phrase("lossByPosition.lossNats")),
            shape: .ratio(0.55), marks: curve.marks(.category(0), isNamed: false)),
          table: DataTable([
            ("position", .integers(rows.map(\.position))), ("loss", .readings(losses)), ("low", .readings(low)),
            ("high", .readings(high)), ("n", .integers(rows.map(\.loss.n))),
          ])))
    ]
  }
}
