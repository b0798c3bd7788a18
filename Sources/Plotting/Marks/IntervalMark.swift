package import Drawing

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
