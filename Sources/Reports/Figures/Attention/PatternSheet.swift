package import Results
import Plotting
import Support

/// All layers × heads of one document as small multiples of its attention patterns.
package enum PatternSheet: FigureBuilder {
  package static let isOfDocument = true

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard results[analysis: AttentionMetrics.analysis] != nil else { return [] }
    let id = "attention-sheet"
    guard let sample = SampleDocument.all(in: results).first else {
      return [.omitted(id: id, reason: phrase("patternSheet.noDocumentsAttention"))]
    }
    let (layers, heads) = (sample.shownLayers, sample.shownHeads)
    var panels: [Plot.Panel] = []
    for layer in layers {
      for head in heads {
        var cells = CellMark(rows: sample.queries, columns: sample.keys, values: sample.readings(layer, head))
        cells.isImage = sample.pattern.values.count > 20_000
        panels.append(Plot.Panel("", [cells]))
      }
    }
    let title = phrase(
      "patternSheet.attentionPhraseHeads",
      ["shown": sample.isWhole ? "all" : "selected", "sample": sample.name])
    var plot = Plot(
      title, x: .hidden, y: .hidden,
      color: .sequential(phrase("patternSheet.attentionWeight"), 0...1, transform: .squareRoot),
      shape: .square(
        rows: sample.queries, columns: sample.keys, largestSide: max(48, min(110, 500 / Double(heads.count)))),
      columns: heads.count, panels: panels)
    plot.outerX = .indices(heads, phrase("axis.head"))
    plot.outerY = .indices(layers, phrase("axis.layer"))
    plot.hasFrame = true
    return [
      .figure(
        Figure(
          id: id, analysis: "attention", title: title,
          caption: Caption(results: results).text(
            phrase(
              "patternSheet.attentionPatternsQuery",
              [
                "shown": sample.isWhole ? "all" : "selected", "sample": sample.name, "size": sample.size,
                "kind": sample.isCross ? "cross" : "own", "rows": sample.rows,
              ]),
            n: phrase("caption.oneDocument"), analysis: "attention"),
          altText: phrase(
            "patternSheet.layersHeadsSmall",
            [
              "layers": layers.count, "heads": heads.count, "queries": sample.queries, "keys": sample.keys,
              "focusSentence": sample.focusSentence,
            ]), extent: .text, plot: plot, table: table(sample)))
    ]
  }

  private static func table(_ sample: SampleDocument) -> DataTable {
    let (queries, keys) = (sample.queries, sample.keys)
    let rows = sample.shownLayers.flatMap { layer in
      sample.shownHeads.flatMap { head in (0..<queries).map { (layer: layer, head: head, query: $0) } }
    }
    var columns: [(name: String, column: DataTable.Column)] = [
      ("layer", .integers(rows.map(\.layer))), ("head", .integers(rows.map(\.head))),
      ("query", .integers(rows.map(\.query))), ("query_token", .tokens(rows.map { sample.queryTokens[$0.query] })),
    ]
    if !sample.entries.queries.isEmpty {
      columns.append(("query_vocabulary_entry", .texts(rows.map { sample.entries.queries[$0.query] })))
    }
    for key in 0..<keys {
      columns.append(
        ("key_\(key)", .readings(rows.map { PlotValue(Double(sample.weight($0.layer, $0.head, $0.query, key))) })))
    }
    return DataTable(columns)
  }
}
