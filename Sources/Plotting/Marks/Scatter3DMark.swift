package import Drawing
import Foundation
import Support

/// Points in space seen from a fixed direction without perspective, in a box whose far edges are drawn; near points are
/// larger, far ones smaller and nearer to the ground's colour.
package struct Scatter3DMark: Mark {
  package var points: [[PlotValue]]
  /// For the figure's colour scale; nil to draw all in `paint`.
  package var color: [PlotValue]?
  package var paint: Paint
  /// At the box's edges, with markup as in `RichText`.
  package var titles: [String]
  /// In points, of a dot half-way.
  package var radius: Double
  /// Turned about the upright axis, and seen from above, in degrees.
  package var azimuth: Double
  package var elevation: Double

  /// - Parameter points: three readings each.
  package init(
    _ points: [[PlotValue]], color: [PlotValue]? = nil, paint: Paint = .accent, titles: [String], radius: Double = 1.8,
    azimuth: Double = 32, elevation: Double = 20
  ) {
    precondition(points.allSatisfy { $0.count == 3 } && titles.count == 3)
    precondition(color.map { $0.count == points.count } ?? true)
    self.points = points
    self.color = color
    self.paint = paint
    self.titles = titles
    self.radius = radius
    self.azimuth = azimuth
    self.elevation = elevation
  }

  package func values(of channel: Channel) -> [PlotValue] { channel == .color ? color ?? [] : [] }

  package func legend(theme: Theme) -> [LegendEntry] {
    let nowhere = points.compactMap { point in point.first { $0.gap != nil } }
    return GapSign.legend(color ?? [])
      + (Distribution.gapWords(Distribution(nowhere)).map {
        [LegendEntry(.cross, $0 + phrase("scatter3DMark.withoutAPlace"))]
      } ?? [])
  }

  package func height(width: Double, theme: Theme, measurer: any TextMeasurer) -> Double? { width * 0.82 }

  /// From coordinates in −1 … 1 to the page: right, up, and nearness.
  private func turned(_ p: [Double]) -> (x: Double, y: Double, depth: Double) {
    let (a, e) = (azimuth * .pi / 180, elevation * .pi / 180)
    let x = p[0] * cos(a) + p[1] * sin(a)
    let away = -p[0] * sin(a) + p[1] * cos(a)
    return (x, p[2] * cos(e) + away * sin(e), -(away * cos(e) - p[2] * sin(e)))
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let theme = frame.theme
    let ranges = (0..<3).map { axis -> ClosedRange<Double> in
      let range = extent(points.map { $0[axis] }) ?? 0...1
      // Beside a large number 1 would be lost.
      let margin = max(1, abs(range.lowerBound) * 1e-3)
      return range.lowerBound < range.upperBound ? range : range.lowerBound - margin...range.upperBound + margin
    }
    // The box's corners decide the scale; a line of text fits around it.
    let corners = (0..<8).map { corner in turned((0..<3).map { corner >> $0 & 1 == 1 ? 1 : -1 }) }
    let line = frame.measurer.extent(of: "0", in: theme.labelFont).height
    let room = frame.area.inset(line + 5)
    let across = (corners.map { abs($0.x) }.max() ?? 1, corners.map { abs($0.y) }.max() ?? 1)
    let unit = min(room.width / 2 / across.0, room.height / 2 / across.1)
    func page(_ p: (x: Double, y: Double, depth: Double)) -> Point {
      Point(frame.area.midX + p.x * unit, frame.area.midY - p.y * unit)
    }
    drawBox(corners.map { ($0.depth, page($0)) }, in: frame, into: &items)
    // Eight depths from far to near, so that equal dots are one item.
    let deepest = corners.map(\.depth).max() ?? 1
    var styles = DotStyles(paint, in: frame)
    var layers = Array(repeating: DotGroups(), count: 8)
    var signs: [DrawingItem] = []
    for (index, point) in points.enumerated() {
      let numbers = point.compactMap(\.number)
      guard numbers.count == 3 else { continue }
      let place = turned(
        zip(numbers, ranges).map { 2 * ($0 - $1.lowerBound) / ($1.upperBound - $1.lowerBound) - 1 })
      let near = min(max((place.depth / deepest + 1) / 2, 0), 1)
      if let style = styles.style(of: color?[index], at: page(place), signs: &signs) {
        layers[min(Int(near * 8), 7)].add(page(place), style)
      }
    }
    for (level, layer) in layers.enumerated() {
      let near = (Double(level) + 0.5) / 8
      for style in layer.styles {
        items += style.shape.items(
          layer[style], radius: radius * (0.65 + 0.7 * near),
          (style.color == theme.otherCategory ? theme.otherInk : style.color).mixed(
            with: theme.background, 0.55 * (1 - near)))
      }
    }
    items += signs
    if points.contains(where: { $0.contains { $0.gap != nil } }) {
      let corner = Point(frame.area.minX + 4, frame.area.maxY - 4)
      items.append(GapSign.cross(at: corner, radius: 2.2, color: theme.gapInk))
    }
  }

  /// The nine edges that do not meet in the nearest corner, and the titles along three outer ones.
  private func drawBox(_ corners: [(depth: Double, point: Point)], in frame: Frame, into items: inout [DrawingItem]) {
    let theme = frame.theme
    let nearest = corners.indices.max { corners[$0].depth < corners[$1].depth } ?? 0
    var path: [PathElement] = []
    for corner in 0..<8 {
      for axis in 0..<3 where corner >> axis & 1 == 0 && corner != nearest && corner | 1 << axis != nearest {
        path += [.move(corners[corner].point), .line(corners[corner | 1 << axis].point)]
      }
    }
    items.append(
      .path(path, fill: nil, stroke: Stroke(theme.grid.mixed(with: theme.muted, 0.35), width: theme.axisWidth)))
    // Outer edges at the foot for the first two, at the left for the third.
    let middle = Point(frame.area.midX, frame.area.midY)
    for axis in 0..<3 {
      let edges = (0..<8).filter { $0 >> axis & 1 == 0 }.map { (corners[$0].point, corners[$0 | 1 << axis].point) }
      func score(_ edge: (Point, Point)) -> Double {
        let (x, y) = ((edge.0.x + edge.1.x) / 2 - middle.x, (edge.0.y + edge.1.y) / 2 - middle.y)
        return axis == 2 ? -x : y
      }
      guard let edge = edges.max(by: { score($0) < score($1) }) else { continue }
      let (left, right) = edge.0.x <= edge.1.x ? (edge.0, edge.1) : (edge.1, edge.0)
      let angle = axis == 2 ? -90 : atan2(right.y - left.y, right.x - left.x) * 180 / .pi
      let gap = frame.measurer.extent(of: "0", in: theme.labelFont).height / 2 + 2.5
      let radians = angle * .pi / 180
      // Away from the box: below a level edge, left of an upright one.
      let (nx, ny) = axis == 2 ? (-1.0, 0.0) : (-sin(radians), cos(radians))
      let at = Point((left.x + right.x) / 2 + nx * gap, (left.y + right.y) / 2 + ny * gap)
      let length = hypot(right.x - left.x, right.y - left.y)
      let run = TextRun(
        fitted(titles[axis], theme.labelFont, width: length, frame.measurer, isRich: true), font: theme.labelFont,
        color: theme.ink, at: at, horizontal: .middle, vertical: .middle, rotation: angle)
      items += run.pieces(frame.measurer).map { .text($0) }
    }
  }
}
