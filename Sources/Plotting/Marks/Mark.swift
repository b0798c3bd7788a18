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
  /// What the figure's description has to say of how it is drawn.
  func note(theme: Theme) -> String?
}

extension Mark {
  package func legend(theme: Theme) -> [LegendEntry] { [] }
  package func headroom(over length: Double) -> Double { 0 }
  package func height(width: Double, theme: Theme, measurer: any TextMeasurer) -> Double? { nil }
  package func note(theme: Theme) -> String? { nil }
}

/// Where marks are drawn: an area of the page with scales onto it.
package struct Frame: Sendable {
  package var area: Rect
  package var x: PositionScale
  package var y: PositionScale
  package var color: ColorScale?
  package var theme: Theme
  package var measurer: any TextMeasurer

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
    case swatch(Paint)
    case line(Paint, dash: [Double])
    case disc(Paint)
    case shape(DotShape, Paint)
    /// A cell without a number.
    case gap(Reading)
    /// The cross at the foot of a line chart where a number is missing.
    case cross
  }
  package var symbol: Symbol
  package var name: String

  package init(_ symbol: Symbol, _ name: String) {
    self.symbol = symbol
    self.name = name
  }
}

/// The cross that stands at the foot of a panel where a series has no number.
enum GapCross {
  static func items(_ readings: [(x: Double, y: Reading)], color: Color, in frame: Frame) -> [DrawingItem] {
    readings.compactMap { x, reading in
      guard reading.gap != nil, let place = frame.x.clampedPosition(x) else { return nil }
      return cross(at: Point(place, frame.area.maxY - 3.5), radius: 2.2, color: color)
    }
  }

  /// A cross that can be seen on any ground: a broader one of the page's colour lies below.
  static func haloed(at center: Point, radius: Double, in theme: Theme) -> [DrawingItem] {
    [
      .discs([center], radius: radius * 1.7, fill: theme.background.with(opacity: 0.75), stroke: nil),
      cross(at: center, radius: radius, color: theme.ink),
    ]
  }

  static func cross(at center: Point, radius: Double, color: Color) -> DrawingItem {
    .path(
      [
        .move(Point(center.x - radius, center.y - radius)), .line(Point(center.x + radius, center.y + radius)),
        .move(Point(center.x - radius, center.y + radius)), .line(Point(center.x + radius, center.y - radius)),
      ], fill: nil, stroke: Stroke(color, width: 1))
  }
}

/// A cell without a number: crossed for NaN and Inf, hatched for "n/a" and missing.
enum GapCell {
  static func items(_ reading: Reading, in cell: Rect, theme: Theme) -> [DrawingItem] {
    guard reading.gap != nil else { return [] }
    var items: [DrawingItem] = [.rect(cell, fill: theme.gapGround, stroke: nil, crisp: true)]
    let stroke = Stroke(theme.gapInk, width: max(0.4, theme.axisWidth))
    switch reading {
    case .nan, .infinite, .negativeInfinite:
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
