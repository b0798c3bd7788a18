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
}
