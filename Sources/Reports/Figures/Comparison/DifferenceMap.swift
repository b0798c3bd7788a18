package import Plotting
import Results
import Support

/// A number of every head in one run less that in another, as a map of layers × heads.
package struct DifferenceMap: FigureContent {
  package let title: String
  let runs: (before: String, after: String)
  let heads: Int
  /// In layer-major order.
  let before: [PlotValue]
  let after: [PlotValue]
  /// "normalised entropy".
  let quantity: String

  package init(
    title: String, runs: (before: String, after: String), heads: Int, before: [PlotValue], after: [PlotValue],
    quantity: String
  ) {
    precondition(heads > 0 && before.count == after.count && before.count % heads == 0)
    self.title = title
    self.runs = runs
    self.heads = heads
    self.before = before
    self.after = after
    self.quantity = quantity
  }

  private var layers: Int { before.count / heads }
  private var changes: [PlotValue] { difference(after, before) }

  package var what: String {
    phrase(
      "differenceMap.capitalisedfirstEveryHead",
      ["capitalisedFirst": quantity.capitalisedFirst, "after": runs.after, "before": runs.before])
  }

  package var altText: String {
    let changes = changes
    let numbers = changes.compactMap(\.number)
    let mean = numbers.isEmpty ? 0 : numbers.reduce(0, +) / Double(numbers.count)
    return phrase(
      "differenceMap.mapLayersLayers",
      [
        "layers": layers, "heads": heads,
        "heads2": Seen.range(changes, changes.indices.map { Component.head($0 / heads, $0 % heads).id }),
        "mean": NumberFormat.text(mean), "numbers": numbers.count { $0 > 0 }, "numbers2": numbers.count { $0 < 0 },
      ])
  }

  package var plot: any Plottable {
    let changes = changes
    var plot = Plot(
      title, x: .indices(heads, phrase("axis.head")), y: .indices(layers, phrase("axis.layer")),
      color: .diverging("Δ \(quantity)", changes.reach), shape: .rows(layers, columns: heads, tallest: 22),
      marks: [
        CellMark(
          rows: layers, columns: heads, values: changes,
          printed: changes.map { $0.number.map { NumberFormat.fixed($0, decimals: 2) } ?? "" })
      ])
    plot.hasFrame = true
    return plot
  }

  package var table: DataTable {
    DataTable([
      ("layer", .integers(before.indices.map { $0 / heads })), ("head", .integers(before.indices.map { $0 % heads })),
      ("before", .readings(before)), ("after", .readings(after)), ("change", .readings(changes)),
    ])
  }
}
