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

  package func readings(of channel: Channel) -> [Reading] { [] }

  package func legend(theme: Theme) -> [LegendEntry] {
    gapLabel(links.map { Reading($0.weight) }).map { [LegendEntry(.line(.muted, dash: [1, 2]), $0)] } ?? []
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
      .map { stepped($0.element) }
    var path: [PathElement] = []
    for (place, link) in drawn.enumerated() {
      guard let start = frame.y.position(Double(link.from)), let end = frame.y.position(Double(link.to)) else {
        continue
      }
      let (left, right) = (Point(frame.area.minX, start + shift), Point(frame.area.maxX, end + shift))
      path.append(.move(left))
      path.append(
        isStraight ? .line(right) : .curve(Point(middle, left.y), Point(middle, right.y), to: right))
      let weight = link.weight
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

  private func stepped(_ link: Link) -> Link {
    guard link.weight.isFinite else { return link }
    var link = link
    let weight = min(max(link.weight, 0), 1)
    link.weight = steps > 0 ? (weight * Double(steps)).rounded(.up) / Double(steps) : weight
    return link
  }
}

/// Lines or bows between points of the panel, wider and more opaque by the size of their weight, 0…1; dotted where
/// there is none.
package struct EdgeMark: Mark {
  package struct Edge: Hashable, Sendable {
    package var x1: Double
    package var y1: Double
    package var x2: Double
    package var y2: Double
    package var weight: Reading

    package init(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, weight: Reading = .number(1)) {
      self.x1 = x1
      self.y1 = y1
      self.x2 = x2
      self.y2 = y2
      self.weight = weight
    }
  }

  package var edges: [Edge]
  package var paint: Paint
  package var widest: Double
  /// How far the middle bends to the left of the way, in parts of its length; 0 is straight.
  package var bend: Double

  package init(_ edges: [Edge], paint: Paint = .accent, widest: Double = 2, bend: Double = 0) {
    self.edges = edges
    self.paint = paint
    self.widest = widest
    self.bend = bend
  }

  package func readings(of channel: Channel) -> [Reading] {
    switch channel {
    case .x: edges.flatMap { [Reading($0.x1), Reading($0.x2)] }
    case .y: edges.flatMap { [Reading($0.y1), Reading($0.y2)] }
    case .color: []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    gapLabel(edges.map(\.weight)).map { [LegendEntry(.line(.muted, dash: [1, 2]), $0)] } ?? []
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let color = frame.theme.lineColor(of: paint)
    let dash = frame.theme.dash(of: paint)
    for edge in edges {
      guard let a = frame.point(edge.x1, edge.y1), let b = frame.point(edge.x2, edge.y2) else { continue }
      let (x, y) = ((b.y - a.y) * bend * 4 / 3, -(b.x - a.x) * bend * 4 / 3)
      let path: [PathElement] =
        bend == 0
        ? [.move(a), .line(b)]
        : [
          .move(a),
          .curve(
            Point(a.x + (b.x - a.x) / 4 + x, a.y + (b.y - a.y) / 4 + y),
            Point(b.x - (b.x - a.x) / 4 + x, b.y - (b.y - a.y) / 4 + y), to: b),
        ]
      let weight = edge.weight.number.map { min(abs($0), 1) }
      let stroke = weight.map {
        Stroke(
          color.with(opacity: 0.15 + 0.85 * $0), width: 0.35 + (widest - 0.35) * $0, dash: dash,
          cap: dash.isEmpty ? .round : .butt)
      }
      items.append(
        .path(
          path, fill: nil,
          stroke: stroke ?? Stroke(frame.theme.gapInk, width: frame.theme.axisWidth, dash: [1, 2])))
    }
  }
}
