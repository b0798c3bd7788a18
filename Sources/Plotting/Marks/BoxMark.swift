package import Drawing

/// Boxes from quartile to quartile with the median, whiskers to the farthest numbers within 1.5 interquartile ranges,
/// and dots beyond (Tukey 1977), one for each category.
package struct BoxMark: SampleMark {
  package var groups: [Distribution]
  /// Of each group; one for all where there is only one.
  package var paints: [Paint]
  /// The breadth of a box, in categories.
  package var breadth: Double
  package var isLevel: Bool

  package init(
    _ groups: [[PlotValue]], paints: [Paint] = [.accent], breadth: Double = 0.55, isLevel: Bool = false
  ) {
    precondition(!paints.isEmpty)
    self.groups = groups.map { Distribution($0) }
    self.paints = paints
    self.breadth = breadth
    self.isLevel = isLevel
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    for (index, group) in groups.enumerated() {
      drawGap(of: index, in: frame, into: &items)
      guard !group.sorted.isEmpty else { continue }
      let color = paints[index % paints.count].color(in: frame.theme)
      let stroke = Stroke(frame.theme.ink, width: frame.theme.axisWidth * 1.2)
      let whiskers = group.whiskers
      let (middle, half) = (Double(index), breadth / 2)
      func point(_ across: Double, _ along: Double) -> Point? { self.point(across, along, in: frame) }
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
