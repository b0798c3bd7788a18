package import Plotting
import Results
import Support

/// One head's weights on one document as a heatmap with its tokens.
package struct AttentionHeatmap: FigureContent {
  let sample: SampleDocument
  let layer: Int
  let head: Int
  /// Why this head: "the head with the lowest normalised entropy (0.02)"; empty for none.
  let reason: String
  private var name: String { Component.head(layer, head).id }

  package init(_ sample: SampleDocument, layer: Int, head: Int, reason: String = "") {
    self.sample = sample
    self.layer = layer
    self.head = head
    self.reason = reason
  }

  package var title: String { phrase("attentionHeatmap.attentionHeadName", ["name": name, "sample": sample.name]) }

  package var what: String {
    phrase(
      "attentionHeatmap.attentionWeightsQuery",
      [
        "name": name, "reason": reason.isEmpty ? "none" : reason, "sample": sample.name, "size": sample.size,
        "rows": sample.rows,
      ])
  }

  package var altText: String { sample.summary(layer, head) }

  package var extent: Figure.Extent { sample.keys > 14 ? .text : .column }

  package var plot: any Plottable {
    let readings = sample.readings(layer, head)
    let high = Plotting.extent(readings)?.upperBound ?? 1
    var plot = Plot(
      title, x: .tokens(sample.keyTokens, sample.names.key), y: .tokens(sample.queryTokens, sample.names.query),
      color: .sequential(phrase("attentionHeatmap.attentionWeight"), 0...(high > 0.5 ? 1 : max(high, 0.05))),
      shape: .square(rows: sample.queries, columns: sample.keys, largestSide: 400),
      marks: [CellMark(rows: sample.queries, columns: sample.keys, values: readings)])
    plot.hasFrame = true
    return plot
  }

  package var table: DataTable {
    let keys = sample.keys
    let cells = 0..<sample.queries * keys
    return DataTable(
      [("query", .integers(cells.map { $0 / keys })), ("key", .integers(cells.map { $0 % keys }))]
        + sample.tokenColumns(cells.map { ($0 / keys, $0 % keys) })
        + [("weight", .readings(cells.map { PlotValue(Double(sample.weight(layer, head, $0 / keys, $0 % keys))) }))])
  }
}
