package import Drawing

/// A line through points, broken where there is no number; a cross at the panel's foot marks each gap.
package struct LineMark: Mark {
  package var x: [Double]
  package var y: [Reading]
  package var paint: Paint
  /// In the legend; nil to stay out of it.
  package var name: String?
  package var dash: [Double]
  /// A disc at each point.
  package var hasDots: Bool
  /// For the figure's colour scale, in place of `paint`.
  package var color: Reading?

  package init(
    x: [Double], y: [Reading], paint: Paint = .accent, name: String? = nil, dash: [Double] = [], hasDots: Bool = false,
    color: Reading? = nil
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

  package func readings(of channel: Channel) -> [Reading] {
    switch channel {
    case .x: x.map(Reading.init)
    case .y: y
    case .color: color.map { [$0] } ?? []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    var entries = name.map { [LegendEntry(.line(paint, dash: dash), $0)] } ?? []
    if let gap = gapLabel(y) { entries.append(LegendEntry(.cross, gap)) }
    return entries
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let color = self.color.flatMap { frame.color?.color(of: $0, theme: frame.theme) } ?? paint.color(in: frame.theme)
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
    items += GapCross.items(Array(zip(x, y)).map { (x: $0, y: $1) }, color: color, in: frame)
  }
}

/// A filled strip between two lines: an interval, or an area above a baseline.
package struct BandMark: Mark {
  package var x: [Double]
  package var low: [Reading]
  package var high: [Reading]
  package var paint: Paint
  package var opacity: Double
  package var name: String?

  package init(
    x: [Double], low: [Reading], high: [Reading], paint: Paint = .accent, opacity: Double = 0.2, name: String? = nil
  ) {
    precondition(x.count == low.count && x.count == high.count)
    self.x = x
    self.low = low
    self.high = high
    self.paint = paint
    self.opacity = opacity
    self.name = name
  }

  /// The area between a line and a constant.
  package static func area(x: [Double], y: [Reading], baseline: Double = 0, paint: Paint = .accent) -> BandMark {
    BandMark(x: x, low: y.map { $0.number == nil ? $0 : .number(baseline) }, high: y, paint: paint)
  }

  package func readings(of channel: Channel) -> [Reading] {
    switch channel {
    case .x: x.map(Reading.init)
    case .y: low + high
    case .color: []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    name.map { [LegendEntry(.swatch(.color(paint.color(in: theme).with(opacity: opacity))), $0)] } ?? []
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let fill = paint.color(in: frame.theme).with(opacity: opacity)
    var upper: [Point] = []
    var lower: [Point] = []
    func flush() {
      if upper.count > 1 {
        let outline = upper + lower.reversed()
        items.append(
          .path([.move(outline[0])] + outline.dropFirst().map { .line($0) } + [.close], fill: fill, stroke: nil))
      }
      upper = []
      lower = []
    }
    for index in x.indices {
      if let a = low[index].number, let b = high[index].number, let bottom = frame.point(x[index], a),
        let top = frame.point(x[index], b)
      {
        lower.append(bottom)
        upper.append(top)
      } else {
        flush()
      }
    }
    flush()
  }
}
