package import Results
import Plotting

/// How alike the residual points are: CKA of every two, plain and debiased.
package enum SimilarityMatrices: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: "similarity"] else { return [] }
    return [("cka", SimilarityMetrics.cka), ("ckaDebiased", SimilarityMetrics.ckaDebiased)].map { name, metric in
      let id = "similarity-" + slug(name)
      guard let array = analysis.arrays[name], array.shape.count == 2, array.shape[0] == array.shape[1],
        array.shape[0] > 1
      else { return .omitted(id: id, reason: "\(metric.title) was not computed") }
      return figure(id, array, metric, results)
    }
  }

  private static func figure(
    _ id: String, _ array: NumericArray, _ metric: Metric, _ results: RunResults
  ) -> FigureOutcome {
    let count = array.shape[0]
    let readings = array.values.map { Reading(Double($0)) }
    guard let seen = extent(readings) else { return .omitted(id: id, reason: "\(metric.title) has no number") }
    let title = "\(metric.title) between residual points"
    let labels = readings.map { $0.number.map { NumberFormat.fixed($0, decimals: 2) } ?? "" }
    var plot = Plot(
      title, x: .indices(count, "residual point"), y: .indices(count, "residual point"),
      color: .sequential(metric.title, min(0, seen.lowerBound)...max(1, seen.upperBound)),
      shape: .square(rows: count, columns: count, largestSide: 300),
      marks: [CellMark(rows: count, columns: count, values: readings, printed: labels)])
    plot.hasFrame = true
    // What is seen: the pairs beside the diagonal, and the ends.
    let steps = (1..<count).map { readings[$0 * count + $0 - 1] }
    let ends = readings[count - 1]
    let cells = 0..<count * count
    return .figure(
      Figure(
        id: id, analysis: "similarity", title: title,
        caption: Caption(results: results).text(
          "\(title); point 0 is the embeddings, point p the residual stream after block p.", metrics: [metric],
          analysis: "similarity"),
        altText: "Matrix of \(count) by \(count). Between neighbouring points it goes "
          + Seen.range(steps, (1..<count).map { "R\($0 - 1) and R\($0)" })
          + "; between first and last point it is \(ends.number.map { NumberFormat.text($0) } ?? ends.gap ?? "").",
        plot: plot,
        table: DataTable([
          ("row", .texts(cells.map { "R\($0 / count)" })), ("column", .texts(cells.map { "R\($0 % count)" })),
          (metric.id, .readings(readings)),
        ])))
  }
}
