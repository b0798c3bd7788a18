import Drawing

/// Entries in lines above the panels, or in a column beside or within them, where they cannot cover data.
struct Legend {
  struct Placed {
    var entry: LegendEntry
    var x: Double
    var line: Int
    var text: String
  }
  var title: String
  var placed: [Placed] = []
  var lineCount = 0
  private var entries: [LegendEntry] = []
  let theme: Theme

  static let symbolWidth = 14.0
  static let spacing = 12.0

  var font: Font { theme.tickFont }
  func lineHeight(_ measurer: any TextMeasurer) -> Double { measurer.extent(of: "0", in: font).height + 3 }
  func height(_ measurer: any TextMeasurer) -> Double { Double(lineCount) * lineHeight(measurer) }

  /// Entries with the same symbol and name are one; gaps of several marks are named together.
  init(title: String, entries: [LegendEntry], width: Double, theme: Theme, measurer: any TextMeasurer) {
    self.title = title
    self.theme = theme
    var seen: Set<LegendEntry> = []
    let entries = entries.filter { seen.insert($0).inserted }
    self.entries = entries
    guard !entries.isEmpty else { return }
    var x = title.isEmpty ? 0 : measurer.extent(ofRich: title, in: font).width + Self.spacing
    if x > width / 2 {
      self.title = fitted(title, font, width: width, measurer, isRich: true)
      x = 0
      lineCount = 1
    }
    var line = lineCount
    for (entry, text) in zip(entries, names(atMost: width, measurer)) {
      let needed = Self.symbolWidth + 4 + measurer.extent(ofRich: text, in: font).width
      if x > 0, x + needed > width {
        line += 1
        x = 0
      }
      placed.append(Placed(entry: entry, x: x, line: line, text: text))
      x += needed + Self.spacing
    }
    lineCount = line + 1
  }

  private func names(atMost width: Double, _ measurer: any TextMeasurer) -> [String] {
    fitted(entries.map(\.name), font, width: width - Self.symbolWidth - 4, measurer, isRich: true)
  }

  /// The same below one another, the title above them.
  func asColumn(atMost width: Double, _ measurer: any TextMeasurer) -> Legend {
    var column = self
    column.title = fitted(title, font, width: width, measurer, isRich: true)
    let first = title.isEmpty ? 0 : 1
    column.placed = zip(entries, names(atMost: width, measurer)).enumerated().map { line, entry in
      Placed(entry: entry.0, x: 0, line: first + line, text: entry.1)
    }
    column.lineCount = entries.isEmpty ? 0 : first + entries.count
    return column
  }

  func width(_ measurer: any TextMeasurer) -> Double {
    let lines = placed.map { $0.x + Self.symbolWidth + 4 + measurer.extent(ofRich: $0.text, in: font).width }
    let head = title.isEmpty ? 0 : measurer.extent(ofRich: title, in: font).width
    return max(lines.max() ?? 0, head)
  }

  func draw(at origin: Point, measurer: any TextMeasurer, into items: inout [DrawingItem]) {
    guard lineCount > 0 else { return }
    let height = lineHeight(measurer)
    if !title.isEmpty {
      let run = TextRun(
        title, font: font, color: theme.muted, at: Point(origin.x, origin.y + height / 2), vertical: .middle)
      items += run.pieces(measurer).map { .text($0) }
    }
    for place in placed {
      let middle = origin.y + (Double(place.line) + 0.5) * height
      let left = origin.x + place.x
      items += symbol(place.entry.symbol, x: left, middle: middle)
      let run = TextRun(
        place.text, font: font, color: theme.ink, at: Point(left + Self.symbolWidth + 4, middle), vertical: .middle)
      items += run.pieces(measurer).map { .text($0) }
    }
  }

  private func symbol(_ symbol: LegendEntry.Symbol, x: Double, middle: Double) -> [DrawingItem] {
    let center = Point(x + Self.symbolWidth / 2, middle)
    let box = Rect(x + 2, middle - 4.5, Self.symbolWidth - 4, 9)
    switch symbol {
    case .swatch(let paint, let opacity):
      let (fill, style) = (paint.color(in: theme), theme.style(of: paint))
      if opacity == 1 {
        return [.rect(box, fill: fill, stroke: nil, crisp: false)]
          + Hatch.items(style.pattern, in: box, on: fill, theme: theme)
      }
      let edge = style.pattern == 0 ? nil : Stroke(fill, width: theme.lineWidth * 0.8, dash: style.dash)
      return [.rect(box, fill: fill.with(opacity: opacity), stroke: edge, crisp: false)]
    case .line(let paint, let own):
      let dash = theme.dash(of: paint, own: own)
      return [
        .path(
          [.move(Point(x, middle)), .line(Point(x + Self.symbolWidth, middle))], fill: nil,
          stroke: Stroke(theme.lineColor(of: paint), width: max(1.2, theme.lineWidth), dash: dash))
      ]
    case .disc(let paint):
      let color = theme.lineColor(of: paint)
      return theme.style(of: paint).shape.items([center], radius: 3, color)
    case .shape(let shape, let paint):
      return shape.items([center], radius: 3, paint.color(in: theme))
    case .gap(let reading):
      return GapCell.items(reading, in: box, theme: theme)
    case .sign(let reading):
      return GapSign.items(reading, at: center, radius: 2.4, color: theme.gapInk)
    case .cross:
      return [GapSign.cross(at: center, radius: 2.4, color: theme.gapInk)]
    }
  }
}

/// The colours of a continuous scale beside the panels, with ticks and title.
struct ColorBar {
  let scale: ColorScale
  let map: ColorMap
  /// Whether data lie beyond the domain's ends; a tip at the bar's end says so.
  var isExceeded = (low: false, high: false)
  private let titleLength: Double
  let axis: AxisLayout
  let position: PositionScale
  let theme: Theme
  static let thickness = 9.0
  static let gap = 10.0

  var width: Double { Self.gap + Self.thickness + axis.depth }
  var overhang: (start: Double, end: Double) {
    // A title longer than a short bar reaches over both of its ends.
    let title = max(0, (titleLength - position.length) / 2)
    return (
      max(axis.overhang.start, isExceeded.high ? 5 : 0, title), max(axis.overhang.end, isExceeded.low ? 5 : 0, title)
    )
  }

  /// Nil for scales of categories.
  init?(_ scale: ColorScale, height: Double, theme: Theme, measurer: any TextMeasurer) {
    guard case .continuous(let map, let domain, let transform) = scale.kind else { return nil }
    self.scale = scale
    self.map = ColorScale.map(map, in: theme)
    self.theme = theme
    position = PositionScale(transform, domain: domain, from: height, to: 0)
    let kind: Axis.Scale =
      switch transform {
      case .log: .log
      case .symlog(let limit): .symlog(linearTo: limit)
      case .power(let exponent): .power(exponent)
      default: .linear
      }
    var spec = Axis(kind, scale.title, domain: domain)
    spec.isInteger = scale.isInteger
    axis = AxisLayout(
      spec, position, side: .right, theme: theme, measurer: measurer, deepest: 60)
    titleLength = axis.title.map { measurer.extent(ofRich: $0, in: theme.labelFont).width }.max() ?? 0
  }

  /// - Parameter origin: the upper right corner of what it stands beside.
  func draw(at origin: Point, measurer: any TextMeasurer, into items: inout [DrawingItem]) {
    let area = Rect(origin.x + Self.gap, origin.y, Self.thickness, position.length)
    var pixels = [UInt8](repeating: 0, count: 256 * 4)
    for row in 0..<256 {
      ColorLookup.write(
        map.color(at: scale.place(1 - (Double(row) + 0.5) / 256, theme: theme)), to: &pixels, at: row * 4)
    }
    items.append(.image(PixelImage(width: 1, height: 256, pixels: pixels), in: area))
    for (isThere, foot, tip) in [
      (isExceeded.low, area.maxY, area.maxY + 5), (isExceeded.high, area.minY, area.minY - 5),
    ]
    where isThere {
      let color = map.color(at: scale.place(tip > foot ? 0 : 1, theme: theme))
      items.append(
        .path(
          polyline([Point(area.minX, foot), Point(area.midX, tip), Point(area.maxX, foot)], isClosed: true),
          fill: color, stroke: nil))
    }
    let y = PositionScale(position.kind, domain: position.domain, from: area.maxY, to: area.minY)
    let frame = Frame(area: area, x: y, y: y, color: nil, theme: theme, measurer: measurer)
    AxisMark(layout: axis).draw(in: frame, into: &items)
  }
}
