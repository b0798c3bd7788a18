package import Drawing

/// What a mark's data mean to the scales.
package enum Channel: Hashable, Sendable { case x, y, color }

/// Shapes that stand for data: cells, lines, dots. Axes and grids are marks as well, whose data are ticks.
package protocol Mark: Sendable {
  /// The data of a channel, from which a scale without a given domain takes its own; empty where it has none.
  func readings(of channel: Channel) -> [Reading]
  /// What the legend has to say about it.
  func legend(theme: Theme) -> [LegendEntry]
  func draw(in frame: Frame, into items: inout [DrawingItem])
  /// What it needs above the data, in points, of a panel so high: brackets, ridges that reach up.
  func headroom(over length: Double) -> Double
  /// How tall it is on a panel so wide, for marks that decide it themselves, as a paragraph does; nil for others.
  func height(width: Double, theme: Theme, measurer: any TextMeasurer) -> Double?
  /// Whether numbers without a logarithm get a sign on a logarithmic scale, which the legend explains.
  var showsUnplaced: Bool { get }
  /// What the figure's description has to say of how it is drawn.
  func note(theme: Theme) -> String?
}

extension Mark {
  package func legend(theme: Theme) -> [LegendEntry] { [] }
  package func headroom(over length: Double) -> Double { 0 }
  package func height(width: Double, theme: Theme, measurer: any TextMeasurer) -> Double? { nil }
  package func note(theme: Theme) -> String? { nil }
  package var showsUnplaced: Bool { false }
}

/// Where marks are drawn: an area of the page with scales onto it.
package struct Frame: Sendable {
  package var area: Rect
  package var x: PositionScale
  package var y: PositionScale
  package var color: ColorScale?
  package var theme: Theme
  package var measurer: any TextMeasurer
  /// The figure has so many dots that those of a mark are drawn as one image.
  var isCrowded = false

  /// The point of a pair of numbers; nil where a scale has no place for one.
  func point(_ x: Double, _ y: Double) -> Point? {
    guard let px = self.x.position(x), let py = self.y.position(y) else { return nil }
    return Point(px, py)
  }

  func size(of text: String, _ font: Font) -> Size {
    let extent = measurer.extent(of: text, in: font)
    return Size(extent.width, extent.height)
  }
}

/// A path through points.
func polyline(_ points: [Point], isClosed: Bool = false) -> [PathElement] {
  guard let first = points.first else { return [] }
  return [.move(first)] + points.dropFirst().map { .line($0) } + (isClosed ? [.close] : [])
}

/// A line of a legend.
package struct LegendEntry: Hashable, Sendable {
  package enum Symbol: Hashable, Sendable {
    /// An area; hatched like those of the paint where it is opaque.
    case swatch(Paint, opacity: Double = 1)
    /// With the paint's own dash where none is given.
    case line(Paint, dash: [Double])
    /// A dot in the shape of the paint.
    case disc(Paint)
    case shape(DotShape, Paint)
    /// A cell without a number.
    case gap(Reading)
    /// What stands in a chart for a reading that is no number.
    case sign(Reading)
    /// The cross in a corner for readings that have no place at all.
    case cross
  }
  package var symbol: Symbol
  package var name: String

  package init(_ symbol: Symbol, _ name: String) {
    self.symbol = symbol
    self.name = name
  }
}

/// What stands for a reading that is no number: a cross for NaN, an arrow head to the edge for ±Inf, a short bar for
/// "n/a", a ring for missing.
enum GapSign {
  /// The signs of a series over places of the x axis: Inf at the panel's upper edge, all others at its foot.
  static func items(_ readings: [(x: Double, y: Reading)], color: Color, in frame: Frame) -> [DrawingItem] {
    readings.flatMap { x, reading -> [DrawingItem] in
      let reading = frame.y.reading(reading)
      guard reading.gap != nil, let place = frame.x.clampedPosition(x) else { return [] }
      let y = reading == .infinite ? frame.area.minY + 3.5 : frame.area.maxY - 3.5
      return items(reading, at: Point(place, y), radius: 2.2, color: color)
    }
  }

  /// - Parameter isLevel: Inf points to the right rather than up.
  static func items(
    _ reading: Reading, at center: Point, radius: Double, color: Color, isLevel: Bool = false
  ) -> [DrawingItem] {
    switch reading {
    case .number, .blank: return []
    case .nan: return [cross(at: center, radius: radius, color: color)]
    case .infinite, .negativeInfinite:
      let way = reading == .infinite ? 1.2 * radius : -1.2 * radius
      let corners =
        isLevel
        ? [center.moved(way, 0), center.moved(-way * 0.8, -radius * 1.1), center.moved(-way * 0.8, radius * 1.1)]
        : [center.moved(0, -way), center.moved(-radius * 1.1, way * 0.8), center.moved(radius * 1.1, way * 0.8)]
      return [.path(polyline(corners, isClosed: true), fill: color, stroke: nil)]
    case .notApplicable:
      return [
        .path(
          [.move(center.moved(-radius * 1.2, 0)), .line(center.moved(radius * 1.2, 0))], fill: nil,
          stroke: Stroke(color, width: 1.2))
      ]
    case .missing:
      return [.discs([center], radius: radius * 0.85, fill: nil, stroke: Stroke(color, width: 0.8))]
    }
  }

  /// A sign that can be seen on any ground: a disc of the page's colour lies below.
  static func haloed(_ reading: Reading, at center: Point, radius: Double, in theme: Theme) -> [DrawingItem] {
    guard reading.gap != nil else { return [] }
    return [.discs([center], radius: radius * 1.7, fill: theme.background.with(opacity: 0.75), stroke: nil)]
      + items(reading, at: center, radius: radius, color: theme.ink)
  }

  static func cross(at center: Point, radius: Double, color: Color) -> DrawingItem {
    .path(
      [
        .move(Point(center.x - radius, center.y - radius)), .line(Point(center.x + radius, center.y + radius)),
        .move(Point(center.x - radius, center.y + radius)), .line(Point(center.x + radius, center.y - radius)),
      ], fill: nil, stroke: Stroke(color, width: 1))
  }

  /// One entry for each state among some readings.
  static func legend(_ readings: some Sequence<Reading>) -> [LegendEntry] {
    var seen: Set<Reading> = []
    for reading in readings where reading.gap != nil { seen.insert(reading) }
    return Reading.gaps.filter(seen.contains).map { LegendEntry(.sign($0), $0.gap ?? "") }
  }
}

/// A cell without a number: crossed for NaN, with an arrow head for ±Inf, hatched for "n/a", with a ring for missing.
enum GapCell {
  static func items(_ reading: Reading, in cell: Rect, theme: Theme) -> [DrawingItem] {
    guard reading.gap != nil else { return [] }
    var items: [DrawingItem] = [.rect(cell, fill: theme.gapGround, stroke: nil, crisp: true)]
    let stroke = Stroke(theme.gapInk, width: max(0.4, theme.axisWidth))
    switch reading {
    case .infinite, .negativeInfinite, .missing:
      let radius = min(cell.width, cell.height) * 0.28
      items += GapSign.items(reading, at: Point(cell.midX, cell.midY), radius: radius, color: theme.gapInk)
    case .nan:
      items.append(
        .path(
          [
            .move(Point(cell.minX, cell.minY)), .line(Point(cell.maxX, cell.maxY)), .move(Point(cell.minX, cell.maxY)),
            .line(Point(cell.maxX, cell.minY)),
          ], fill: nil, stroke: stroke))
    default:
      // Diagonals 3.5 points apart, each cut at the cell's own edges so that nothing has to be clipped.
      var path: [PathElement] = []
      var offset = 3.5
      while offset < cell.width + cell.height {
        path.append(.move(Point(cell.minX + min(offset, cell.width), cell.minY + max(0, offset - cell.width))))
        path.append(.line(Point(cell.minX + max(0, offset - cell.height), cell.minY + min(offset, cell.height))))
        offset += 3.5
      }
      items.append(.path(path, fill: nil, stroke: stroke))
    }
    return items
  }
}
