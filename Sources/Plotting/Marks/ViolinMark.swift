package import Drawing

/// Densities of samples, mirrored over each category's middle, with a line from quartile to quartile and the median as
/// a dot. All have the same area, and end where their numbers end.
package struct ViolinMark: SampleMark {
  package var groups: [Distribution]
  package var paints: [Paint]
  /// The breadth of the broadest, in categories.
  package var breadth: Double
  package var isLevel: Bool

  static let steps = 72

  package init(
    _ groups: [[PlotValue]], paints: [Paint] = [.accent], breadth: Double = 0.85, isLevel: Bool = false
  ) {
    precondition(!paints.isEmpty)
    self.groups = groups.map { Distribution($0) }
    self.paints = paints
    self.breadth = breadth
    self.isLevel = isLevel
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let outlines = groups.map { group in
      group.range.map { group.density(over: $0, steps: Self.steps) } ?? []
    }
    let highest = outlines.joined().map(\.y).max() ?? 0
    func point(_ across: Double, _ along: Double) -> Point? { self.point(across, along, in: frame) }
    for (index, (group, outline)) in zip(groups, outlines).enumerated() {
      drawGap(of: index, in: frame, into: &items)
      guard !group.sorted.isEmpty, highest > 0 else { continue }
      let color = paints[index % paints.count].color(in: frame.theme)
      let middle = Double(index)
      let halves = outline.map { (along: $0.x, half: $0.y / highest * breadth / 2) }
      let edge =
        halves.compactMap { point(middle - $0.half, $0.along) }
        + halves.reversed().compactMap { point(middle + $0.half, $0.along) }
      if !edge.isEmpty {
        items.append(
          .path(
            polyline(edge, isClosed: true), fill: color.mixed(with: frame.theme.background, 0.55),
            stroke: Stroke(color, width: frame.theme.axisWidth * 1.2)))
      }
      if let a = point(middle, group.quantile(0.25)), let b = point(middle, group.quantile(0.75)) {
        let stroke = Stroke(frame.theme.ink, width: frame.theme.lineWidth * 1.6, cap: .round)
        items.append(.path([.move(a), .line(b)], fill: nil, stroke: stroke))
      }
      if let median = point(middle, group.quantile(0.5)) {
        items.append(
          .discs(
            [median], radius: frame.theme.lineWidth * 1.5, fill: frame.theme.background,
            stroke: Stroke(frame.theme.ink, width: frame.theme.axisWidth)))
      }
    }
  }
}
