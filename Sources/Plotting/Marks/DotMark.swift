package import Drawing

/// Discs at points, coloured by category, by number or all alike.
package struct DotMark: Mark {
  package var x: [Reading]
  package var y: [Reading]
  /// Readings for the figure's colour scale; nil to draw all in `paint`.
  package var color: [Reading]?
  package var paint: Paint
  /// In points on a panel 400 wide; smaller ones have smaller discs.
  package var radius: Double
  package var opacity: Double

  package init(
    x: [Reading], y: [Reading], color: [Reading]? = nil, paint: Paint = .accent, radius: Double = 2, opacity: Double = 1
  ) {
    precondition(x.count == y.count && (color.map { $0.count == x.count } ?? true))
    self.x = x
    self.y = y
    self.color = color
    self.paint = paint
    self.radius = radius
    self.opacity = opacity
  }

  package func readings(of channel: Channel) -> [Reading] {
    switch channel {
    case .x: x
    case .y: y
    case .color: color ?? []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    let without = zip(x, y).count { $0.number == nil || $1.number == nil }
    return without == 0 ? [] : [LegendEntry(.cross, "\(NumberFormat.count(without)) without a place")]
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    // One item a colour, in the order in which they come; grey ("other") lies below the rest.
    var groups: [Color: [Point]] = [:]
    var order: [Color] = []
    for index in x.indices {
      guard let px = x[index].number, let py = y[index].number, let point = frame.point(px, py) else { continue }
      var fill = paint.color(in: frame.theme)
      if let reading = color?[index], let scale = frame.color {
        fill = scale.color(of: reading, theme: frame.theme) ?? frame.theme.gapInk
      }
      if groups[fill] == nil { order.append(fill) }
      groups[fill, default: []].append(point)
    }
    let radius = radius * min(1, (frame.area.width / 400).squareRoot())
    let grey = frame.theme.otherCategory
    for fill in order.filter({ $0 == grey }) + order.filter({ $0 != grey }) {
      items.append(.discs(groups[fill] ?? [], radius: radius, fill: fill.with(opacity: opacity), stroke: nil))
    }
    if zip(x, y).contains(where: { $0.number == nil || $1.number == nil }) {
      items.append(
        GapCross.cross(
          at: Point(frame.area.minX + 4, frame.area.maxY - 4), radius: 2.2, color: frame.theme.gapInk))
    }
  }
}

/// Upright or level strokes between two numbers: intervals of estimates.
package struct IntervalMark: Mark {
  package var x: [Double]
  package var low: [Reading]
  package var high: [Reading]
  package var paint: Paint
  package var isLevel: Bool

  /// - Parameter isLevel: `x` are places along the y axis, and the intervals lie along x.
  package init(x: [Double], low: [Reading], high: [Reading], paint: Paint = .ink, isLevel: Bool = false) {
    precondition(x.count == low.count && x.count == high.count)
    self.x = x
    self.low = low
    self.high = high
    self.paint = paint
    self.isLevel = isLevel
  }

  package func readings(of channel: Channel) -> [Reading] {
    switch (channel, isLevel) {
    case (.x, false), (.y, true): x.map(Reading.init)
    case (.y, false), (.x, true): low + high
    case (.color, _): []
    }
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    var path: [PathElement] = []
    for index in x.indices {
      guard let a = low[index].number, let b = high[index].number else { continue }
      guard let start = isLevel ? frame.point(a, x[index]) : frame.point(x[index], a),
        let end = isLevel ? frame.point(b, x[index]) : frame.point(x[index], b)
      else { continue }
      path += [.move(start), .line(end)]
    }
    guard !path.isEmpty else { return }
    items.append(
      .path(path, fill: nil, stroke: Stroke(paint.color(in: frame.theme), width: frame.theme.lineWidth * 0.7)))
  }
}
