package import Plotting
import Support

/// Numbers of the last runs, a small line each: where they stand now, and where they were.
package struct Sparklines: FigureContent {
  /// From the oldest run to the newest.
  package typealias Row = SparklineMark.Row

  package let title: String
  let rows: [Row]

  package init(title: String, rows: [Row]) {
    precondition(!rows.isEmpty)
    self.title = title
    self.rows = rows
  }

  private var runs: Int { rows.map(\.values.count).max() ?? 0 }

  package var what: String {
    phrase(
      "sparklines.lastRunsNewest",
      [
        "runs": runs,
        "phrase": (rows.contains { $0.threshold != nil } ? phrase("sparklines.dashedLinesThresholds") : ""),
        "phrase2":
          (rows.contains { $0.values.contains { $0.gap != nil } } ? phrase("sparklines.crossesRunsWithout") : ""),
      ])
  }

  package var altText: String {
    rows.map { row in
      let last =
        row.values.last.map { $0.number.map { NumberFormat.text($0) } ?? $0.gap ?? phrase("sparklines.none") }
        ?? phrase("sparklines.none")
      let range = Plotting.extent(row.values).map {
        phrase(
          "sparklines.lowerboundToUpperbound",
          ["lowerBound": NumberFormat.text($0.lowerBound), "upperBound": NumberFormat.text($0.upperBound)])
      }
      let gaps = row.values.count { $0.gap != nil }
      return phrase(
        "sparklines.rowLastLast",
        [
          "row": row.name, "last": last,
          "phrase": range.map { phrase("sparklines.rangeValue", ["value": $0]) } ?? phrase("sparklines.noNumber"),
          "phrase2": (row.threshold.map { phrase("sparklines.thresholdText", ["text": NumberFormat.text($0)]) } ?? ""),
          "gaps": (gaps > 0 ? phrase("sparklines.gapsWithoutIt", ["gaps": gaps]) : "."),
        ])
    }.joined(separator: " ")
  }

  package var plot: any Plottable {
    var y = Axis.categories(rows.map(\.name), "")
    y.isHidden = true
    return Plot(
      title, x: .hidden, y: y, shape: .lines(rows.count, height: 21),
      marks: [SparklineMark(rows)])
  }

  package var table: DataTable {
    let cells = rows.flatMap { row in row.values.indices.map { (row, $0) } }
    return DataTable([
      ("name", .texts(cells.map(\.0.name))), ("run", .integers(cells.map(\.1))),
      ("value", .readings(cells.map { $0.0.values[$0.1] })),
      ("threshold", .readings(cells.map { $0.0.threshold.map(PlotValue.init) ?? .blank })),
    ])
  }
}
