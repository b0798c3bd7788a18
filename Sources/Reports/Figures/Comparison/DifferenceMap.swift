package import Plotting

/// A number of every head in one run less that in another, as a map of layers × heads.
package struct DifferenceMap: FigureContent {
  package let title: String
  let runs: (before: String, after: String)
  let heads: Int
  /// In layer-major order.
  let before: [Reading]
  let after: [Reading]
  /// "normalised entropy".
  let quantity: String

  package init(
    title: String, runs: (before: String, after: String), heads: Int, before: [Reading], after: [Reading],
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
  private var changes: [Reading] { difference(after, before) }

  package var what: String {
    "\(quantity.capitalisedFirst) of every head in \(runs.after) less that in \(runs.before), on a scale that is centred "
      + "on zero."
  }

  package var altText: String {
    let changes = changes
    let numbers = changes.compactMap(\.number)
    let mean = numbers.isEmpty ? 0 : numbers.reduce(0, +) / Double(numbers.count)
    return "Map of \(layers) layers by \(heads) heads. The change goes "
      + Seen.range(changes, changes.indices.map { "L\($0 / heads).H\($0 % heads)" })
      + ", mean \(NumberFormat.text(mean)); \(NumberFormat.count(numbers.count { $0 > 0 })) heads rise, "
      + "\(NumberFormat.count(numbers.count { $0 < 0 })) fall."
  }

  package var plot: any Plottable {
    let changes = changes
    var plot = Plot(
      title, x: .indices(heads, "head"), y: .indices(layers, "layer"),
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
