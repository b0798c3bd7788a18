package import Drawing

/// A small panel of its own scales within the panel, on the ground's colour: a detail of the data behind it.
package struct InsetMark: Mark {
  package var x: Axis
  package var y: Axis
  package var marks: [any Mark]
  /// Where it lies, in shares of the panel from its upper left corner.
  package var place: Rect
  /// A part of the outer scales that the inset shows, framed there.
  package var window: (x: ClosedRange<Double>, y: ClosedRange<Double>)?

  package init(
    x: Axis, y: Axis, marks: [any Mark], place: Rect,
    window: (x: ClosedRange<Double>, y: ClosedRange<Double>)? = nil
  ) {
    self.x = x
    self.y = y
    self.marks = marks
    self.place = place
    self.window = window
  }

  package func values(of channel: Channel) -> [PlotValue] {
    channel == .color ? marks.flatMap { $0.values(of: .color) } : []
  }

  package func legend(theme: Theme) -> [LegendEntry] { marks.flatMap { $0.legend(theme: theme) } }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let theme = frame.theme
    let whole = Rect(
      frame.area.x + place.x * frame.area.width, frame.area.y + place.y * frame.area.height,
      place.width * frame.area.width, place.height * frame.area.height)
    var theme2 = theme
    theme2.tickSize = max(theme.smallestSize, theme.tickSize - 1)
    theme2.labelSize = max(theme.smallestSize, theme.labelSize - 1)
    let plot = Plot("", x: x, y: y, color: frame.color, shape: .ratio(1), marks: marks)
    var area = whole
    var axes: (x: AxisLayout, y: AxisLayout)?
    for _ in 0..<3 {
      let level = AxisLayout(
        x, plot.positionScale(.x, from: 0, to: area.width), side: .bottom, theme: theme2, measurer: frame.measurer,
        deepest: whole.height * 0.3)
      let upright = AxisLayout(
        y, plot.positionScale(.y, from: area.height, to: 0).reversedForCategories, side: .left, theme: theme2,
        measurer: frame.measurer, deepest: whole.width * 0.4)
      let left = max(upright.depth, level.overhang.start)
      let top = upright.overhang.start + 1
      area = Rect(
        whole.x + left + 2, whole.y + top, max(whole.width - left - max(level.overhang.end, 2) - 2, 4),
        max(whole.height - top - max(level.depth, upright.overhang.end) - 2, 4))
      axes = (level, upright)
    }
    guard let axes else { return }
    items.append(.rect(whole, fill: theme.background, stroke: nil, crisp: false))
    var inner = frame
    inner.area = area
    inner.theme = theme2
    inner.x = plot.positionScale(.x, from: area.minX, to: area.maxX)
    inner.y = plot.positionScale(.y, from: area.maxY, to: area.minY).reversedForCategories
    if x.hasGrid { GridMark(layout: axes.x).draw(in: inner, into: &items) }
    if y.hasGrid { GridMark(layout: axes.y).draw(in: inner, into: &items) }
    var drawn: [DrawingItem] = []
    for mark in marks { mark.draw(in: inner, into: &drawn) }
    items.append(.group(drawn, clip: area.inset(-1), opacity: 1))
    items.append(.rect(area, fill: nil, stroke: Stroke(theme.muted, width: theme.axisWidth), crisp: false))
    AxisMark(layout: axes.y).draw(in: inner, into: &items)
    AxisMark(layout: axes.x).draw(in: inner, into: &items)
    if let window, let a = frame.point(window.x.lowerBound, window.y.lowerBound),
      let b = frame.point(window.x.upperBound, window.y.upperBound)
    {
      let box = Rect(min(a.x, b.x), min(a.y, b.y), abs(b.x - a.x), abs(b.y - a.y))
      items.append(
        .rect(box, fill: nil, stroke: Stroke(theme.ink, width: theme.axisWidth, dash: [2, 1.5]), crisp: false))
    }
  }
}
