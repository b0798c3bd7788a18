internal import CKernels
internal import Drawing

/// Strokes as coverage masks, which takes a tenth of the time of Cairo's on lines of a thousand points. For one thread
/// at a time.
final class StrokeMask {
  /// Strokes broader than this, in pixels, are drawn as paths.
  static let broadest = 32.0
  private var coverage: [UInt8] = []
  private var first: [Int32] = []
  private var last: [Int32] = []
  private var points: [Double] = []

  /// Draws a stroke without dashes, its width in pixels.
  ///
  /// - Parameter scale: pixels per unit of the elements.
  func draw(
    _ elements: [PathElement], scale: (x: Double, y: Double), width: Double, cap: Stroke.Cap, color: Ink,
    on canvas: Canvas
  ) {
    let area = canvas.area
    guard area.right > area.left, area.bottom > area.top else { return }
    let stride = area.right + Int(TK_MASK_SLACK)
    if coverage.count < stride * area.bottom {
      coverage = [UInt8](repeating: 0, count: stride * area.bottom)
    }
    if first.count < area.bottom {
      first = [Int32](repeating: .max, count: area.bottom)
      last = [Int32](repeating: 0, count: area.bottom)
    }
    coverage.withUnsafeMutableBufferPointer { coverage in
      first.withUnsafeMutableBufferPointer { first in
        last.withUnsafeMutableBufferPointer { last in
          var mask = tk_mask(
            coverage: coverage.baseAddress, stride: stride, left: Int32(area.left), top: Int32(area.top),
            right: Int32(area.right), bottom: Int32(area.bottom), first: first.baseAddress, last: last.baseAddress)
          trace(elements, scale, origin: canvas.origin) { points, isClosed in
            tk_stroke(&mask, points.baseAddress, points.count / 2, width, Self.cap(cap), isClosed ? 1 : 0)
          }
          canvas.lay(color, through: &mask)
        }
      }
    }
  }

  private static func cap(_ cap: Stroke.Cap) -> Int32 {
    switch cap {
    case .butt: Int32(TK_CAP_BUTT)
    case .round: Int32(TK_CAP_ROUND)
    case .square: Int32(TK_CAP_SQUARE)
    }
  }

  /// Hands out each stretch of the path as points in pixels of the canvas, curves as chords.
  private func trace(
    _ elements: [PathElement], _ scale: (x: Double, y: Double), origin: (x: Int, y: Int),
    _ draw: (UnsafeBufferPointer<Double>, Bool) -> Void
  ) {
    points.removeAll(keepingCapacity: true)
    func end(isClosed: Bool) {
      if points.count > 2 || isClosed { points.withUnsafeBufferPointer { draw($0, isClosed) } }
    }
    func pixel(_ point: Point) -> Point {
      Point(point.x * scale.x + Double(origin.x), point.y * scale.y + Double(origin.y))
    }
    func add(_ point: Point) {
      points.append(point.x)
      points.append(point.y)
    }
    for element in elements {
      switch element {
      case .move(let point):
        end(isClosed: false)
        points.removeAll(keepingCapacity: true)
        add(pixel(point))
      case .line(let point): add(pixel(point))
      case .curve(let one, let two, let to):
        guard points.count >= 2 else { continue }
        let start = Point(points[points.count - 2], points[points.count - 1])
        addCurve(from: start, pixel(one), pixel(two), to: pixel(to))
      case .close:
        end(isClosed: true)
        let start = Point(points.first ?? 0, points.count > 1 ? points[1] : 0)
        points.removeAll(keepingCapacity: true)
        add(start)
      }
    }
    end(isClosed: false)
  }

  /// As so many chords that none is further than a tenth of a pixel from the curve: a chord's distance is at most an
  /// eighth of the second derivative, which is at most six times the larger second difference of the four points.
  private func addCurve(from start: Point, _ one: Point, _ two: Point, to end: Point) {
    func bend(_ a: Point, _ b: Point, _ c: Point) -> Double {
      let (x, y) = (a.x - 2 * b.x + c.x, a.y - 2 * b.y + c.y)
      return (x * x + y * y).squareRoot()
    }
    let farthest = 6.0 / 8 * max(bend(start, one, two), bend(one, two, end))
    let count = min(max((farthest / 0.1).squareRoot().rounded(.up), 1), 256)
    for step in 1...Int(count) {
      let t = Double(step) / count
      let s = 1 - t
      let (a, b, c, d) = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
      points.append(a * start.x + b * one.x + c * two.x + d * end.x)
      points.append(a * start.y + b * one.y + c * two.y + d * end.y)
    }
  }
}
