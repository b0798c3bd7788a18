package import Drawing

/// Curves or straight lines from points to points, wider and more opaque by weight 0…1: what a head looks at.
package struct LinkMark: Mark {
  package struct Link: Hashable, Sendable {
    package var from: Int
    package var to: Int
    package var weight: Double
    package init(from: Int, to: Int, weight: Double) {
      self.from = from
      self.to = to
      self.weight = weight
    }
  }

  /// Ends are categories of the y axis, on the panel's left and on its right side.
  package var links: [Link]
  package var paint: Paint
  /// The width of weight 1, in points.
  package var widest: Double
  /// Links below are not drawn.
  package var least: Double
  package var isStraight = false
  /// Moves both ends along the axis, in shares of a category: several heads beside one another.
  package var offset = 0.0
  /// Weights are rounded up to so many steps, and all links of a step are one path; 0 to draw each for itself.
  package var steps = 0

  package init(_ links: [Link], paint: Paint = .accent, widest: Double = 3, least: Double = 0.01) {
    self.links = links
    self.paint = paint
    self.widest = widest
    self.least = least
  }

  package func values(of channel: Channel) -> [PlotValue] { [] }

  package func legend(theme: Theme) -> [LegendEntry] {
    gapLabel(links.map { PlotValue($0.weight) }).map { [LegendEntry(.line(.muted, dash: [1, 2]), $0)] } ?? []
  }

  /// Weak links first, so that the strong ones lie on top.
  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let color = frame.theme.lineColor(of: paint)
    let middle = frame.area.midX
    let dash = frame.theme.dash(of: paint)
    let shift = frame.y.bandWidth * offset
    // Those without a weight come first, dotted.
    func rank(_ weight: Double) -> Double { weight.isFinite ? weight : -1 }
    let drawn = links.enumerated().filter { !$0.element.weight.isFinite || $0.element.weight >= least }
      .sorted { (rank($0.element.weight), $0.offset) < (rank($1.element.weight), $1.offset) }
      .compactMap { _, link -> (left: Point, right: Point, weight: Double)? in
        guard let start = frame.y.position(Double(link.from)), let end = frame.y.position(Double(link.to)) else {
          return nil
        }
        return (
          Point(frame.area.minX, start + shift), Point(frame.area.maxX, end + shift), stepped(link.weight)
        )
      }
    var path: [PathElement] = []
    for (place, link) in drawn.enumerated() {
      let (left, right, weight) = link
      path.append(.move(left))
      path.append(
        isStraight ? .line(right) : .curve(Point(middle, left.y), Point(middle, right.y), to: right))
      if steps > 0, place + 1 < drawn.count, drawn[place + 1].weight == weight { continue }
      let stroke =
        weight.isFinite
        ? Stroke(
          color.with(opacity: 0.12 + 0.88 * weight), width: 0.35 + (widest - 0.35) * weight, dash: dash, cap: .butt)
        : Stroke(frame.theme.gapInk, width: frame.theme.axisWidth, dash: [1, 2])
      items.append(.path(path, fill: nil, stroke: stroke))
      path = []
    }
  }

  private func stepped(_ weight: Double) -> Double {
    guard weight.isFinite else { return weight }
    let weight = min(max(weight, 0), 1)
    return steps > 0 ? (weight * Double(steps)).rounded(.up) / Double(steps) : weight
  }
}
