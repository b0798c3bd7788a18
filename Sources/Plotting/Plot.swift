package import Drawing

/// A figure as data: panels of marks, the scales they share, and what stands around them.
///
/// Nothing in it is laid out: the same plot is drawn at any width and in any theme.
package struct Plot: Sendable {
  /// One of small multiples; a plain figure has a single one.
  package struct Panel: Sendable {
    package var title: String
    package var marks: [any Mark]
    package init(_ title: String = "", _ marks: [any Mark]) {
      self.title = title
      self.marks = marks
    }
  }

  /// How tall a panel is.
  package enum Shape: Hashable, Sendable {
    /// Height over width.
    case ratio(Double)
    /// Square cells in so many rows and columns, at most so tall and wide.
    case square(rows: Int, columns: Int, largestSide: Double)
    /// Rows of a map that are as wide as the panel allows and at most this tall.
    case rows(Int, columns: Int, tallest: Double)
    /// A fixed height for each of so many rows.
    case lines(Int, height: Double)
    /// As tall as the panels' own marks ask for at the panel's width.
    case content
  }

  package var title: String
  package var x: Axis
  package var y: Axis
  package var color: ColorScale?
  package var panels: [Panel]
  /// Panels in a row.
  package var columns: Int
  package var shape: Shape
  /// Axes of the grid of panels itself, where its rows and columns mean something: layers and heads.
  package var outerX: Axis?
  package var outerY: Axis?
  /// Labels on the right, of as many categories as the y axis has.
  package var rightY: Axis?
  /// A fine line around each panel.
  package var hasFrame = false
  /// Panels are not made wider than this, in points.
  package var largestPanelWidth = Double.infinity
  /// Marks in a strip above the panel that shares its x scale, and in one right of it that shares its y scale; their
  /// other scale starts at 0. For figures of one panel.
  package var marginalTop: [any Mark] = []
  package var marginalRight: [any Mark] = []
  /// The legend stands within a single panel where it covers no data, and above it where there is no such place.
  package var hasInnerLegend = false
  /// Colour of the category legend's symbols as discs rather than squares.
  package var hasDiscLegend = false

  package init(
    _ title: String, x: Axis, y: Axis, color: ColorScale? = nil, shape: Shape, columns: Int = 1, panels: [Panel]
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.color = color
    self.shape = shape
    self.columns = max(1, columns)
    self.panels = panels
  }

  /// A plot of one panel.
  package init(_ title: String, x: Axis, y: Axis, color: ColorScale? = nil, shape: Shape, marks: [any Mark]) {
    self.init(title, x: x, y: y, color: color, shape: shape, panels: [Panel("", marks)])
  }

  /// Draws the figure on a page of a width, as tall as it needs to be.
  package func displayList(
    id: String, width: Double, theme: Theme, measurer: any TextMeasurer, description: String = ""
  ) -> DisplayList {
    PlotLayout(self, width: width, theme: theme, measurer: measurer).draw(id: id, description: description)
  }

  /// The scale of one direction over the marks of all panels.
  func positionScale(_ channel: Channel, from start: Double, to end: Double) -> PositionScale {
    let axis = channel == .x ? x : y
    let kind: PositionScale.Kind =
      switch axis.scale {
      case .linear: .linear
      case .log: .log
      case .symlog(let limit): .symlog(linearTo: limit)
      case .power(let exponent): .power(exponent)
      case .band(let labels): .band(count: labels.count)
      case .point(let labels): .point(count: labels.count)
      }
    var end = end
    if channel == .y {
      // What some mark needs above the data is taken from the length of all panels alike.
      let room = panels.flatMap { $0.marks.map { $0.headroom(over: abs(end - start)) } }.max() ?? 0
      end = start + (end - start) * (1 - min(room / max(abs(end - start), 1), 0.6))
    }
    var scale = PositionScale(kind, domain: axis.domain ?? inferred(channel, kind), from: start, to: end)
    scale.isClamped = axis.clamps
    return scale
  }

  private func inferred(_ channel: Channel, _ kind: PositionScale.Kind) -> ClosedRange<Double> {
    switch kind {
    case .band(let count), .point(let count): return 0...Double(max(count - 1, 0))
    case .linear, .log, .symlog, .power: break
    }
    var readings = panels.flatMap { $0.marks.flatMap { $0.values(of: channel) } }
    if kind == .log { readings.removeAll { ($0.number ?? 0) <= 0 } }
    guard let extent = extent(readings) else { return kind == .log ? 1...10 : 0...1 }
    let (low, high) = (extent.lowerBound, extent.upperBound)
    if kind == .log {
      let room = high > low ? 1 + 0.04 * (high / low).logarithm10 * 2.302585 : 2
      return low / room...high * room
    }
    if low == high { return low == 0 ? -1...1 : low - abs(low) * 0.1...high + abs(low) * 0.1 }
    let room = (high - low) * 0.04
    // A number axis that starts at 0 by nature keeps its foot there.
    if (channel == .x ? x : y).isInteger { return low - room...high + room }
    return (low == 0 ? 0 : low - room)...(high == 0 ? 0 : high + room)
  }
}
