package import Drawing
import Foundation

/// Arrows from points along differences in the axes' units: fields of directions, movements in a projection.
package struct VectorMark: Mark {
  package struct Arrow: Hashable, Sendable {
    package var x: Double
    package var y: Double
    package var dx: PlotValue
    package var dy: PlotValue

    package init(x: Double, y: Double, dx: PlotValue, dy: PlotValue) {
      self.x = x
      self.y = y
      self.dx = dx
      self.dy = dy
    }

    /// Why it has no direction.
    fileprivate var gap: PlotValue { dx.gap == nil ? dy : dx }
  }

  package var arrows: [Arrow]
  /// For the figure's colour scale; nil to draw all in `paint`.
  package var color: [PlotValue]?
  package var paint: Paint
  /// In points.
  package var width: Double?

  package init(_ arrows: [Arrow], color: [PlotValue]? = nil, paint: Paint = .accent, width: Double? = nil) {
    precondition(color.map { $0.count == arrows.count } ?? true)
    self.arrows = arrows
    self.color = color
    self.paint = paint
    self.width = width
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch channel {
    case .x:
      arrows.flatMap { arrow in [PlotValue(arrow.x)] + (arrow.dx.number.map { [PlotValue(arrow.x + $0)] } ?? []) }
    case .y:
      arrows.flatMap { arrow in [PlotValue(arrow.y)] + (arrow.dy.number.map { [PlotValue(arrow.y + $0)] } ?? []) }
    case .color: color ?? []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    GapSign.legend(arrows.map(\.gap) + (color ?? []))
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let width = width ?? frame.theme.lineWidth * 0.8
    for (index, arrow) in arrows.enumerated() {
      guard let start = frame.point(arrow.x, arrow.y) else { continue }
      guard let dx = arrow.dx.number, let dy = arrow.dy.number else {
        items += GapSign.items(
          arrow.gap, at: start, radius: 2.2, color: frame.theme.gapInk, isLevel: arrow.dx.gap != nil)
        continue
      }
      guard let end = frame.point(arrow.x + dx, arrow.y + dy) else { continue }
      var ink = paint.color(in: frame.theme)
      if let reading = color?[index] {
        ink = frame.color?.color(of: reading, theme: frame.theme) ?? (reading.gap == nil ? ink : frame.theme.gapInk)
        items += GapSign.items(reading, at: start, radius: 1.8, color: frame.theme.gapInk)
      }
      items += Self.items(from: start, to: end, color: ink, width: width)
    }
  }

  /// A shaft with a filled head; a dot where there is no length.
  static func items(from start: Point, to end: Point, color: Color, width: Double) -> [DrawingItem] {
    let length = hypot(end.x - start.x, end.y - start.y)
    guard length > 0.3 else { return [.discs([start], radius: width * 0.8, fill: color, stroke: nil)] }
    let (ux, uy) = ((end.x - start.x) / length, (end.y - start.y) / length)
    let head = min(length * 0.6, 2.5 + width * 2.2)
    let half = head * 0.36
    let neck = end.moved(-ux * head, -uy * head)
    return [
      .path([.move(start), .line(neck)], fill: nil, stroke: Stroke(color, width: width)),
      .path(
        polyline([end, neck.moved(-uy * half, ux * half), neck.moved(uy * half, -ux * half)], isClosed: true),
        fill: color, stroke: nil),
    ]
  }
}
