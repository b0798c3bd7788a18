package import Results
package import Plotting
import Support

/// How alike the residual points are: CKA of every two, plain and debiased.
package enum SimilarityMatrices: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: SimilarityMetrics.analysis] else { return [] }
    return [
      (SimilarityMetrics.matrix, SimilarityMetrics.cka),
      (SimilarityMetrics.debiasedMatrix, SimilarityMetrics.ckaDebiased),
    ].map { key, metric in
      let id = "similarity-" + slug(key.name)
      guard let array = analysis[key], array.shape.count == 2, array.shape[0] == array.shape[1],
        array.shape[0] > 1
      else { return .omitted(id: id, reason: phrase("similarityMatrices.titleWasNot", ["title": metric.title])) }
      let points = (0..<array.shape[0]).filter { results.subject.selection?.shows(.point($0)) ?? true }
      let axis = (axis: phrase("similarityMatrices.residualPoint"), count: points.count)
      let content = SimilarityMatrix(
        title: phrase("similarityMatrices.titleBetweenResidual", ["title": metric.title]), quantity: metric.title,
        column: metric.id, rows: axis,
        columns: axis, places: points,
        values: points.flatMap { row in points.map { PlotValue(Double(array.values[row * array.shape[0] + $0])) } })
      guard extent(content.values) != nil else {
        return .omitted(id: id, reason: phrase("similarityMatrices.titleHasNo", ["title": metric.title]))
      }
      return .figure(
        Figure(
          content, id: id, analysis: "similarity",
          caption: Caption(results: results).text(
            phrase("similarityMatrices.titlePoint0", ["title": content.title]),
            metrics: [metric],
            analysis: "similarity")))
    }
  }
}

/// A number of every two layers, of one model or of two.
package struct SimilarityMatrix: FigureContent {
  package let title: String
  /// Beside the colours: "CKA".
  let quantity: String
  /// In the table: "similarity.cka".
  let column: String
  let rows: (axis: String, count: Int)
  let columns: (axis: String, count: Int)
  /// What rows and columns are called, where these are some of more.
  let places: [Int]
  /// Row by row.
  let values: [PlotValue]

  package init(
    title: String, quantity: String, column: String, rows: (axis: String, count: Int),
    columns: (axis: String, count: Int), places: [Int]? = nil, values: [PlotValue]
  ) {
    self.places = places ?? Array(0..<max(rows.count, columns.count))
    precondition(self.places.count == max(rows.count, columns.count))
    precondition(values.count == rows.count * columns.count && rows.count > 0 && columns.count > 0)
    self.title = title
    self.quantity = quantity
    self.column = column
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  private var isOfOne: Bool { rows == columns }

  package var what: String { title + "." }

  /// Of one model the pairs beside the diagonal and the ends; of two, the best partner of each row.
  package var altText: String {
    let (height, width) = (rows.count, columns.count)
    let text = phrase("similarityMatrices.matrixHeightWidth", ["height": height, "width": width])
    guard isOfOne else {
      let best = (0..<height).map { row in
        (0..<width).max {
          (values[row * width + $0].number ?? -.infinity) < (values[row * width + $1].number ?? -.infinity)
        } ?? 0
      }
      return text
        + phrase(
          "similarityMatrices.highestNumberEach",
          [
            "best": Seen.range(
              (0..<height).map { values[$0 * width + best[$0]] },
              (0..<height).map { phrase("similarityMatrices.valueAndBest", ["value": $0, "best": best[$0]]) })
          ])
    }
    let steps = (1..<max(height, 1)).map { values[$0 * width + $0 - 1] }
    let ends = values[width - 1]
    return text
      + phrase(
        "similarityMatrices.betweenNeighbouringPoints",
        [
          "places": Seen.range(
            steps,
            (1..<max(height, 1)).map {
              phrase("similarityMatrices.rPlacesR", ["places": places[$0 - 1], "places2": places[$0]])
            }), "gap": ends.number.map { NumberFormat.text($0) } ?? ends.gap ?? "",
        ])
  }

  package var plot: any Plottable {
    let seen = Plotting.extent(values) ?? 0...1
    let labels = values.map { $0.number.map { NumberFormat.fixed($0, decimals: 2) } ?? "" }
    var plot = Plot(
      title, x: .indices(Array(places.prefix(columns.count)), columns.axis),
      y: .indices(Array(places.prefix(rows.count)), rows.axis),
      color: .sequential(quantity, min(0, seen.lowerBound)...max(1, seen.upperBound)),
      shape: .square(rows: rows.count, columns: columns.count, largestSide: 300),
      marks: [CellMark(rows: rows.count, columns: columns.count, values: values, printed: labels)])
    plot.hasFrame = true
    return plot
  }

  package var table: DataTable {
    let cells = values.indices
    let letter = isOfOne ? "R" : ""
    return DataTable([
      ("row", .texts(cells.map { "\(letter)\(places[$0 / columns.count])" })),
      ("column", .texts(cells.map { "\(letter)\(places[$0 % columns.count])" })), (column, .readings(values)),
    ])
  }
}
