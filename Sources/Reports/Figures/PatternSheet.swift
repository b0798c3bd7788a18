package import Results
import Plotting

/// All layers × heads of one document as small multiples of its attention patterns.
package enum PatternSheet: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard results[analysis: "attention"] != nil else { return [] }
    let id = "attention-sheet"
    guard let sample = SampleDocument.all(in: results).first else {
      return [.omitted(id: id, reason: "no document's attention was kept")]
    }
    let (layers, heads) = (sample.layers, sample.heads)
    var panels: [Plot.Panel] = []
    for layer in 0..<layers {
      for head in 0..<heads {
        var cells = CellMark(rows: sample.queries, columns: sample.keys, values: sample.readings(layer, head))
        cells.isImage = sample.pattern.values.count > 20_000
        panels.append(Plot.Panel("", [cells]))
      }
    }
    let title = "Attention of all heads on \(sample.id)"
    var plot = Plot(
      title, x: .hidden, y: .hidden, color: .sequential("attention weight", 0...1, transform: .squareRoot),
      shape: .square(
        rows: sample.queries, columns: sample.keys, largestSide: max(48, min(110, 500 / Double(heads)))),
      columns: heads, panels: panels)
    plot.outerX = .indices(heads, "head")
    plot.outerY = .indices(layers, "layer")
    plot.hasFrame = true
    return [
      .figure(
        Figure(
          id: id, analysis: "attention", title: title,
          caption: Caption(results: results).text(
            "Attention patterns A[query, key] of every layer (rows) and head (columns) on document \(sample.id), "
              + "\(sample.size), \(sample.isCross ? "predicted tokens" : "queries") from the top, "
              + "\(sample.isCross ? "source tokens" : "keys") from the left; all panels share one colour scale, "
              + "by the square root of the weight." + sample.rows,
            n: "n = 1 document.", analysis: "attention"),
          altText: "\(layers) by \(heads) small heatmaps of \(sample.queries) by \(sample.keys) tokens. "
            + sample.focusSentence, extent: .text, plot: plot, table: table(sample)))
    ]
  }

  private static func table(_ sample: SampleDocument) -> DataTable {
    let (heads, queries, keys) = (sample.heads, sample.queries, sample.keys)
    let rows = sample.layers * heads * queries
    var columns: [(name: String, column: DataTable.Column)] = [
      ("layer", .integers((0..<rows).map { $0 / (heads * queries) })),
      ("head", .integers((0..<rows).map { $0 / queries % heads })),
      ("query", .integers((0..<rows).map { $0 % queries })),
      ("query_token", .tokens((0..<rows).map { sample.queryTokens[$0 % queries] })),
    ]
    if !sample.entries.queries.isEmpty {
      columns.append(("query_vocabulary_entry", .texts((0..<rows).map { sample.entries.queries[$0 % queries] })))
    }
    for key in 0..<keys {
      columns.append(
        ("key_\(key)", .readings((0..<rows).map { Reading(Double(sample.pattern.values[$0 * keys + key])) })))
    }
    return DataTable(columns)
  }
}
