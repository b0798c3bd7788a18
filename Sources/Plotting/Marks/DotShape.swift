import Drawing

/// Shapes of dots, told apart without colour as well; all look equally large.
package enum DotShape: Int, CaseIterable, Hashable, Sendable {
  case disc, square, triangle, diamond, cross, ring

  /// The shape of a category.
  package static func category(_ index: Int) -> DotShape { allCases[index % allCases.count] }

  func items(_ centres: [Point], radius: Double, _ color: Color) -> [DrawingItem] {
    guard !centres.isEmpty else { return [] }
    func outlines(_ corners: [(Double, Double)]) -> [DrawingItem] {
      let path = centres.flatMap { centre in
        polyline(corners.map { centre.moved($0.0 * radius, $0.1 * radius) }, isClosed: true)
      }
      return [.path(path, fill: color, stroke: nil)]
    }
    switch self {
    case .disc: return [.discs(centres, radius: radius, fill: color, stroke: nil)]
    case .square: return outlines([(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)])
    case .triangle: return outlines([(0, -1.25), (1.15, 0.8), (-1.15, 0.8)])
    case .diamond: return outlines([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)])
    case .cross:
      let path = centres.flatMap { centre in
        polyline([centre.moved(-radius, -radius), centre.moved(radius, radius)])
          + polyline([centre.moved(-radius, radius), centre.moved(radius, -radius)])
      }
      return [.path(path, fill: nil, stroke: Stroke(color, width: radius * 0.55))]
    case .ring:
      return [.discs(centres, radius: radius * 0.85, fill: nil, stroke: Stroke(color, width: radius * 0.45))]
    }
  }

  /// How far a place beside a dot's middle lies within its outline; below 0 outside.
  func inside(_ x: Double, _ y: Double, _ radius: Double) -> Double {
    let (x, y) = (abs(x), self == .triangle ? y : abs(y))
    switch self {
    case .disc: return radius - (x * x + y * y).squareRoot()
    case .square: return 0.88 * radius - max(x, y)
    case .diamond: return (1.3 * radius - x - y) * 0.7071
    case .triangle: return min(0.8 * radius - y, (y + 1.25 * radius - x * 2.05 / 1.15) * 0.489)
    case .cross: return min(0.275 * radius - abs(x - y) * 0.7071, (2 * radius - x - y) * 0.7071)
    case .ring: return 0.225 * radius - abs((x * x + y * y).squareRoot() - 0.85 * radius)
    }
  }
}
