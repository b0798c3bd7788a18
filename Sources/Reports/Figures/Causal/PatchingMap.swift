package import Plotting
import Results
import Support

/// What patching an activation of one run into another changes, by layer and position or by layer and head.
package struct PatchingMap: FigureContent {
  package enum Places: Sendable {
    /// Positions of the clean prompt; where the other one differs its token stands behind an arrow.
    case positions(clean: [String], corrupted: [String]?)
    case heads(Int)

    var count: Int {
      switch self {
      case .positions(let tokens, _): tokens.count
      case .heads(let count): count
      }
    }
  }

  package let title: String
  let layers: Int
  let places: Places
  /// Row by row, a row a layer.
  let effects: [PlotValue]
  /// Beside the colours: "recovered logit difference".
  let quantity: String
  /// What is patched: "the residual stream before each layer".
  let patched: String

  package init(title: String, layers: Int, places: Places, effects: [PlotValue], quantity: String, patched: String) {
    precondition(effects.count == layers * places.count)
    if case .positions(let clean, let corrupted?) = places { precondition(clean.count == corrupted.count) }
    self.title = title
    self.layers = layers
    self.places = places
    self.effects = effects
    self.quantity = quantity
    self.patched = patched
  }

  package var what: String {
    switch places {
    case .positions(_, let corrupted):
      phrase(
        "patchingMap.capitalisedfirstWhenPatchedOne",
        [
          "capitalisedFirst": quantity.capitalisedFirst, "patched": patched,
          "phrase":
            (corrupted == nil
            ? "." : phrase("patchingMap.tokenCleanPrompt")),
          "size":
            (size == 1
            ? ""
            : phrase("patchingMap.columnStandsSize", ["size": size])),
        ])
    case .heads:
      phrase(
        "patchingMap.capitalisedfirstWhenPatched", ["capitalisedFirst": quantity.capitalisedFirst, "patched": patched])
    }
  }

  private static let mostColumns = 128
  /// Positions that a column stands for: the effect that is largest by size.
  private var size: Int {
    if case .positions = places { (places.count + Self.mostColumns - 1) / Self.mostColumns } else { 1 }
  }

  private var texts: [TokenText] {
    guard case .positions(let clean, let corrupted) = places else { return [] }
    let all = TokenText.texts(clean + (corrupted ?? []))
    return clean.indices.map { index in
      guard let corrupted, corrupted[index] != clean[index] else { return all[index] }
      return TokenText(lead: all[index].lead, body: all[index].body + "→" + all[clean.count + index].body)
    }
  }

  package var altText: String {
    let (count, tokens) = (places.count, texts)
    func name(_ place: Int) -> String {
      let (layer, column) = (place / count, place % count)
      return tokens.isEmpty
        ? Component.head(layer, column).id
        : phrase("patchingMap.layerLayerQuoted", ["layer": layer, "quoted": quoted(tokens[column], column)])
    }
    let top = effects.largest(4).map { named(effects[$0], name($0)) }
    return
      phrase(
        "patchingMap.mapLayersLayers",
        [
          "layers": layers, "count": count, "isEmpty": tokens.isEmpty ? "heads" : "positions",
          "capitalisedFirst": quantity.capitalisedFirst, "range": Seen.range(effects, effects.indices.map(name)),
          "top": listed(top),
        ])
  }

  package var extent: Figure.Extent { places.count > 24 ? .text : .column }

  package var plot: any Plottable {
    let (size, all) = (size, places.count)
    let count = (all + size - 1) / size
    let values = (0..<layers * count).map { place -> PlotValue in
      let first = place / count * all + place % count * size
      let block = Array(effects[first..<min(first + size, (place / count + 1) * all)])
      return block[block.largest(1).first ?? 0]
    }
    let x: Axis
    let shape: Plot.Shape
    switch places {
    case .positions:
      let names = texts.enumerated().filter { $0.offset % size == 0 }.map { CategoryLabel.token($0.element) }
      x = Axis(.band(names), phrase("axis.position"))
      shape = .lines(layers, height: min(13, 200 / Double(max(layers, 1))))
    case .heads:
      x = .indices(count, phrase("axis.head"))
      shape = .rows(layers, columns: count, tallest: 18)
    }
    var plot = Plot(
      title, x: x, y: .indices(layers, phrase("axis.layer")), color: .diverging(quantity, effects.reach), shape: shape,
      marks: [CellMark(rows: layers, columns: count, values: values)])
    plot.hasFrame = true
    return plot
  }

  package var table: DataTable {
    let count = places.count
    var columns: [(name: String, column: DataTable.Column)] = [
      ("layer", .integers(effects.indices.map { $0 / count }))
    ]
    switch places {
    case .positions(let clean, _):
      columns.append(("position", .integers(effects.indices.map { $0 % count })))
      columns.append(("token", .tokens(effects.indices.map { clean[$0 % count] })))
    case .heads: columns.append(("head", .integers(effects.indices.map { $0 % count })))
    }
    return DataTable(columns + [("effect", .readings(effects))])
  }
}
