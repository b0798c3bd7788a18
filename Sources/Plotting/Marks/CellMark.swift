package import Drawing
import Support

/// A heatmap: readings in rows from the top, columns from the left, coloured by the figure's colour scale.
package struct CellMark: Mark {
  package var rows: Int
  package var columns: Int
  /// Row by row.
  package var values: [PlotValue]
  /// Written into the cells where all of them fit; nil for none.
  package var printed: [String]?
  /// Paper between cells, in points, where neighbours of one colour should stay apart.
  package var spacing = 0.0

  /// Less than 1 lets what lies below shine through.
  package var opacity = 1.0

  /// Colours run from cell to cell, as those of a map that is laid over a picture.
  package var isSmooth = false

  /// All cells as one image, however few: for a sheet of many small maps.
  package var isImage = false

  /// Up to here each cell is a rectangle of its own; more are one image.
  static let mostRectangles = 1200

  package init(rows: Int, columns: Int, values: [PlotValue], printed: [String]? = nil) {
    precondition(values.count == rows * columns, "\(values.count) values for \(rows)×\(columns) cells")
    precondition(printed.map { $0.count == values.count } ?? true)
    self.rows = rows
    self.columns = columns
    self.values = values
    self.printed = printed
  }

  package func values(of channel: Channel) -> [PlotValue] { channel == .color ? values : [] }

  package func legend(theme: Theme) -> [LegendEntry] {
    var seen: Set<PlotValue> = []
    for value in values {
      switch value {
      case .number, .blank: continue
      default: seen.insert(value)
      }
    }
    return PlotValue.gaps.filter(seen.contains).map { LegendEntry(.gap($0), $0.gap ?? "") }
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    guard rows > 0, columns > 0, let color = frame.color else { return }
    var cells: [DrawingItem] = []
    if isSmooth {
      drawSmooth(in: frame, color, into: &cells)
    } else if values.count <= Self.mostRectangles, !isImage {
      drawRectangles(in: frame, color, into: &cells)
    } else {
      drawImage(in: frame, color, into: &cells)
    }
    items += opacity < 1 ? [.group(cells, clip: nil, opacity: opacity)] : cells
    if let printed { print(printed, in: frame, color, into: &items) }
  }

  package func note(theme: Theme) -> String? {
    guard values.count > RasterLayer.most else { return nil }
    let resolution = NumberFormat.text(theme.rasterDPI)
    return phrase("cellMark.valuesCellsDrawn", ["values": values.count, "resolution": resolution])
  }

  private func cell(_ row: Int, _ column: Int, in area: Rect) -> Rect {
    let (width, height) = (area.width / Double(columns), area.height / Double(rows))
    return Rect(area.x + Double(column) * width, area.y + Double(row) * height, width, height)
  }

  private func drawRectangles(in frame: Frame, _ color: ColorScale, into items: inout [DrawingItem]) {
    var patterns: [PlotValue: Int] = [:]
    for row in 0..<rows {
      for column in 0..<columns {
        let reading = values[row * columns + column]
        let rect = cell(row, column, in: frame.area)
        if let fill = color.color(of: reading, theme: frame.theme) {
          let gap = min(spacing, rect.width / 4, rect.height / 4)
          let inner = Rect(rect.x + gap / 2, rect.y + gap / 2, rect.width - gap, rect.height - gap)
          items.append(.rect(inner, fill: fill, stroke: nil, crisp: gap == 0))
          if case .categorical = color.kind {
            let pattern = patterns[reading] ?? color.style(of: reading, theme: frame.theme).pattern
            patterns[reading] = pattern
            items += Hatch.items(pattern, in: inner, on: fill, theme: frame.theme)
          }
        } else {
          items += GapCell.items(reading, in: rect, theme: frame.theme)
        }
      }
    }
  }

  private func drawImage(in frame: Frame, _ color: ColorScale, into items: inout [DrawingItem]) {
    var pixels = [UInt8](repeating: 0, count: values.count * 4)
    let table = ColorLookup(color, theme: frame.theme)
    let isVisible = frame.area.width / Double(columns) >= 3 && frame.area.height / Double(rows) >= 3
    var gaps: [DrawingItem] = []
    for (index, reading) in values.enumerated() {
      if case .number(let number) = reading {
        table.write(number, to: &pixels, at: index * 4)
      } else if reading.gap != nil {
        ColorLookup.write(isVisible ? frame.theme.gapGround : frame.theme.gapInk, to: &pixels, at: index * 4)
        if isVisible {
          let rect = cell(index / columns, index % columns, in: frame.area)
          gaps += GapCell.items(reading, in: rect, theme: frame.theme).dropFirst()
        }
      }
    }
    let image = PixelImage(width: columns, height: rows, pixels: pixels)
    items.append(.image(image.reduced(to: frame.area, dpi: frame.theme.rasterDPI), in: frame.area))
    items += gaps
  }

  /// One image of linear interpolations between the cells' middles; a cell without a number stays one.
  private func drawSmooth(in frame: Frame, _ color: ColorScale, into items: inout [DrawingItem]) {
    let factor = max(1, min(16, 448 / max(rows, columns)))
    let (width, height) = (columns * factor, rows * factor)
    let table = ColorLookup(color, theme: frame.theme)
    var pixels = [UInt8](repeating: 0, count: width * height * 4)
    for y in 0..<height {
      let v = (Double(y) + 0.5) / Double(factor) - 0.5
      for x in 0..<width where values[y / factor * columns + x / factor].number != nil {
        let u = (Double(x) + 0.5) / Double(factor) - 0.5
        var (sum, total) = (0.0, 0.0)
        for (row, share) in Self.neighbours(v, below: rows) {
          for (column, part) in Self.neighbours(u, below: columns) {
            guard let number = values[row * columns + column].number else { continue }
            sum += number * share * part
            total += share * part
          }
        }
        if total > 0 { table.write(sum / total, to: &pixels, at: (y * width + x) * 4) }
      }
    }
    items.append(.image(PixelImage(width: width, height: height, pixels: pixels, isSmooth: true), in: frame.area))
    for (index, reading) in values.enumerated() where reading.gap != nil {
      items += GapCell.items(reading, in: cell(index / columns, index % columns, in: frame.area), theme: frame.theme)
    }
  }

  /// The two whole numbers around a place, each with its share; at the ends one alone.
  private static func neighbours(_ place: Double, below count: Int) -> [(Int, Double)] {
    let low = place.rounded(.down)
    return [(Int(low), 1 - (place - low)), (Int(low) + 1, place - low)].map { (min(max($0.0, 0), count - 1), $0.1) }
  }

  private func print(_ texts: [String], in frame: Frame, _ color: ColorScale, into items: inout [DrawingItem]) {
    let (width, height) = (frame.area.width / Double(columns), frame.area.height / Double(rows))
    var size = frame.theme.tickSize
    var font = Font(frame.theme.family, size: size)
    let widest = texts.map { frame.size(of: $0, font).width }.max() ?? 0
    if widest > 0 { size = min(size, size * (width - 3) / widest, (height - 1) * 0.8) }
    guard size >= frame.theme.smallestSize else { return }
    font.size = (size * 4).rounded(.down) / 4
    for (index, text) in texts.enumerated() where values[index].number != nil && !text.isEmpty {
      let rect = cell(index / columns, index % columns, in: frame.area)
      let ground = color.color(of: values[index], theme: frame.theme) ?? frame.theme.background
      if color.style(of: values[index], theme: frame.theme).pattern > 0 {
        // Words stand on a plain ground.
        let width = frame.size(of: text, font).width + 2
        items.append(
          .rect(
            Rect(rect.midX - width / 2, rect.midY - font.size / 2, width, font.size), fill: ground, stroke: nil,
            crisp: false))
      }
      items.append(
        .text(
          TextRun(
            text, font: font, color: frame.theme.readableInk(on: ground), at: Point(rect.midX, rect.midY),
            horizontal: .middle, vertical: .middle)))
    }
  }
}

/// The colours of a scale as bytes, at 1,024 places, so that a large heatmap costs one look-up a cell.
struct ColorLookup {
  private var bytes: [UInt8]
  private let low: Double
  private let factor: Double
  private let transform: PositionScale.Kind?
  private var period: ClosedRange<Double>?

  init(_ scale: ColorScale, theme: Theme) {
    let colors: [Color]
    switch scale.kind {
    case .continuous(let usual, let domain, let kind):
      let map = ColorScale.map(usual, in: theme)
      colors = (0..<1024).map { map.color(at: scale.place(Double($0) / 1023, theme: theme)) }
      transform = kind == .linear ? nil : kind
      if map.kind == .cyclic { period = domain }
      let ends = [domain.lowerBound, domain.upperBound].map { PositionScale.transform($0, kind) ?? 0 }
      low = ends[0]
      factor = ends[1] > ends[0] ? 1023 / (ends[1] - ends[0]) : 0
    case .categorical(let categories):
      colors = categories.map { $0.paint.color(in: theme) }
      transform = nil
      low = 0
      factor = 1
    }
    bytes = [UInt8](repeating: 255, count: max(colors.count, 1) * 4)
    for (index, color) in colors.enumerated() { Self.write(color, to: &bytes, at: index * 4) }
  }

  func write(_ number: Double, to pixels: inout [UInt8], at offset: Int) {
    var number = number
    if let period { number = ColorScale.wrapped(number, into: period) }
    if let transform {
      guard let value = PositionScale.transform(number, transform) else { return }
      number = value
    }
    let last = bytes.count / 4 - 1
    let index = Int(min(max(((number - low) * factor).rounded(), 0), Double(last))) * 4
    for byte in 0..<4 { pixels[offset + byte] = bytes[index + byte] }
  }

  static func write(_ color: Color, to pixels: inout [UInt8], at offset: Int) {
    func byte(_ x: Double) -> UInt8 { UInt8(min(max((x * 255).rounded(), 0), 255)) }
    pixels[offset] = byte(color.red)
    pixels[offset + 1] = byte(color.green)
    pixels[offset + 2] = byte(color.blue)
    pixels[offset + 3] = byte(color.opacity)
  }
}
