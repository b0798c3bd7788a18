package import Drawing
import Foundation
import Support

/// Words beside points of the panel, each placed where it covers neither another one nor data, with a line to its point
/// where it had to move away: names of dots, annotations.
package struct LabelMark: Mark {
  package struct Label: Hashable, Sendable {
    package var x: Double
    package var y: Double
    /// With markup as in `RichText`; `\n` begins a line.
    package var text: String
    /// From the point to the text's middle, in points; nil to find a place.
    package var offset: Point?

    package init(_ text: String, x: Double, y: Double, offset: Point? = nil) {
      self.text = text
      self.x = x
      self.y = y
      self.offset = offset
    }
  }

  /// The first is placed first; those that find no place are left out.
  package var labels: [Label]
  /// Points that should not be covered, beside those of the labels.
  package var avoiding: [(x: Double, y: Double)]
  package var paint: Paint
  /// Leader lines end with a dot on their point rather than beside it.
  package var hasDots: Bool

  package init(
    _ labels: [Label], avoiding: [(x: Double, y: Double)] = [], paint: Paint = .ink, hasDots: Bool = false
  ) {
    self.labels = labels
    self.avoiding = avoiding
    self.paint = paint
    self.hasDots = hasDots
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch channel {
    case .x: labels.map { PlotValue($0.x) }
    case .y: labels.map { PlotValue($0.y) }
    case .color: []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    let without = labels.count { !$0.x.isFinite || !$0.y.isFinite }
    return without == 0 ? [] : [LegendEntry(.cross, phrase("labelMark.withoutWithoutPlace", ["without": without]))]
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let dots = avoiding.compactMap { frame.point($0.x, $0.y) } + labels.compactMap { frame.point($0.x, $0.y) }
    let color = paint.color(in: frame.theme)
    var taken: [Rect] = []
    var leaders: [(from: Point, to: Point)] = []
    for label in labels {
      guard let point = frame.point(label.x, label.y), frame.area.contains(point) else { continue }
      let lines = label.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let sizes = lines.map { frame.measurer.extent(ofRich: $0, in: frame.theme.tickFont) }
      let size = Size(sizes.map(\.width).max() ?? 0, sizes.map(\.height).reduce(0, +))
      guard let box = place(label, size, at: point, dots, taken, leaders, in: frame) else { continue }
      taken.append(box)
      if let end = leaderEnd(box, from: point) {
        leaders.append((point, end))
        let start = hasDots ? point : toward(end, from: point, by: 2.5)
        items.append(
          .path([.move(start), .line(end)], fill: nil, stroke: Stroke(frame.theme.muted, width: frame.theme.axisWidth)))
        if hasDots { items.append(.discs([point], radius: 1.4, fill: frame.theme.muted, stroke: nil)) }
      }
      var top = box.minY
      for (line, size) in zip(lines, sizes) {
        let run = TextRun(
          line, font: frame.theme.tickFont, color: color, at: Point(box.midX, top), horizontal: .middle, vertical: .top)
        items += run.pieces(frame.measurer).map { .text($0) }
        top += size.height
      }
    }
  }

  /// The free place with the least cost: dots and lines under it, then its distance.
  private func place(
    _ label: Label, _ size: Size, at point: Point, _ dots: [Point], _ taken: [Rect],
    _ leaders: [(from: Point, to: Point)], in frame: Frame
  ) -> Rect? {
    func box(_ middle: Point) -> Rect {
      Rect(middle.x - size.width / 2, middle.y - size.height / 2, size.width, size.height)
    }
    if let offset = label.offset { return box(point.moved(offset.x, offset.y)) }
    var best: (cost: Double, box: Rect)?
    for (ring, gap) in [3.0, 9, 18, 30, 46].enumerated() {
      for direction in 0..<(ring == 0 ? 8 : 16) {
        let angle = Double(direction) * .pi / (ring == 0 ? 4 : 8)
        let (c, s) = (cos(angle), sin(angle))
        // The nearest side or corner of the box lies a gap from the point.
        let x = abs(c) < 0.3 ? 0 : (size.width / 2) * (c > 0 ? 1 : -1)
        let y = abs(s) < 0.3 ? 0 : (size.height / 2 - 1) * (s > 0 ? 1 : -1)
        let candidate = box(point.moved(x + c * gap, y + s * gap))
        guard frame.area.contains(candidate), !taken.contains(where: candidate.inset(-1).intersects) else { continue }
        let covered = dots.count { candidate.inset(-1.5).contains($0) }
        let crossed = leaders.count { candidate.meets($0.from, $0.to) }
        var cost = Double(covered) * 3 + Double(crossed) * 8 + gap * 0.25 + (direction == 0 ? 0 : 0.2)
        if let end = leaderEnd(candidate, from: point) {
          cost += Double(taken.count { $0.meets(point, end) }) * 8
          cost += Double(leaders.count { Self.cross(point, end, $0.from, $0.to) }) * 6
        }
        if cost < best?.cost ?? .infinity { best = (cost, candidate) }
      }
      if let best, best.cost < 3 + gap * 0.25 { return best.box }
    }
    // A label that can only be read with trouble is left out.
    return (best?.cost ?? .infinity) <= Self.mostCost ? best?.box : nil
  }

  private static let mostCost = 14.0

  private static func cross(_ a: Point, _ b: Point, _ c: Point, _ d: Point) -> Bool {
    func side(_ p: Point, _ q: Point, _ r: Point) -> Double { (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x) }
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
  }

  /// Where a line from the point meets the box, nil where the box is so near that none is needed.
  private func leaderEnd(_ box: Rect, from point: Point) -> Point? {
    let near = Point(min(max(point.x, box.minX), box.maxX), min(max(point.y, box.minY + 1), box.maxY - 1))
    let distance = hypot(near.x - point.x, near.y - point.y)
    return distance < 7 ? nil : toward(near, from: point, by: distance - 1)
  }

  private func toward(_ end: Point, from start: Point, by length: Double) -> Point {
    let distance = max(hypot(end.x - start.x, end.y - start.y), 1e-9)
    return start.moved((end.x - start.x) / distance * length, (end.y - start.y) / distance * length)
  }
}

extension Rect {
  /// Whether a line passes through it, judged at sixteen of its points.
  func meets(_ a: Point, _ b: Point) -> Bool {
    (0...16).contains { step in
      let share = Double(step) / 16
      return contains(Point(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share))
    }
  }
}
