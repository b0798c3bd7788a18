package import Drawing

/// Curves from points to points, wider and more opaque by weight 0…1: what a head looks at.
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

  package init(_ links: [Link], paint: Paint = .accent, widest: Double = 3, least: Double = 0.01) {
    self.links = links
    self.paint = paint
    self.widest = widest
    self.least = least
  }

  package func readings(of channel: Channel) -> [Reading] { [] }

  /// Weak links first, so that the strong ones lie on top.
  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let color = paint.color(in: frame.theme)
    let middle = frame.area.midX
    let drawn = links.enumerated().filter { $0.element.weight >= least && $0.element.weight.isFinite }
      .sorted { ($0.element.weight, $0.offset) < ($1.element.weight, $1.offset) }
    for (_, link) in drawn {
      guard let start = frame.y.position(Double(link.from)), let end = frame.y.position(Double(link.to)) else {
        continue
      }
      let weight = min(max(link.weight, 0), 1)
      items.append(
        .path(
          [
            .move(Point(frame.area.minX, start)),
            .curve(Point(middle, start), Point(middle, end), to: Point(frame.area.maxX, end)),
          ], fill: nil,
          stroke: Stroke(color.with(opacity: 0.12 + 0.88 * weight), width: 0.35 + (widest - 0.35) * weight, cap: .butt))
      )
    }
  }
}
