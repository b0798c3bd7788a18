package import Drawing

/// Lines of equal number over a grid, by marching squares with linear interpolation; a square with a gap at a corner is
/// hatched or crossed. Levels below zero are dashed.
package struct ContourMark: Mark {
  package var rows: Int
  package var columns: Int
  /// Row by row, the first row at the lower end of y.
  package var values: [PlotValue]
  /// Where the first and last column lie, and the first and last row.
  package var x: ClosedRange<Double>
  package var y: ClosedRange<Double>
  package var levels: [Double]
  /// The lines take their colours from the figure's scale; else all have `paint`.
  package var isColored: Bool
  package var paint: Paint

  /// - Parameter levels: nil for about ten round ones.
  package init(
    rows: Int, columns: Int, values: [PlotValue], x: ClosedRange<Double>, y: ClosedRange<Double>,
    levels: [Double]? = nil, isColored: Bool = true, paint: Paint = .ink
  ) {
    precondition(values.count == rows * columns && rows > 1 && columns > 1)
    self.rows = rows
    self.columns = columns
    self.values = values
    self.x = x
    self.y = y
    self.levels = levels ?? extent(values).map { Ticks.linear($0, count: 10).map(\.value) } ?? []
    self.isColored = isColored
    self.paint = paint
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch channel {
    case .x: [.number(x.lowerBound), .number(x.upperBound)]
    case .y: [.number(y.lowerBound), .number(y.upperBound)]
    case .color: isColored ? values : []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    PlotValue.gaps.filter(Set(values.filter { $0.gap != nil }).contains).map { LegendEntry(.gap($0), $0.gap ?? "") }
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    drawGaps(in: frame, into: &items)
    for level in levels {
      let path = lines(at: level).flatMap { line -> [PathElement] in
        let points = line.points.compactMap { frame.point($0.x, $0.y) }
        return polyline(points, isClosed: line.isClosed)
      }
      guard !path.isEmpty else { continue }
      var color = isColored ? frame.color?.color(of: .number(level), theme: frame.theme) : paint.color(in: frame.theme)
      // A line as pale as the ground, as that of zero on a diverging map, is drawn in grey.
      if let pale = color, contrast(pale, frame.theme.background) < 1.5 { color = frame.theme.muted }
      items.append(
        .path(
          path, fill: nil,
          stroke: Stroke(
            color ?? frame.theme.ink, width: frame.theme.lineWidth * 0.8, dash: level < 0 ? [3, 2] : [],
            cap: level < 0 ? .butt : .round)))
    }
  }

  private func value(_ row: Int, _ column: Int) -> Double? { values[row * columns + column].number }

  private func place(_ row: Double, _ column: Double) -> (x: Double, y: Double) {
    (
      x.lowerBound + (x.upperBound - x.lowerBound) * column / Double(columns - 1),
      y.lowerBound + (y.upperBound - y.lowerBound) * row / Double(rows - 1)
    )
  }

  /// The lines of a level, each joined from the segments of the squares it passes.
  ///
  /// A crossing lies on an edge of the grid: edge `2(row·columns + column)` runs along the row, the next one up.
  func lines(at level: Double) -> [(points: [(x: Double, y: Double)], isClosed: Bool)] {
    var segments: [(Int, Int)] = []
    var atEdge: [Int: [Int]] = [:]
    func connect(_ a: Int, _ b: Int) {
      atEdge[a, default: []].append(segments.count)
      atEdge[b, default: []].append(segments.count)
      segments.append((a, b))
    }
    for row in 0..<rows - 1 {
      for column in 0..<columns - 1 {
        guard let a = value(row, column), let b = value(row, column + 1), let c = value(row + 1, column + 1),
          let d = value(row + 1, column)
        else { continue }
        let base = 2 * (row * columns + column)
        let (foot, right, top, left) = (base, base + 3, base + 2 * columns, base + 1)
        let pattern = (a > level ? 1 : 0) | (b > level ? 2 : 0) | (c > level ? 4 : 0) | (d > level ? 8 : 0)
        switch pattern {
        case 1, 14: connect(left, foot)
        case 2, 13: connect(foot, right)
        case 3, 12: connect(left, right)
        case 4, 11: connect(right, top)
        case 6, 9: connect(foot, top)
        case 7, 8: connect(left, top)
        case 5, 10:
          // A saddle: the mean of the corners decides which two are joined.
          if ((a + b + c + d) / 4 > level) == (pattern == 5) {
            connect(left, top)
            connect(foot, right)
          } else {
            connect(left, foot)
            connect(right, top)
          }
        default: break
        }
      }
    }
    var used = [Bool](repeating: false, count: segments.count)
    func follow(_ start: Int, from edge: Int) -> [Int] {
      var path: [Int] = []
      var (segment, end) = (start, edge)
      while true {
        used[segment] = true
        end = segments[segment].0 == end ? segments[segment].1 : segments[segment].0
        path.append(end)
        guard let next = atEdge[end]?.first(where: { !used[$0] }) else { return path }
        segment = next
      }
    }
    var result: [(points: [(x: Double, y: Double)], isClosed: Bool)] = []
    for start in segments.indices where !used[start] {
      let forward = follow(start, from: segments[start].0)
      var edges = [segments[start].0] + forward
      if edges.first == edges.last {
        result.append((edges.dropLast().map { crossing($0, level) }, true))
        continue
      }
      if let other = atEdge[segments[start].0]?.first(where: { !used[$0] }) {
        edges = follow(other, from: segments[start].0).reversed() + edges
      }
      result.append((edges.map { crossing($0, level) }, false))
    }
    return result
  }

  private func crossing(_ edge: Int, _ level: Double) -> (x: Double, y: Double) {
    let (row, column) = (edge / 2 / columns, edge / 2 % columns)
    let isUp = edge % 2 == 1
    guard let a = value(row, column), let b = isUp ? value(row + 1, column) : value(row, column + 1), a != b else {
      return place(Double(row), Double(column))
    }
    let share = min(max((level - a) / (b - a), 0), 1)
    return isUp ? place(Double(row) + share, Double(column)) : place(Double(row), Double(column) + share)
  }

  private func drawGaps(in frame: Frame, into items: inout [DrawingItem]) {
    for row in 0..<rows - 1 {
      for column in 0..<columns - 1 {
        let corners = [(0, 0), (0, 1), (1, 0), (1, 1)].map { values[(row + $0.0) * columns + column + $0.1] }
        guard let gap = corners.first(where: { $0.gap != nil }) else { continue }
        let (low, high) = (place(Double(row), Double(column)), place(Double(row + 1), Double(column + 1)))
        guard let a = frame.point(low.x, low.y), let b = frame.point(high.x, high.y) else { continue }
        items += GapCell.items(
          gap, in: Rect(min(a.x, b.x), min(a.y, b.y), abs(b.x - a.x), abs(b.y - a.y)), theme: frame.theme)
      }
    }
  }
}
