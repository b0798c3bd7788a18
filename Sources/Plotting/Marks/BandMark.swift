package import Drawing

/// A filled strip between two lines: an interval, or an area above a baseline.
package struct BandMark: Mark {
  package var x: [Double]
  package var low: [PlotValue]
  package var high: [PlotValue]
  package var paint: Paint
  package var opacity: Double
  package var name: String?

  package init(
    x: [Double], low: [PlotValue], high: [PlotValue], paint: Paint = .accent, opacity: Double = 0.2, name: String? = nil
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
  package static func area(x: [Double], y: [PlotValue], baseline: Double = 0, paint: Paint = .accent) -> BandMark {
    BandMark(x: x, low: y.map { $0.number == nil ? $0 : .number(baseline) }, high: y, paint: paint)
  }

  /// Areas upon each other, the first at the foot: each reading is added to the sum of those below. A gap in one is a gap
  /// in all above it.
  package static func stacked(x: [Double], _ series: [(name: String, y: [PlotValue])]) -> [BandMark] {
    var foot = x.map { _ in PlotValue.number(0) }
    return series.enumerated().map { index, series in
      precondition(series.y.count == x.count)
      let top = zip(foot, series.y).map { low, y in
        guard let a = low.number else { return low }
        return y.number.map { PlotValue(a + $0) } ?? y
      }
      defer { foot = top }
      return BandMark(x: x, low: foot, high: top, paint: .category(index), opacity: 1, name: series.name)
    }
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch channel {
    case .x: x.map(PlotValue.init)
    case .y: low + high
    case .color: []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    (name.map { [LegendEntry(.swatch(paint, opacity: opacity), $0)] } ?? []) + GapSign.legend(low + high)
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
        if opacity == 1 {
          items += Hatch.items(frame.theme.style(of: paint).pattern, in: outline, on: fill, theme: frame.theme)
        }
      }
      upper = []
      lower = []
    }
    for index in x.indices {
      // On a logarithmic scale a lower end of 0 or less is the panel's foot.
      if let a = low[index].number, let b = high[index].number,
        let bottom = frame.point(x[index], a)
          ?? frame.x.position(x[index]).map({ Point($0, frame.y.start) }),
        let top = frame.point(x[index], b)
      {
        lower.append(bottom)
        upper.append(top)
      } else {
        flush()
      }
    }
    flush()
    let gaps = x.indices.compactMap { index -> (x: Double, y: PlotValue)? in
      let reading = high[index].gap == nil ? low[index] : high[index]
      return reading.gap == nil ? nil : (x[index], reading)
    }
    guard opacity == 1 else { return items += GapSign.items(gaps, color: paint.color(in: frame.theme), in: frame) }
    for gap in gaps {
      guard let place = frame.x.clampedPosition(gap.x) else { continue }
      let y = gap.y == .infinite ? frame.area.minY + 5 : frame.area.maxY - 5
      items += GapSign.haloed(gap.y, at: Point(place, y), radius: 2.2, in: frame.theme)
    }
  }
}
