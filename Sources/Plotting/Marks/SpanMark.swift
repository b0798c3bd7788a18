package import Drawing

/// A strip across the panel between two numbers: a phase of training, a range that is usual.
package struct SpanMark: Mark {
  package var direction: RuleMark.Direction
  package var span: ClosedRange<Double>
  package var paint: Paint
  package var name: String?

  static let opacity = 0.228

  package init(_ direction: RuleMark.Direction, _ span: ClosedRange<Double>, paint: Paint = .other, name: String? = nil)
  {
    self.direction = direction
    self.span = span
    self.paint = paint
    self.name = name
  }

  package var isGround: Bool { true }

  package func values(of channel: Channel) -> [PlotValue] {
    channel == (direction == .atX ? .x : .y) ? [PlotValue(span.lowerBound), PlotValue(span.upperBound)] : []
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    name.map { [LegendEntry(.swatch(.color(fill(theme))), $0)] } ?? []
  }

  private func fill(_ theme: Theme) -> Color {
    theme.lineColor(of: paint).mixed(with: theme.background, 1 - Self.opacity)
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let scale = direction == .atX ? frame.x : frame.y
    guard let a = scale.clampedPosition(span.lowerBound), let b = scale.clampedPosition(span.upperBound) else { return }
    let (low, size, area) = (min(a, b), abs(b - a), frame.area)
    let rect =
      direction == .atX ? Rect(low, area.y, size, area.height) : Rect(area.x, low, area.width, size)
    items.append(.rect(rect, fill: fill(frame.theme), stroke: nil, crisp: false))
  }
}
