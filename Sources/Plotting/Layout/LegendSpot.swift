import Drawing

/// Where in a panel a legend covers no data: what is drawn is entered into a grid of small squares, and the emptiest
/// place of the legend's size is sought, corners first.
struct LegendSpot {
  private let area: Rect
  private let columns: Int
  private let rows: Int
  private var taken: [Bool]
  private static let step = 3.0

  init(_ area: Rect, _ items: [DrawingItem], _ measurer: any TextMeasurer) {
    self.area = area
    columns = max(1, Int((area.width / Self.step).rounded(.up)))
    rows = max(1, Int((area.height / Self.step).rounded(.up)))
    taken = [Bool](repeating: false, count: columns * rows)
    enter(items, measurer)
  }

  /// The upper left corner of a free place; nil where every place covers something.
  func corner(for size: Size, margin: Double = 5) -> Point? {
    let width = size.width + 2 * margin
    let height = size.height + 2 * margin
    guard width <= area.width, height <= area.height else { return nil }
    let (right, foot) = (area.width - width, area.height - height)
    var candidates = [(right, 0.0), (0, 0), (right, foot), (0, foot)]
    for share in [0.5, 0.25, 0.75] {
      candidates += [(right * share, 0), (right * share, foot), (0, foot * share), (right, foot * share)]
    }
    for (x, y) in candidates where isFree(x, y, width, height) {
      return Point(area.minX + x + margin, area.minY + y + margin)
    }
    return nil
  }

  private func isFree(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> Bool {
    let (left, top) = (Int(x / Self.step), Int(y / Self.step))
    let (right, foot) = (min(columns - 1, Int((x + width) / Self.step)), min(rows - 1, Int((y + height) / Self.step)))
    for row in top...max(top, foot) {
      for column in left...max(left, right) where taken[row * columns + column] { return false }
    }
    return true
  }

  private mutating func enter(_ items: [DrawingItem], _ measurer: any TextMeasurer) {
    for item in items {
      switch item {
      case .path(let elements, let fill, _):
        var last = Point(0, 0)
        var low = Point(.infinity, .infinity)
        var high = Point(-.infinity, -.infinity)
        for element in elements {
          var ends: [Point] = []
          switch element {
          case .move(let point):
            ends = [point]
            mark(point)
          case .line(let point):
            ends = [point]
            mark(from: last, to: point)
          case .curve(let one, let two, let point):
            ends = [one, two, point]
            mark(from: last, to: one)
            mark(from: one, to: two)
            mark(from: two, to: point)
          case .close: break
          }
          last = ends.last ?? last
          for end in ends {
            low = Point(min(low.x, end.x), min(low.y, end.y))
            high = Point(max(high.x, end.x), max(high.y, end.y))
          }
        }
        if fill != nil, low.x <= high.x { mark(Rect(low.x, low.y, high.x - low.x, high.y - low.y)) }
      case .rect(let rect, _, _, _): mark(rect)
      case .discs(let centres, let radius, _, _):
        for centre in centres { mark(Rect(centre.x - radius, centre.y - radius, 2 * radius, 2 * radius)) }
      case .text(let run): mark(run.bounds(measurer))
      case .image(_, let rect): mark(rect)
      case .group(let inner, _, _): enter(inner, measurer)
      }
    }
  }

  private mutating func mark(_ point: Point) { mark(Rect(point.x, point.y, 0, 0)) }

  private mutating func mark(from a: Point, to b: Point) {
    let length = max(abs(b.x - a.x), abs(b.y - a.y))
    let steps = min(max(1, Int((length / Self.step * 2).rounded(.up))), 4000)
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      mark(Point(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share))
    }
  }

  private mutating func mark(_ rect: Rect) {
    let left = Int(((rect.minX - area.minX) / Self.step).rounded(.down).bounded(-1, Double(columns)))
    let right = Int(((rect.maxX - area.minX) / Self.step).rounded(.down).bounded(-1, Double(columns)))
    let top = Int(((rect.minY - area.minY) / Self.step).rounded(.down).bounded(-1, Double(rows)))
    let foot = Int(((rect.maxY - area.minY) / Self.step).rounded(.down).bounded(-1, Double(rows)))
    for row in max(0, top)..<max(max(0, top), min(rows, foot + 1)) {
      for column in max(0, left)..<max(max(0, left), min(columns, right + 1)) { taken[row * columns + column] = true }
    }
  }
}

extension Double {
  fileprivate func bounded(_ low: Double, _ high: Double) -> Double {
    isFinite ? Swift.min(Swift.max(self, low), high) : low
  }
}
