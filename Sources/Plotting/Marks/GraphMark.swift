package import Drawing

/// Nodes in layers from left to right and the edges between them, wider and more opaque by the size of their weight,
/// dashed and in another colour where it is negative: circuits, flows through layers.
package struct GraphMark: Mark {
  package struct Node: Hashable, Sendable {
    /// With markup as in `RichText`.
    package var label: String
    package var layer: Int
    /// For the figure's colour scale; blank for the ground's colour.
    package var color: Reading

    package init(_ label: String, layer: Int, color: Reading = .blank) {
      self.label = label
      self.layer = layer
      self.color = color
    }
  }

  package struct Edge: Hashable, Sendable {
    package var from: Int
    package var to: Int
    package var weight: Reading

    package init(from: Int, to: Int, weight: Reading) {
      self.from = from
      self.to = to
      self.weight = weight
    }
  }

  package var nodes: [Node]
  package var edges: [Edge]
  /// Words under the layers, none or one each.
  package var layerNames: [String]
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

  package func readings(of channel: Channel) -> [Reading] { channel == .color ? nodes.map(\.color) : [] }

  package func legend(theme: Theme) -> [LegendEntry] {
    var entries: [LegendEntry] = []
    if edges.contains(where: { ($0.weight.number ?? 0) < 0 }) {
      entries = [
        LegendEntry(.line(positive, dash: []), "positive"), LegendEntry(.line(negative, dash: [3, 2]), "negative"),
      ]
    }
    if let gap = gapLabel(edges.map(\.weight)) { entries.append(LegendEntry(.line(.muted, dash: [1, 2]), gap)) }
    return entries
      + Reading.gaps.filter(Set(nodes.map(\.color)).contains).map { LegendEntry(.gap($0), $0.gap ?? "") }
  }

  private var layout: LayeredLayout {
    LayeredLayout(layers: nodes.map(\.layer), edges: edges.map { ($0.from, $0.to) })
  }

  private func rowHeight(_ theme: Theme, _ measurer: any TextMeasurer) -> Double {
    measurer.extent(of: "0", in: theme.tickFont).height + 9
  }

  package func height(width: Double, theme: Theme, measurer: any TextMeasurer) -> Double? {
    let row = rowHeight(theme, measurer)
    return max((2 * layout.reach + 1) * row, 2 * row) + (layerNames.isEmpty ? 0 : row)
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let layout = layout
    guard layout.layerCount > 0 else { return }
    let theme = frame.theme
    let names = layerNames.isEmpty ? 0 : rowHeight(theme, frame.measurer)
    let step = (frame.area.height - names) / (2 * layout.reach + 1)
    let boxes = boxes(layout, step: step, names: names, in: frame)
    let largest = edges.compactMap { $0.weight.number.map(abs) }.max() ?? 0
    let columns = columns(layout, in: frame)
    let middle = frame.area.y + (frame.area.height - names) / 2
    let drawn = edges.indices.sorted { a, b in
      let (x, y) = (abs(edges[a].weight.number ?? 0), abs(edges[b].weight.number ?? 0))
      return x == y ? a < b : x < y
    }
    for index in drawn {
      let edge = edges[index]
      let isForward = nodes[edge.from].layer <= nodes[edge.to].layer
      let (low, high) = isForward ? (edge.from, edge.to) : (edge.to, edge.from)
      guard nodes[low].layer < nodes[high].layer else { continue }
      var stops = [Point(boxes[low].maxX, boxes[low].midY)]
      for (offset, place) in layout.route[index].enumerated() {
        stops.append(Point(columns[nodes[low].layer + 1 + offset], middle + place * step))
      }
      stops.append(Point(boxes[high].minX, boxes[high].midY))
      items.append(.path(flow(stops), fill: nil, stroke: stroke(edge, largest, theme)))
    }
    let font = font(layout, in: frame)
    for (node, box) in zip(nodes, boxes) {
      let fill = frame.color?.color(of: node.color, theme: theme)
      items.append(
        .path(
          rounded(box, 3), fill: fill ?? theme.background, stroke: Stroke(theme.muted, width: theme.axisWidth * 1.2)))
      if node.color.gap != nil {
        items.append(.group(GapCell.items(node.color, in: box.inset(2), theme: theme), clip: nil, opacity: 0.5))
      }
      let run = TextRun(
        fitted(node.label, font, width: box.width - 4, frame.measurer, isRich: true), font: font,
        color: fill.map(theme.readableInk) ?? theme.ink, at: Point(box.midX, box.midY), horizontal: .middle,
        vertical: .middle)
      items += run.pieces(frame.measurer).map { .text($0) }
    }
    for (layer, name) in layerNames.prefix(layout.layerCount).enumerated() {
      let share = frame.area.width / Double(layout.layerCount)
      let run = TextRun(
        fitted(name, theme.tickFont, width: share - 4, frame.measurer, isRich: true), font: theme.tickFont,
        color: theme.muted, at: Point(columns[layer], frame.area.maxY), horizontal: .middle, vertical: .bottom)
      items += run.pieces(frame.measurer).map { .text($0) }
    }
  }

  /// The middle of each layer.
  private func columns(_ layout: LayeredLayout, in frame: Frame) -> [Double] {
    (0..<layout.layerCount).map {
      frame.area.x + (Double($0) + 0.5) * frame.area.width / Double(layout.layerCount)
    }
  }

  /// The size in which every label leaves a fifth of its layer to the edges; what is too long even in the smallest is cut.
  private func font(_ layout: LayeredLayout, in frame: Frame) -> Font {
    var font = frame.theme.tickFont
    let room = frame.area.width / Double(max(layout.layerCount, 1)) * 0.8 - 6
    let widest = nodes.map { frame.measurer.extent(ofRich: $0.label, in: font).width }.max() ?? 0
    if widest > room {
      font.size = max(frame.theme.smallestSize, (font.size * room / widest * 4).rounded(.down) / 4)
    }
    return font
  }

  /// All of one width: that of the widest label.
  private func boxes(_ layout: LayeredLayout, step: Double, names: Double, in frame: Frame) -> [Rect] {
    let columns = columns(layout, in: frame)
    let share = frame.area.width / Double(layout.layerCount)
    let font = font(layout, in: frame)
    let widest = nodes.map { frame.measurer.extent(ofRich: $0.label, in: font).width }.max() ?? 0
    let width = min(widest + 6, share * 0.8)
    let height = min(frame.measurer.extent(of: "0", in: font).height + 3, step * 0.9)
    let middle = frame.area.y + (frame.area.height - names) / 2
    return nodes.enumerated().map { index, node in
      Rect(
        columns[node.layer] - width / 2, middle + layout.place[index] * step - height / 2, width, height)
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

  /// Level at every stop, bent half-way between.
  private func flow(_ stops: [Point]) -> [PathElement] {
    [.move(stops[0])]
      + zip(stops, stops.dropFirst()).map { a, b in
        let bend = (a.x + b.x) / 2
        return .curve(Point(bend, a.y), Point(bend, b.y), to: b)
      }
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
