package import Drawing
import Support

/// Nodes in layers from left to right, or from the top down, and the edges between them, wider and more opaque by the
/// size of their weight, dashed and in another colour where it is negative: circuits, flows through layers.
package struct GraphMark: Mark {
  package struct Node: Hashable, Sendable {
    /// With markup as in `RichText`.
    package var label: String
    package var layer: Int
    /// For the figure's colour scale; blank for the ground's colour.
    package var color: PlotValue

    package init(_ label: String, layer: Int, color: PlotValue = .blank) {
      self.label = label
      self.layer = layer
      self.color = color
    }
  }

  package struct Edge: Hashable, Sendable {
    package var from: Int
    package var to: Int
    package var weight: PlotValue

    package init(from: Int, to: Int, weight: PlotValue) {
      self.from = from
      self.to = to
      self.weight = weight
    }
  }

  package var nodes: [Node]
  package var edges: [Edge]
  /// Words under the layers, or left of them, none or one each.
  package var layerNames: [String]
  /// Layers are rows from the top down, as wide as the panel: for more layers than fit side by side.
  package var isUpright = false
  /// The width of the strongest edge, in points.
  package var widest: Double
  package var positive: Paint
  package var negative: Paint

  package init(
    nodes: [Node], edges: [Edge], layerNames: [String] = [], widest: Double = 3.2, positive: Paint = .category(0),
    negative: Paint = .category(5)
  ) {
    precondition(edges.allSatisfy { nodes.indices.contains($0.from) && nodes.indices.contains($0.to) })
    self.nodes = nodes
    self.edges = edges
    self.layerNames = layerNames
    self.widest = widest
    self.positive = positive
    self.negative = negative
  }

  package func values(of channel: Channel) -> [PlotValue] { channel == .color ? nodes.map(\.color) : [] }

  package func legend(theme: Theme) -> [LegendEntry] {
    var entries: [LegendEntry] = []
    if edges.contains(where: { ($0.weight.number ?? 0) < 0 }) {
      entries = [
        LegendEntry(.line(positive, dash: []), phrase("legend.positive")),
        LegendEntry(.line(negative, dash: [3, 2]), phrase("legend.negative")),
      ]
    }
    if let gap = gapLabel(edges.map(\.weight)) { entries.append(LegendEntry(.line(.muted, dash: [1, 2]), gap)) }
    return entries
      + PlotValue.gaps.filter(Set(nodes.map(\.color)).contains).map { LegendEntry(.gap($0), $0.gap ?? "") }
  }

  private var layout: LayeredLayout {
    LayeredLayout(layers: nodes.map(\.layer), edges: edges.map { ($0.from, $0.to) })
  }

  private func rowHeight(_ theme: Theme, _ measurer: any TextMeasurer) -> Double {
    measurer.extent(of: "0", in: theme.tickFont).height + 9
  }

  package func height(width: Double, theme: Theme, measurer: any TextMeasurer) -> Double? {
    let row = rowHeight(theme, measurer)
    if isUpright { return Double(max(layout.layerCount, 1)) * row * 1.7 }
    return max((2 * layout.reach + 1) * row, 2 * row) + (layerNames.isEmpty ? 0 : row)
  }

  /// Where a graph lies: layers along one direction of the page, the nodes of a layer along the other.
  private struct Plan {
    var isUpright: Bool
    /// Of layers and nodes, without the layers' names.
    var area: Rect
    var layerCount: Int
    /// From node to node.
    var step: Double
    var font: Font
    var box: Size

    func point(layer: Int, place: Double) -> Point {
      let share = (Double(layer) + 0.5) / Double(layerCount)
      return isUpright
        ? Point(area.midX + place * step, area.y + share * area.height)
        : Point(area.x + share * area.width, area.midY + place * step)
    }

    func rect(at middle: Point) -> Rect {
      Rect(middle.x - box.width / 2, middle.y - box.height / 2, box.width, box.height)
    }

    /// Where edges leave a node, and where they come in.
    func ports(_ box: Rect) -> (out: Point, in: Point) {
      isUpright
        ? (Point(box.midX, box.maxY), Point(box.midX, box.minY))
        : (Point(box.maxX, box.midY), Point(box.minX, box.midY))
    }

    /// Along the layers at every stop, bent half-way between.
    func flow(_ stops: [Point]) -> [PathElement] {
      [.move(stops[0])]
        + zip(stops, stops.dropFirst()).map { a, b in
          let (x, y) = ((a.x + b.x) / 2, (a.y + b.y) / 2)
          return isUpright ? .curve(Point(a.x, y), Point(b.x, y), to: b) : .curve(Point(x, a.y), Point(x, b.y), to: b)
        }
    }
  }

  private func plan(_ layout: LayeredLayout, in frame: Frame) -> Plan {
    var area = frame.area
    let theme = frame.theme
    if !layerNames.isEmpty {
      if isUpright {
        let widest = layerNames.map { frame.measurer.extent(ofRich: $0, in: theme.tickFont).width }.max() ?? 0
        let names = min(widest + 6, area.width * 0.25)
        (area.x, area.width) = (area.x + names, area.width - names)
      } else {
        area.height -= rowHeight(theme, frame.measurer)
      }
    }
    let breadth = isUpright ? area.width : area.height
    let step = breadth / (2 * layout.reach + 1)
    // Labels leave a fifth of their layer to the edges; what is too long even in the smallest size is cut.
    let room = isUpright ? step * 0.92 : area.width / Double(layout.layerCount) * 0.8
    var font = theme.tickFont
    func widest() -> Double { nodes.map { frame.measurer.extent(ofRich: $0.label, in: font).width }.max() ?? 0 }
    let wanted = widest()
    if wanted > room - 6 {
      font.size = max(theme.smallestSize, (font.size * (room - 6) / max(wanted, 1) * 4).rounded(.down) / 4)
    }
    let height = frame.measurer.extent(of: "0", in: font).height + 3
    let share = isUpright ? area.height / Double(layout.layerCount) : step
    return Plan(
      isUpright: isUpright, area: area, layerCount: layout.layerCount, step: step, font: font,
      box: Size(min(widest() + 6, room), min(height, share * 0.9)))
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let layout = layout
    guard layout.layerCount > 0 else { return }
    let theme = frame.theme
    let plan = plan(layout, in: frame)
    let boxes = nodes.enumerated().map { index, node in
      plan.rect(at: plan.point(layer: node.layer, place: layout.place[index]))
    }
    let largest = edges.compactMap { $0.weight.number.map(abs) }.max() ?? 0
    let drawn = edges.indices.sorted { a, b in
      let (x, y) = (abs(edges[a].weight.number ?? 0), abs(edges[b].weight.number ?? 0))
      return x == y ? a < b : x < y
    }
    for index in drawn {
      let edge = edges[index]
      let isForward = nodes[edge.from].layer <= nodes[edge.to].layer
      let (low, high) = isForward ? (edge.from, edge.to) : (edge.to, edge.from)
      guard nodes[low].layer < nodes[high].layer else { continue }
      let between = layout.route[index].enumerated().map { offset, place in
        plan.point(layer: nodes[low].layer + 1 + offset, place: place)
      }
      let stops = [plan.ports(boxes[low]).out] + between + [plan.ports(boxes[high]).in]
      items.append(.path(plan.flow(stops), fill: nil, stroke: stroke(edge, largest, theme)))
    }
    let labels = fitted(
      nodes.map(\.label), plan.font, width: (boxes.map(\.width).min() ?? 0) - 2, frame.measurer, isRich: true)
    for (index, (node, box)) in zip(nodes, boxes).enumerated() {
      let fill = frame.color?.color(of: node.color, theme: theme)
      items.append(
        .path(
          rounded(box, 3), fill: fill ?? theme.background, stroke: Stroke(theme.muted, width: theme.axisWidth * 1.2)))
      if node.color.gap != nil {
        items.append(.group(GapCell.items(node.color, in: box.inset(2), theme: theme), clip: nil, opacity: 0.5))
      }
      let run = TextRun(
        labels[index], font: plan.font,
        color: fill.map(theme.readableInk) ?? theme.ink, at: Point(box.midX, box.midY), horizontal: .middle,
        vertical: .middle)
      items += run.pieces(frame.measurer).map { .text($0) }
    }
    drawLayerNames(plan, in: frame, into: &items)
  }

  private func drawLayerNames(_ plan: Plan, in frame: Frame, into items: inout [DrawingItem]) {
    let font = frame.theme.tickFont
    let room = isUpright ? plan.area.x - frame.area.x - 3 : plan.area.width / Double(plan.layerCount) - 4
    let names = fitted(
      Array(layerNames.prefix(plan.layerCount)), font, width: room, frame.measurer, isRich: true)
    for (layer, name) in names.enumerated() {
      let middle = plan.point(layer: layer, place: 0)
      let run = TextRun(
        name, font: font, color: frame.theme.muted,
        at: isUpright ? Point(frame.area.minX, middle.y) : Point(middle.x, frame.area.maxY),
        horizontal: isUpright ? .start : .middle, vertical: isUpright ? .middle : .bottom)
      items += run.pieces(frame.measurer).map { .text($0) }
    }
  }

  private func stroke(_ edge: Edge, _ largest: Double, _ theme: Theme) -> Stroke {
    guard let number = edge.weight.number else {
      return Stroke(theme.gapInk, width: theme.axisWidth, dash: [1, 2])
    }
    let share = largest > 0 ? abs(number) / largest : 0
    let color = (number < 0 ? negative : positive).color(in: theme)
    let width = 0.4 + (widest - 0.4) * share
    return Stroke(
      color.with(opacity: 0.25 + 0.75 * share), width: width,
      dash: number < 0 ? [2.5 + width, 1.2 + width * 0.5] : [])
  }
}

/// A rectangle with round corners.
func rounded(_ rect: Rect, _ radius: Double) -> [PathElement] {
  let r = min(radius, rect.width / 2, rect.height / 2)
  let k = r * 0.4477
  return [
    .move(Point(rect.minX + r, rect.minY)), .line(Point(rect.maxX - r, rect.minY)),
    .curve(Point(rect.maxX - k, rect.minY), Point(rect.maxX, rect.minY + k), to: Point(rect.maxX, rect.minY + r)),
    .line(Point(rect.maxX, rect.maxY - r)),
    .curve(Point(rect.maxX, rect.maxY - k), Point(rect.maxX - k, rect.maxY), to: Point(rect.maxX - r, rect.maxY)),
    .line(Point(rect.minX + r, rect.maxY)),
    .curve(Point(rect.minX + k, rect.maxY), Point(rect.minX, rect.maxY - k), to: Point(rect.minX, rect.maxY - r)),
    .line(Point(rect.minX, rect.minY + r)),
    .curve(Point(rect.minX, rect.minY + k), Point(rect.minX + k, rect.minY), to: Point(rect.minX + r, rect.minY)),
    .close,
  ]
}
