import Plotting
import Results
import Support

/// Examples by their class and the one that a classifier names: each row's shares.
struct ConfusionMatrix: FigureContent {
  let title: String
  /// What is shown, in sentences.
  let what: String
  let names: [String]
  /// What the columns are: "predicted by the probe".
  private let predicted: String
  /// `[class, named]`, row by row.
  private let counts: [Double]
  private let shares: [PlotValue]

  /// Nil where the counts are not those of the names.
  init?(title: String, what: String, predicted: String, names: [String], counts: NumericArray) {
    let size = names.count
    guard size > 0, counts.shape == [size, size] else { return nil }
    self.title = title
    self.what = what
    self.names = names
    self.predicted = predicted
    let all = counts.values.map(Double.init)
    let sizes = (0..<size).map { row in all[row * size..<(row + 1) * size].reduce(0, +) }
    self.counts = all
    shares = all.indices.map { sizes[$0 / size] > 0 ? PlotValue(all[$0] / sizes[$0 / size]) : .notApplicable }
  }

  private var size: Int { names.count }
  /// Of all examples.
  var examples: Int { Int(counts.reduce(0, +)) }
  var extent: Figure.Extent { .text }

  var altText: String {
    let right = (0..<size).map { shares[$0 * size + $0] }
    let worst = counts.indices.filter { $0 / size != $0 % size && counts[$0] > 0 }
      .max { (shares[$0].number ?? 0, $1) < (shares[$1].number ?? 0, $0) }
    return phrase(
      "probeFigures.confusionSeen",
      [
        "classes": size, "range": Seen.range(right, names),
        "worst": worst.map {
          phrase(
            "probeFigures.confused",
            [
              "label": names[$0 / size], "predicted": names[$0 % size],
              "share": NumberFormat.text(shares[$0].number ?? 0),
            ])
        } ?? phrase("probeFigures.noConfusion"),
      ])
  }

  var plot: any Plottable {
    let isNumbered = size <= 16
    var plot = Plot(
      title, x: .categories(names, predicted),
      y: .categories(names, phrase("probeFigures.label")),
      color: .sequential(phrase("probeFigures.shareOfLabel"), 0...1),
      shape: .square(rows: size, columns: size, largestSide: 300),
      marks: [
        CellMark(
          rows: size, columns: size, values: shares,
          printed: shares.map {
            isNumbered ? $0.number.map { $0 < 0.005 ? "" : NumberFormat.fixed($0, decimals: 2) } ?? "" : ""
          })
      ])
    plot.hasFrame = true
    return plot
  }

  var table: DataTable {
    DataTable([
      ("class", .texts(counts.indices.map { names[$0 / size] })),
      ("predicted", .texts(counts.indices.map { names[$0 % size] })),
      ("examples", .integers(counts.map { Int($0) })), ("share", .readings(shares)),
    ])
  }
}
