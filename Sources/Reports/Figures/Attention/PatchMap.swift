package import Drawing
package import Plotting
import Support

/// Numbers of an image's patches laid over the image, beside the image: attention rollout, a head's weights, an
/// attribution.
package struct PatchMap: FigureContent {
  package struct Map: Sendable {
    package var name: String
    /// Row by row.
    package var values: [PlotValue]

    package init(_ name: String, _ values: [PlotValue]) {
      self.name = name
      self.values = values
    }
  }

  package enum Style: Sendable {
    /// Each patch in one colour.
    case grid
    /// Colours that run from patch to patch.
    case smooth
  }

  package let title: String
  let image: PixelImage
  let rows: Int
  let columns: Int
  let maps: [Map]
  /// What the numbers are: "attention rollout".
  let quantity: String
  let style: Style

  /// - Parameter maps: one at least, each of rows × columns numbers.
  package init(
    title: String, image: PixelImage, rows: Int, columns: Int, maps: [Map], quantity: String, style: Style
  ) {
    precondition(!maps.isEmpty && maps.allSatisfy { $0.values.count == rows * columns })
    self.title = title
    self.image = image
    self.rows = rows
    self.columns = columns
    self.maps = maps
    self.quantity = quantity
    self.style = style
  }

  private var isSigned: Bool { maps.contains { $0.values.contains { ($0.number ?? 0) < 0 } } }

  package var what: String {
    phrase(
      "patchMap.imageQuantityRows",
      [
        "quantity": quantity, "rows": rows, "columns": columns,
        "phrase": (style == .smooth ? phrase("patchMap.interpolatedBetweenPatches") : ""),
        "phrase2": (maps.count > 1 ? phrase("patchMap.allMapsShare") : "."),
      ])
  }

  package var altText: String {
    maps.map { map in
      let names = map.values.indices.map {
        phrase("patchMap.rowColumnsColumn", ["columns": $0 / columns, "columns2": $0 % columns])
      }
      return phrase(
        "patchMap.nameQuantityGoes",
        ["name": map.name, "quantity": quantity, "range": Seen.range(map.values, names), "middle": middle(map.values)])
    }.joined(separator: " ")
  }

  /// Where the mass lies; nothing for signed numbers.
  private func middle(_ values: [PlotValue]) -> String {
    var (sum, x, y) = (0.0, 0.0, 0.0)
    for (place, reading) in values.enumerated() {
      guard let number = reading.number, number >= 0 else { continue }
      sum += number
      x += number * Double(place % columns)
      y += number * Double(place / columns)
    }
    guard !isSigned, sum > 0 else { return "" }
    return phrase(
      "patchMap.meanPlaceRow",
      ["decimals": NumberFormat.fixed(y / sum, decimals: 1), "decimals2": NumberFormat.fixed(x / sum, decimals: 1)])
  }

  package var extent: Figure.Extent { maps.count > 1 ? .text : .column }

  package var plot: any Plottable {
    let all = maps.flatMap(\.values)
    let seen = Plotting.extent(all) ?? 0...1
    let picture = RasterMark(image)
    let ground = RasterMark(image.inGrey)
    let panels = maps.map { map -> Plot.Panel in
      var cells = CellMark(rows: rows, columns: columns, values: map.values)
      cells.opacity = 0.5
      cells.isSmooth = style == .smooth
      return Plot.Panel(map.name, [ground, cells])
    }
    var plot = Plot(
      title, x: .hidden, y: .hidden,
      color: isSigned
        ? .diverging(quantity, all.reach) : .sequential(quantity, min(0, seen.lowerBound)...seen.upperBound),
      shape: .square(rows: rows, columns: columns, largestSide: 210), columns: min(panels.count + 1, 4),
      panels: [Plot.Panel(phrase("panel.image"), [picture])] + panels)
    plot.hasFrame = true
    return plot
  }

  package var table: DataTable {
    let cells = maps.flatMap { map in map.values.indices.map { (map, $0) } }
    return DataTable([
      ("map", .texts(cells.map(\.0.name))), ("row", .integers(cells.map { $0.1 / columns })),
      ("column", .integers(cells.map { $0.1 % columns })), ("value", .readings(cells.map { $0.0.values[$0.1] })),
    ])
  }
}

extension PixelImage {
  /// The image without its colours, so that those of a map on it mean only the map.
  var inGrey: PixelImage {
    var grey = self
    for place in stride(from: 0, to: pixels.count, by: 4) {
      let level = (54 * Int(pixels[place]) + 183 * Int(pixels[place + 1]) + 19 * Int(pixels[place + 2])) >> 8
      for part in 0..<3 { grey.pixels[place + part] = UInt8(level) }
    }
    return grey
  }
}
