package import Drawing

/// Boxes from quartile to quartile with the median, whiskers to the farthest numbers within 1.5 interquartile ranges,
/// and dots beyond (Tukey 1977), one for each category.
package struct BoxMark: Mark {
  package var groups: [Distribution]
  /// Of each group; one for all where there is only one.
  package var paints: [Paint]
  /// The breadth of a box, in categories.
  package var breadth: Double
  package var isLevel: Bool

  package init(
    _ groups: [[Reading]], paints: [Paint] = [.accent], breadth: Double = 0.55, isLevel: Bool = false
  ) {
    precondition(!paints.isEmpty)
    self.groups = groups.map { Distribution($0) }
    self.paints = paints
    self.breadth = breadth
    self.isLevel = isLevel
  }

  package func readings(of channel: Channel) -> [Reading] {
    guard channel == (isLevel ? .x : .y) else { return [] }
    return groups.compactMap(\.range).flatMap { [.number($0.lowerBound), .number($0.upperBound)] }
  }

  package func legend(theme: Theme) -> [LegendEntry] { gapLegend(groups) }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    for (index, group) in groups.enumerated() {
      drawGap(of: group, at: Double(index), isLevel: isLevel, in: frame, into: &items)
      guard !group.sorted.isEmpty else { continue }
      let color = paints[index % paints.count].color(in: frame.theme)
      let stroke = Stroke(frame.theme.ink, width: frame.theme.axisWidth * 1.2)
      let whiskers = group.whiskers
      let (middle, half) = (Double(index), breadth / 2)
      func point(_ across: Double, _ along: Double) -> Point? {
        isLevel ? frame.point(along, across) : frame.point(across, along)
      }
      func line(_ a: Point?, _ b: Point?) -> [PathElement] {
        guard let a, let b else { return [] }
        return [.move(a), .line(b)]
      }
      let (first, third) = (group.quantile(0.25), group.quantile(0.75))
      let path =
        line(point(middle, whiskers.low), point(middle, first))
        + line(point(middle, third), point(middle, whiskers.high))
        + line(point(middle - half / 2, whiskers.low), point(middle + half / 2, whiskers.low))
        + line(point(middle - half / 2, whiskers.high), point(middle + half / 2, whiskers.high))
      items.append(.path(path, fill: nil, stroke: stroke))
      if let a = point(middle - half, first), let b = point(middle + half, third) {
        let box = Rect(min(a.x, b.x), min(a.y, b.y), abs(b.x - a.x), abs(b.y - a.y))
        items.append(.rect(box, fill: color.mixed(with: frame.theme.background, 0.55), stroke: stroke, crisp: false))
      }
      let median = line(point(middle - half, group.quantile(0.5)), point(middle + half, group.quantile(0.5)))
      items.append(.path(median, fill: nil, stroke: Stroke(frame.theme.ink, width: frame.theme.lineWidth * 1.4)))
      let outliers = whiskers.outliers.compactMap { point(middle, $0) }
      if !outliers.isEmpty {
        items.append(.discs(outliers, radius: 1.3, fill: color, stroke: nil))
      }
    }
  }
}

/// The legend of samples some of whose readings are no numbers.
func gapLegend(_ groups: [Distribution]) -> [LegendEntry] {
  Distribution.gapWords(groups).map { [LegendEntry(.cross, $0)] } ?? []
}

/// The cross at the foot of a category's place where some of its readings are no numbers.
func drawGap(of group: Distribution, at place: Double, isLevel: Bool, in frame: Frame, into items: inout [DrawingItem])
{
  guard group.gaps > 0, let across = (isLevel ? frame.y : frame.x).position(place) else { return }
  let center = isLevel ? Point(frame.area.minX + 4, across) : Point(across, frame.area.maxY - 4)
  items.append(GapSign.cross(at: center, radius: 2.2, color: frame.theme.gapInk))
}
