package import Drawing

/// A line through points, broken where there is no number; a sign at the panel's edge marks each gap.
package struct LineMark: Mark {
  package var x: [Double]
  package var y: [PlotValue]
  package var paint: Paint
  /// In the legend; nil to stay out of it.
  package var name: String?
  /// Empty for that of the paint.
  package var dash: [Double]
  /// A disc at each point.
  package var hasDots: Bool
  /// For the figure's colour scale, in place of `paint`.
  package var color: PlotValue?

  package init(
    x: [Double], y: [PlotValue], paint: Paint = .accent, name: String? = nil, dash: [Double] = [],
    hasDots: Bool = false,
    color: PlotValue? = nil
  ) {
    precondition(x.count == y.count)
    self.x = x
    self.y = y
    self.paint = paint
    self.name = name
    self.dash = dash
    self.hasDots = hasDots
    self.color = color
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch channel {
    case .x: x.map(PlotValue.init)
    case .y: y
    case .color: color.map { [$0] } ?? []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    (name.map { [LegendEntry(.line(paint, dash: dash), $0)] } ?? []) + GapSign.legend(y)
      + (color.map { GapSign.legend([$0]) } ?? [])
  }

  package var showsUnplaced: Bool { true }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let paint = frame.theme.lineColor(of: paint)
    let color =
      self.color.map { frame.color?.color(of: $0, theme: frame.theme) ?? ($0.gap == nil ? paint : frame.theme.gapInk) }
      ?? paint
    let dash = self.color == nil ? frame.theme.dash(of: self.paint, own: self.dash) : self.dash
    var path: [PathElement] = []
    var dots: [Point] = []
    var run = 0
    for (x, reading) in zip(x, y) {
      guard let number = reading.number, let point = frame.point(x, number) else {
        if run == 1, let last = path.popLast(), case .move(let lonely) = last { dots.append(lonely) }
        run = 0
        continue
      }
      path.append(run == 0 ? .move(point) : .line(point))
      run += 1
      if hasDots { dots.append(point) }
    }
    if run == 1, let last = path.popLast(), case .move(let lonely) = last, !hasDots { dots.append(lonely) }
    if !path.isEmpty {
      items.append(
        .path(
          path, fill: nil,
          stroke: Stroke(color, width: frame.theme.lineWidth, dash: dash, cap: dash.isEmpty ? .round : .butt)))
    }
    if !dots.isEmpty {
      items.append(.discs(dots, radius: frame.theme.lineWidth * 1.5, fill: color, stroke: nil))
    }
    items += GapSign.items(Array(zip(x, y)).map { (x: $0, y: $1) }, color: color, in: frame)
  }
}
