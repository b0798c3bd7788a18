package import Drawing

/// A line across the panel at a number: a threshold, a baseline.
package struct RuleMark: Mark {
  package enum Direction: Hashable, Sendable { case atX, atY }
  package var direction: Direction
  package var value: Double
  package var paint: Paint
  package var dash: [Double]
  package var name: String?

  package init(
    _ direction: Direction, _ value: Double, paint: Paint = .muted, dash: [Double] = [3, 2], name: String? = nil
  ) {
    self.direction = direction
    self.value = value
    self.paint = paint
    self.dash = dash
    self.name = name
  }

  package func readings(of channel: Channel) -> [Reading] {
    channel == (direction == .atX ? .x : .y) ? [Reading(value)] : []
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    name.map { [LegendEntry(.line(paint, dash: dash), $0)] } ?? []
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let scale = direction == .atX ? frame.x : frame.y
    guard let place = scale.position(value) else { return }
    let area = frame.area
    let inside = direction == .atX ? area.minX...area.maxX : area.minY...area.maxY
    guard inside.contains(place) else { return }
    let ends =
      direction == .atX
      ? (Point(place, area.minY), Point(place, area.maxY)) : (Point(area.minX, place), Point(area.maxX, place))
    items.append(
      .path(
        [.move(ends.0), .line(ends.1)], fill: nil,
        stroke: Stroke(paint.color(in: frame.theme), width: frame.theme.axisWidth * 1.2, dash: dash)))
  }
}

/// Words at points of the panel.
package struct TextMark: Mark {
  package var x: [Double]
  package var y: [Double]
  package var texts: [String]
  package var paint: Paint
  package var horizontal: TextRun.HorizontalAnchor
  package var vertical: TextRun.VerticalAnchor
  /// Moves every text, in points.
  package var offset: Point

  package init(
    x: [Double], y: [Double], texts: [String], paint: Paint = .ink, horizontal: TextRun.HorizontalAnchor = .middle,
    vertical: TextRun.VerticalAnchor = .middle, offset: Point = Point(0, 0)
  ) {
    precondition(x.count == y.count && x.count == texts.count)
    self.x = x
    self.y = y
    self.texts = texts
    self.paint = paint
    self.horizontal = horizontal
    self.vertical = vertical
    self.offset = offset
  }

  package func readings(of channel: Channel) -> [Reading] {
    switch channel {
    case .x: x.map(Reading.init)
    case .y: y.map(Reading.init)
    case .color: []
    }
  }

  /// Texts that would leave the area or overlap an earlier one are left out.
  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    var taken: [Rect] = []
    for index in texts.indices {
      guard let point = frame.point(x[index], y[index]) else { continue }
      let run = TextRun(
        texts[index], font: frame.theme.tickFont, color: paint.color(in: frame.theme),
        at: Point(point.x + offset.x, point.y + offset.y), horizontal: horizontal, vertical: vertical)
      let bounds = run.bounds(frame.measurer)
      guard frame.area.contains(bounds), !taken.contains(where: bounds.intersects) else { continue }
      taken.append(bounds)
      items.append(.text(run))
    }
  }
}
