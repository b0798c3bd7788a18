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

  package var isGround: Bool { true }

  package func values(of channel: Channel) -> [PlotValue] {
    channel == (direction == .atX ? .x : .y) ? [PlotValue(value)] : []
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    guard let gap = PlotValue(value).gap else { return name.map { [LegendEntry(.line(paint, dash: dash), $0)] } ?? [] }
    return [LegendEntry(.sign(PlotValue(value)), [name, gap].compactMap { $0 }.joined(separator: ": "))]
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let scale = direction == .atX ? frame.x : frame.y
    if value.isInfinite {
      let (isLevel, area) = (direction == .atX, frame.area)
      let center =
        isLevel
        ? Point(value > 0 ? area.maxX - 3.5 : area.minX + 3.5, area.midY)
        : Point(area.midX, value > 0 ? area.minY + 3.5 : area.maxY - 3.5)
      let color = paint.color(in: frame.theme)
      items += GapSign.items(PlotValue(value), at: center, radius: 2.2, color: color, isLevel: isLevel)
    }
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
