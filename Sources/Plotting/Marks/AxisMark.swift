import Drawing

/// An axis: its line, ticks, labels and title, drawn outside the panel's area.
struct AxisMark: Mark {
  var layout: AxisLayout
  /// Small multiples have one title for all.
  var hasTitle = true

  func values(of channel: Channel) -> [PlotValue] { [] }

  func draw(in frame: Frame, into items: inout [DrawingItem]) {
    guard !layout.labels.isEmpty else { return }
    let isLevel = layout.side == .bottom || layout.side == .top
    let scale = isLevel ? frame.x : frame.y
    let stroke = Stroke(frame.theme.muted, width: frame.theme.axisWidth)
    let (edge, out) = edge(in: frame)
    var path: [PathElement] = []
    if layout.isNumber {
      path +=
        isLevel
        ? [.move(Point(frame.area.minX, edge)), .line(Point(frame.area.maxX, edge))]
        : [.move(Point(edge, frame.area.minY)), .line(Point(edge, frame.area.maxY))]
    }
    var texts: [DrawingItem] = []
    for label in layout.labels {
      guard let place = scale.position(label.value) else { continue }
      let tip = edge + out * AxisLayout.tickLength
      path +=
        isLevel
        ? [.move(Point(place, edge)), .line(Point(place, tip))] : [.move(Point(edge, place)), .line(Point(tip, place))]
      let anchor = tip + out * AxisLayout.labelGap
      texts += self.items(of: label, at: isLevel ? Point(place, anchor) : Point(anchor, place), in: frame)
    }
    for value in layout.minor {
      guard let place = scale.position(value) else { continue }
      let tip = edge + out * AxisLayout.tickLength * 0.55
      path +=
        isLevel
        ? [.move(Point(place, edge)), .line(Point(place, tip))] : [.move(Point(edge, place)), .line(Point(tip, place))]
    }
    items.append(.path(path, fill: nil, stroke: stroke))
    items += texts
    if hasTitle { drawTitle(in: frame, into: &items) }
  }

  /// The edge of the area that the axis lies on, and the way outward.
  private func edge(in frame: Frame) -> (edge: Double, out: Double) {
    switch layout.side {
    case .bottom: (frame.area.maxY, 1)
    case .top: (frame.area.minY, -1)
    case .left: (frame.area.minX, -1)
    case .right: (frame.area.maxX, 1)
    }
  }

  /// The label as one run, or as two where it begins with space marks, which are lighter.
  private func items(of label: AxisLayout.Label, at point: Point, in frame: Frame) -> [DrawingItem] {
    let theme = frame.theme
    let isLevel = (layout.side == .bottom || layout.side == .top) && !layout.isTurned
    let rotation = layout.isTurned ? -90.0 : 0
    let horizontal: TextRun.HorizontalAnchor =
      isLevel ? .middle : layout.side == .right || layout.isTurned && layout.side == .top ? .start : .end
    let vertical: TextRun.VerticalAnchor = !isLevel ? .middle : layout.side == .bottom ? .top : .bottom
    func run(_ text: String, _ color: Color, along: Double, _ anchor: TextRun.HorizontalAnchor) -> TextRun {
      let place = layout.isTurned ? Point(point.x, point.y - along) : Point(point.x + along, point.y)
      return TextRun(
        text, font: layout.font, color: color, at: place, horizontal: anchor, vertical: vertical, rotation: rotation)
    }
    guard !label.text.lead.isEmpty else {
      let whole = run(label.text.body, theme.ink, along: 0, horizontal)
      return layout.isNumber ? whole.pieces(frame.measurer).map { .text($0) } : [.text(whole)]
    }
    let lead = frame.measurer.extent(of: label.text.lead, in: layout.font).width
    let body = frame.measurer.extent(of: label.text.body, in: layout.font).width
    let start: Double =
      switch horizontal {
      case .start: 0
      case .middle: -(lead + body) / 2
      case .end: -(lead + body)
      }
    let mark = theme.muted.with(opacity: 0.55)
    return [
      run(label.text.lead, mark, along: start, .start), run(label.text.body, theme.ink, along: start + lead, .start),
    ].filter { !$0.text.isEmpty }.map { .text($0) }
  }

  /// The title alone, centred on the frame's area.
  func drawTitle(in frame: Frame, into items: inout [DrawingItem]) {
    let (edge, out) = edge(in: frame)
    let font = frame.theme.labelFont
    let line = frame.measurer.extent(of: layout.title.first ?? "", in: font).height
    for (index, text) in layout.title.enumerated() {
      // The first line is the upper one of a level title and the left one of an upright title.
      let isReversed = layout.side == .left || layout.side == .top
      let row = Double(isReversed ? layout.title.count - 1 - index : index)
      let place = edge + out * (layout.labelDepth + AxisLayout.titleGap + line * (row + 0.5))
      let isLevel = layout.side == .bottom || layout.side == .top
      let run = TextRun(
        text, font: font, color: frame.theme.ink,
        at: isLevel ? Point(frame.area.midX, place) : Point(place, frame.area.midY), horizontal: .middle,
        vertical: .middle, rotation: isLevel ? 0 : -90)
      items += run.pieces(frame.measurer).map { .text($0) }
    }
  }
}

/// Fine lines across the panel at an axis's ticks.
struct GridMark: Mark {
  var layout: AxisLayout

  func values(of channel: Channel) -> [PlotValue] { [] }

  func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let isLevel = layout.side == .bottom || layout.side == .top
    var path: [PathElement] = []
    for label in layout.labels {
      guard let place = (isLevel ? frame.x : frame.y).position(label.value) else { continue }
      path +=
        isLevel
        ? [.move(Point(place, frame.area.minY)), .line(Point(place, frame.area.maxY))]
        : [.move(Point(frame.area.minX, place)), .line(Point(frame.area.maxX, place))]
    }
    guard !path.isEmpty else { return }
    items.append(.path(path, fill: nil, stroke: Stroke(frame.theme.grid, width: frame.theme.axisWidth)))
  }
}
