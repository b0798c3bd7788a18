package import Drawing

/// What a mark's data mean to the scales.
package enum Channel: Hashable, Sendable { case x, y, color }

/// Shapes that stand for data: cells, lines, dots. Axes and grids are marks as well, whose data are ticks.
package protocol Mark: Sendable {
  /// The data of a channel, from which a scale without a given domain takes its own; empty where it has none.
  func values(of channel: Channel) -> [PlotValue]
  /// What the legend has to say about it.
  func legend(theme: Theme) -> [LegendEntry]
  func draw(in frame: Frame, into items: inout [DrawingItem])
  /// What it needs above the data, in points, of a panel so high: brackets, ridges that reach up.
  func headroom(over length: Double) -> Double
  /// How tall it is on a panel so wide, for marks that decide it themselves, as a paragraph does; nil for others.
  func height(width: Double, theme: Theme, measurer: any TextMeasurer) -> Double?
  /// Whether numbers without a logarithm get a sign on a logarithmic scale, which the legend explains.
  var showsUnplaced: Bool { get }
  /// Whether it is no data, but what they are seen against: a threshold, a range that is usual.
  var isGround: Bool { get }
  /// How many dots it draws, which are one image where the figure has too many of them; nil where it has none.
  var dots: Int? { get }
  /// What the figure's description has to say of how it is drawn.
  func note(theme: Theme) -> String?
}

extension Mark {
  package func legend(theme: Theme) -> [LegendEntry] { [] }
  package func headroom(over length: Double) -> Double { 0 }
  package func height(width: Double, theme: Theme, measurer: any TextMeasurer) -> Double? { nil }
  package func note(theme: Theme) -> String? { nil }
  package var showsUnplaced: Bool { false }
  package var isGround: Bool { false }
  package var dots: Int? { nil }
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
    case gap(PlotValue)
    /// What stands in a chart for a reading that is no number.
    case sign(PlotValue)
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
