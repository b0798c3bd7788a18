extension Point {
  package func moved(_ x: Double, _ y: Double) -> Point { Point(self.x + x, self.y + y) }
}

extension Rect {
  package var origin: Point { Point(x, y) }

  package func moved(_ x: Double, _ y: Double) -> Rect { Rect(self.x + x, self.y + y, width, height) }

  /// Smaller by a length on each side.
  package func inset(_ by: Double) -> Rect { Rect(x + by, y + by, width - 2 * by, height - 2 * by) }

  package func contains(_ point: Point) -> Bool {
    minX <= point.x && point.x <= maxX && minY <= point.y && point.y <= maxY
  }
}

extension DrawingItem {
  /// The item elsewhere on the page.
  package func moved(_ x: Double, _ y: Double) -> DrawingItem {
    switch self {
    case .path(let elements, let fill, let stroke):
      return .path(elements.map { $0.moved(x, y) }, fill: fill, stroke: stroke)
    case .rect(let rect, let fill, let stroke, let crisp):
      return .rect(rect.moved(x, y), fill: fill, stroke: stroke, crisp: crisp)
    case .discs(let centres, let radius, let fill, let stroke):
      return .discs(centres.map { $0.moved(x, y) }, radius: radius, fill: fill, stroke: stroke)
    case .text(var run):
      run.position = run.position.moved(x, y)
      return .text(run)
    case .image(let image, let rect): return .image(image, in: rect.moved(x, y))
    case .group(let items, let clip, let opacity):
      return .group(items.map { $0.moved(x, y) }, clip: clip?.moved(x, y), opacity: opacity)
    }
  }
}

extension PathElement {
  fileprivate func moved(_ x: Double, _ y: Double) -> PathElement {
    switch self {
    case .move(let point): .move(point.moved(x, y))
    case .line(let point): .line(point.moved(x, y))
    case .curve(let one, let two, let end): .curve(one.moved(x, y), two.moved(x, y), to: end.moved(x, y))
    case .close: .close
    }
  }
}
