import Drawing

/// What stands for a reading that is no number: a cross for NaN, an arrow head to the edge for ±Inf, a short bar for
/// "n/a", a ring for missing.
enum GapSign {
  /// The signs of a series over places of the x axis: Inf at the panel's upper edge, all others at its foot.
  static func items(_ readings: [(x: Double, y: PlotValue)], color: Color, in frame: Frame) -> [DrawingItem] {
    readings.flatMap { x, reading -> [DrawingItem] in
      let reading = frame.y.reading(reading)
      guard reading.gap != nil, let place = frame.x.clampedPosition(x) else { return [] }
      let y = reading == .infinite ? frame.area.minY + 3.5 : frame.area.maxY - 3.5
      return items(reading, at: Point(place, y), radius: 2.2, color: color)
    }
  }

  /// - Parameter isLevel: Inf points to the right rather than up.
  static func items(
    _ reading: PlotValue, at center: Point, radius: Double, color: Color, isLevel: Bool = false
  ) -> [DrawingItem] {
    switch reading {
    case .number, .blank: return []
    case .nan: return [cross(at: center, radius: radius, color: color)]
    case .infinite, .negativeInfinite:
      let way = reading == .infinite ? 1.2 * radius : -1.2 * radius
      let corners =
        isLevel
        ? [center.moved(way, 0), center.moved(-way * 0.8, -radius * 1.1), center.moved(-way * 0.8, radius * 1.1)]
        : [center.moved(0, -way), center.moved(-radius * 1.1, way * 0.8), center.moved(radius * 1.1, way * 0.8)]
      return [.path(polyline(corners, isClosed: true), fill: color, stroke: nil)]
    case .notApplicable:
      return [
        .path(
          [.move(center.moved(-radius * 1.2, 0)), .line(center.moved(radius * 1.2, 0))], fill: nil,
          stroke: Stroke(color, width: 1.2))
      ]
    case .missing:
      return [.discs([center], radius: radius * 0.85, fill: nil, stroke: Stroke(color, width: 0.8))]
    }
  }

  /// A sign that can be seen on any ground: a disc of the page's colour lies below.
  static func haloed(_ reading: PlotValue, at center: Point, radius: Double, in theme: Theme) -> [DrawingItem] {
    guard reading.gap != nil else { return [] }
    return [.discs([center], radius: radius * 1.7, fill: theme.background.with(opacity: 0.75), stroke: nil)]
      + items(reading, at: center, radius: radius, color: theme.ink)
  }

  static func cross(at center: Point, radius: Double, color: Color) -> DrawingItem {
    .path(
      [
        .move(Point(center.x - radius, center.y - radius)), .line(Point(center.x + radius, center.y + radius)),
        .move(Point(center.x - radius, center.y + radius)), .line(Point(center.x + radius, center.y - radius)),
      ], fill: nil, stroke: Stroke(color, width: 1))
  }

  /// One entry for each state among some readings.
  static func legend(_ readings: some Sequence<PlotValue>) -> [LegendEntry] {
    var seen: Set<PlotValue> = []
    for reading in readings where reading.gap != nil { seen.insert(reading) }
    return PlotValue.gaps.filter(seen.contains).map { LegendEntry(.sign($0), $0.gap ?? "") }
  }
}
