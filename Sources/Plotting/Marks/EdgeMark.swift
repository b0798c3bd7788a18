package import Drawing

/// Lines or bows between points of the panel, wider and more opaque by the size of their weight, 0…1; dotted where
/// there is none.
package struct EdgeMark: Mark {
  package struct Edge: Hashable, Sendable {
    package var x1: Double
    package var y1: Double
    package var x2: Double
    package var y2: Double
    package var weight: PlotValue

    package init(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, weight: PlotValue = .number(1)) {
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

  package func values(of channel: Channel) -> [PlotValue] {
    switch channel {
    case .x: edges.flatMap { [PlotValue($0.x1), PlotValue($0.x2)] }
    case .y: edges.flatMap { [PlotValue($0.y1), PlotValue($0.y2)] }
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
