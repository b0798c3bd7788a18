package import Results
import Plotting

/// Layer × head maps: one for each number that the attention analysis has of every head.
package enum HeadMaps: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: "attention"] else { return [] }
    return analysis.tables.filter { table in
      isDrawn(table.metric) && table.rows.contains { $0.component.head != nil }
    }.map { figure($0, of: results) }
  }

  /// Numbers that only rules need (those of longer sequences, second definitions of a score) are in the tables alone.
  private static func isDrawn(_ metric: Metric) -> Bool {
    !(metric.id.last?.isNumber ?? false) && !metric.id.hasSuffix("Mul")
      && metric != AttentionMetrics.keyMarginalOrdinary
  }

  private static func figure(_ table: MetricTable, of results: RunResults) -> FigureOutcome {
    let metric = table.metric
    let id = slug(metric.id)
    let grid = HeadGrid(table)
    guard let seen = extent(grid.readings) else {
      return .omitted(id: id, reason: "\(metric.title) has no number for any head")
    }
    if seen.lowerBound == seen.upperBound, grid.readings.count > 1, !grid.readings.contains(where: { $0.gap != nil }) {
      let value = NumberFormat.text(seen.lowerBound)
      return .omitted(id: id, reason: "\(metric.title) is \(value) for every head")
    }
    let digits = grid.readings.map { reading in
      reading.number.map { NumberFormat.fixed($0, decimals: decimals(seen)) } ?? ""
    }
    let title = "\(metric.title) by layer and head"
    // The axes say the rest.
    let plot = Plot(
      metric.title, x: .indices(grid.heads, "head"),
      y: .indices(grid.layers, "layer"),
      color: colorScale(metric, seen), shape: .rows(grid.layers, columns: grid.heads, tallest: 22),
      marks: [CellMark(rows: grid.layers, columns: grid.heads, values: grid.readings, printed: digits)])
    let caption = Caption(results: results)
    let isOfWeights = metric == AttentionMetrics.copyingScore
    return .figure(
      Figure(
        id: id, analysis: "attention", title: title,
        caption: caption.text(
          "\(title).", metrics: [metric],
          n: Caption.n(grid.quantities, isOfWeights ? "eigenvalues a head" : "observations a head"),
          analysis: "attention", onCorpus: !isOfWeights),
        altText: "Map of \(grid.layers) layers by \(grid.heads) heads. \(metric.title) goes "
          + Seen.range(grid.readings, grid.names) + ". " + layerSentence(grid),
        plot: plot, table: grid.table(metric)))
  }

  /// The metric's own limits; where the data stay low in them, up to the data, but no
  /// less than a tenth, so that noise is not drawn as a pattern.
  private static func colorScale(_ metric: Metric, _ seen: ClosedRange<Double>) -> ColorScale {
    // The title above has the whole name.
    let subject = metric.title.prefix(while: { $0 != "," }).split(separator: " ")
      .prefix { !["at", "of", "on", "to"].contains($0) }
    let noun = subject.last.map { String($0).lowercasedFirst } ?? ""
    let title = Axis.title(noun, unit: noun == metric.unit ? "" : metric.unit)
    if let lowest = metric.lowest, lowest < 0 { return .diverging(title, seen) }
    let low = min(metric.lowest ?? seen.lowerBound, seen.lowerBound)
    var high = seen.upperBound
    if let highest = metric.highest {
      high = seen.upperBound > highest / 2 ? highest : max(seen.upperBound, highest / 10)
    }
    if high <= low { high = low + 1 }
    return .sequential(title, low...high)
  }

  /// As many decimals as show the range in three digits.
  private static func decimals(_ seen: ClosedRange<Double>) -> Int {
    let largest = max(abs(seen.lowerBound), abs(seen.upperBound))
    return largest >= 100 ? 0 : largest >= 10 ? 1 : 2
  }

  private static func layerSentence(_ grid: HeadGrid) -> String {
    guard grid.layers > 1 else { return "" }
    let means = (0..<grid.layers).map { layer -> Reading in
      let values = grid.readings[layer * grid.heads..<(layer + 1) * grid.heads].compactMap(\.number)
      return values.isEmpty ? .missing : Reading(values.reduce(0, +) / Double(values.count))
    }
    return "Layer means go " + Seen.range(means, (0..<grid.layers).map { "layer \($0)" }) + "."
  }
}

/// The rows of a table that belong to heads, as layers × heads.
struct HeadGrid {
  let layers: Int
  let heads: Int
  /// In layer-major order; missing where the table has none.
  let readings: [Reading]
  let quantities: [Quantity]
  let names: [String]

  init(_ table: MetricTable) {
    let rows = table.rows.filter { $0.component.head != nil }
    layers = (rows.compactMap(\.component.layer).max() ?? -1) + 1
    heads = (rows.compactMap(\.component.head).max() ?? -1) + 1
    var quantities = [Quantity](repeating: .missing, count: layers * heads)
    for row in rows {
      guard let layer = row.component.layer, let head = row.component.head else { continue }
      quantities[layer * heads + head] = row.quantity
    }
    self.quantities = quantities
    readings = quantities.map { Reading($0) }
    let count = heads
    names = quantities.indices.map { "L\($0 / count).H\($0 % count)" }
  }

  func table(_ metric: Metric) -> DataTable {
    DataTable([
      ("layer", .integers(quantities.indices.map { $0 / heads })),
      ("head", .integers(quantities.indices.map { $0 % heads })),
      (metric.id, .readings(readings)),
      ("low", .readings(quantities.map { $0.interval.map { Reading($0.lowerBound) } ?? .blank })),
      ("high", .readings(quantities.map { $0.interval.map { Reading($0.upperBound) } ?? .blank })),
      ("n", .integers(quantities.map(\.n))),
    ])
  }
}

extension String {
  /// "Normalised entropy" inside a sentence; names and abbreviations keep their capitals.
  var lowercasedFirst: String {
    guard let first, first.isUppercase, let second = dropFirst().first, second.isLowercase else { return self }
    return first.lowercased() + dropFirst()
  }
}
