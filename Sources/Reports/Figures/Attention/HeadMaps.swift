package import Results
import Plotting
import Support

/// Layer × head maps: one for each number that the attention analysis has of every head.
package enum HeadMaps: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: AttentionMetrics.analysis] else { return [] }
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
    let grid = HeadGrid(table, of: results.subject)
    guard let seen = extent(grid.readings) else {
      return .omitted(id: id, reason: phrase("headMaps.titleHasNo", ["title": metric.title]))
    }
    if seen.lowerBound == seen.upperBound, grid.readings.count > 1, !grid.readings.contains(where: { $0.gap != nil }) {
      let value = NumberFormat.text(seen.lowerBound)
      return .omitted(id: id, reason: phrase("headMaps.titleValueEvery", ["title": metric.title, "value": value]))
    }
    let digits = grid.readings.map { reading in
      reading.number.map { NumberFormat.fixed($0, decimals: decimals(seen)) } ?? ""
    }
    let title = phrase("headMaps.titleLayerHead", ["title": metric.title])
    // The axes say the rest.
    let plot = Plot(
      metric.title, x: .indices(grid.heads, phrase("axis.head")),
      y: .indices(grid.layers, phrase("axis.layer")),
      color: colorScale(metric, seen), shape: .rows(grid.layers.count, columns: grid.heads.count, tallest: 22),
      marks: [CellMark(rows: grid.layers.count, columns: grid.heads.count, values: grid.readings, printed: digits)])
    let caption = Caption(results: results)
    let isOfWeights = metric == AttentionMetrics.copyingScore
    return .figure(
      Figure(
        id: id, analysis: "attention", title: title,
        caption: caption.text(
          "\(title).", metrics: [metric],
          n: Caption.n(
            grid.quantities, isOfWeights ? phrase("headMaps.eigenvaluesAHead") : phrase("headMaps.observationsAHead")),
          analysis: "attention", onCorpus: !isOfWeights),
        altText: phrase(
          "headMaps.mapLayersLayers",
          [
            "layers": grid.layers.count, "heads": grid.heads.count, "title": metric.title,
            "range": Seen.range(grid.readings, grid.names), "layerSentence": layerSentence(grid),
          ]),
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
    guard grid.layers.count > 1 else { return "" }
    let width = grid.heads.count
    let means = grid.layers.indices.map { row -> PlotValue in
      let values = grid.readings[row * width..<(row + 1) * width].compactMap(\.number)
      return values.isEmpty ? .missing : PlotValue(values.reduce(0, +) / Double(values.count))
    }
    return phrase(
      "headMaps.layerMeansGo",
      ["range": Seen.range(means, grid.layers.map { phrase("headMaps.layerValue", ["value": $0]) })])
  }
}

/// The rows of a table that belong to heads, as layers × heads.
struct HeadGrid {
  /// Those that are shown.
  let layers: [Int]
  let heads: [Int]
  /// In layer-major order; missing where the table has none.
  let readings: [PlotValue]
  let quantities: [Quantity]
  let names: [String]

  init(_ table: MetricTable, of subject: Subject) {
    let rows = table.rows.filter { $0.component.head != nil }
    let (lastLayer, lastHead) = (
      rows.compactMap(\.component.layer).max() ?? -1, rows.compactMap(\.component.head).max()
    )
    layers = subject.shownLayers.filter { $0 <= lastLayer }
    heads = subject.shownHeads.filter { $0 <= lastHead ?? -1 }
    let known = Dictionary(rows.map { ($0.component.place, $0.quantity) }) { $1 }
    let heads = heads
    let places = layers.flatMap { layer in heads.map { Component.head(layer, $0) } }
    quantities = places.map { known[$0.place] ?? .missing }
    readings = quantities.map { PlotValue($0) }
    names = places.map(\.id)
  }

  func table(_ metric: Metric) -> DataTable {
    DataTable([
      ("layer", .integers(quantities.indices.map { layers[$0 / heads.count] })),
      ("head", .integers(quantities.indices.map { heads[$0 % heads.count] })),
      (metric.id, .readings(readings)),
      ("low", .readings(quantities.map { $0.interval.map { PlotValue($0.lowerBound) } ?? .blank })),
      ("high", .readings(quantities.map { $0.interval.map { PlotValue($0.upperBound) } ?? .blank })),
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
