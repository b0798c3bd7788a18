package import Drawing

/// Upright or level strokes between two numbers: intervals of estimates.
package struct IntervalMark: Mark {
  package var x: [Double]
  package var low: [PlotValue]
  package var high: [PlotValue]
  package var paint: Paint
  package var isLevel: Bool

  /// - Parameter isLevel: `x` are places along the y axis, and the intervals lie along x.
  package init(x: [Double], low: [PlotValue], high: [PlotValue], paint: Paint = .ink, isLevel: Bool = false) {
    precondition(x.count == low.count && x.count == high.count)
    self.x = x
    self.low = low
    self.high = high
    self.paint = paint
    self.isLevel = isLevel
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch (channel, isLevel) {
    case (.x, false), (.y, true): x.map(PlotValue.init)
    case (.y, false), (.x, true): low + high
    case (.color, _): []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] { GapSign.legend(low + high) }

  package var showsUnplaced: Bool { true }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    var path: [PathElement] = []
    let along = isLevel ? frame.x : frame.y
    let color = frame.theme.lineColor(of: paint)
    for index in x.indices {
      let ends = [along.reading(low[index]), along.reading(high[index])]
      for end in ends where end.gap != nil {
        guard let across = (isLevel ? frame.y : frame.x).position(x[index]) else { continue }
        let way = along.end > along.start ? 3.5 : -3.5
        let place = end == .infinite ? along.end - way : along.start + way
        let center = isLevel ? Point(place, across) : Point(across, place)
        items += GapSign.items(end, at: center, radius: 2.2, color: color, isLevel: isLevel)
      }
      // What reaches to infinity is drawn to the panel's edge.
      func limit(_ reading: PlotValue) -> Double? {
        switch reading {
        case .infinite: along.domain.upperBound
        case .negativeInfinite: along.domain.lowerBound
        default: reading.number
        }
      }
      guard let a = limit(ends[0]), let b = limit(ends[1]) else { continue }
      guard let start = isLevel ? frame.point(a, x[index]) : frame.point(x[index], a),
        let end = isLevel ? frame.point(b, x[index]) : frame.point(x[index], b)
      else { continue }
      path += [.move(start), .line(end)]
    }
    guard !path.isEmpty else { return }
    items.append(
      .path(path, fill: nil, stroke: Stroke(color, width: frame.theme.lineWidth * 0.7)))
  }
}
