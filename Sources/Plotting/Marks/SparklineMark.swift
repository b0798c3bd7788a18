package import Drawing
import Support

/// Small lines in the rows of the y axis, each on a scale of its own: a series with dots at its lowest, its highest and
/// its last number, crosses where it has none, a dashed threshold, its name before it and the numbers behind it.
package struct SparklineMark: Mark {
  package struct Row: Hashable, Sendable {
    package var name: String
    /// From the oldest to the newest, at equal distances.
    package var values: [PlotValue]
    /// A limit that it should not pass; nil for none.
    package var threshold: Double?

    package init(_ name: String, _ values: [PlotValue], threshold: Double? = nil) {
      self.name = name
      self.values = values
      self.threshold = threshold
    }
  }

  package var rows: [Row]
  package var last: Paint
  package var lowest: Paint
  package var highest: Paint

  package init(
    _ rows: [Row], last: Paint = .ink, lowest: Paint = .category(0), highest: Paint = .category(5)
  ) {
    self.rows = rows
    self.last = last
    self.lowest = lowest
    self.highest = highest
  }

  package func values(of channel: Channel) -> [PlotValue] { [] }

  package func legend(theme: Theme) -> [LegendEntry] {
    var entries = [
      LegendEntry(.disc(last), phrase("legend.last")),
      LegendEntry(.shape(.triangle, highest), phrase("legend.highest")),
      LegendEntry(.shape(.diamond, lowest), phrase("legend.lowest")),
    ]
    if rows.contains(where: { $0.threshold != nil }) {
      entries.append(LegendEntry(.line(.muted, dash: Self.dash), phrase("legend.threshold")))
    }
    if let gap = gapLabel(rows.flatMap(\.values)) { entries.append(LegendEntry(.cross, gap)) }
    return entries
  }

  private static let dash = [2.5, 2.0]

  /// What stands right of a row: the last number, and the range.
  private func texts(_ row: Row) -> (last: String, range: String) {
    let last = row.values.last
    let range = extent(row.values).map {
      "\(NumberFormat.text($0.lowerBound))–\(NumberFormat.text($0.upperBound))"
    }
    return (
      last.map { $0.number.map { NumberFormat.text($0) } ?? $0.gap ?? "–" } ?? "–",
      range ?? phrase("sparklineMark.noNumber")
    )
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let theme = frame.theme
    let texts = rows.map(texts)
    let bold = Font(theme.family, size: theme.tickSize, weight: .bold)
    let lastWidth = texts.map { frame.measurer.extent(ofRich: $0.last, in: bold).width }.max() ?? 0
    let rangeWidth = texts.map { frame.measurer.extent(ofRich: $0.range, in: theme.tickFont).width }.max() ?? 0
    let gap = 7.0
    let widest = rows.map { frame.measurer.extent(of: $0.name, in: theme.tickFont).width }.max() ?? 0
    let nameWidth = min(widest, frame.area.width * 0.4)
    let room = lastWidth + rangeWidth + 2 * gap
    let left = frame.area.minX + nameWidth + gap
    // The numbers give way where they would leave the lines too little.
    let hasTexts = frame.area.maxX - left - room > 36
    let right = frame.area.maxX - (hasTexts ? room : 0) - 3
    let names = fitted(rows.map(\.name), theme.tickFont, width: nameWidth, frame.measurer)
    for (index, row) in rows.enumerated() {
      guard let middle = frame.y.position(Double(index)) else { continue }
      items.append(
        .text(
          TextRun(
            names[index], font: theme.tickFont, color: theme.ink, at: Point(frame.area.minX + nameWidth, middle),
            horizontal: .end, vertical: .middle)))
      draw(row, from: left, to: right, middle: middle, in: frame, into: &items)
      guard hasTexts else { continue }
      let ends = [
        TextRun(
          texts[index].last, font: bold, color: theme.ink, at: Point(right + gap + lastWidth, middle), horizontal: .end,
          vertical: .middle),
        TextRun(
          texts[index].range, font: theme.tickFont, color: theme.muted, at: Point(right + 2 * gap + lastWidth, middle),
          vertical: .middle),
      ]
      items += ends.flatMap { $0.pieces(frame.measurer) }.map { .text($0) }
    }
  }

  private func draw(
    _ row: Row, from left: Double, to right: Double, middle: Double, in frame: Frame, into items: inout [DrawingItem]
  ) {
    let theme = frame.theme
    let half = frame.y.bandWidth * 0.36
    guard let seen = extent(row.values + (row.threshold.map { [PlotValue($0)] } ?? [])) else { return }
    func height(_ number: Double) -> Double {
      let (low, high) = (seen.lowerBound, seen.upperBound)
      return high > low ? middle + half - 2 * half * (number - low) / (high - low) : middle
    }
    let step = row.values.count > 1 ? (right - left) / Double(row.values.count - 1) : 0
    func place(_ index: Int) -> Double { row.values.count > 1 ? left + Double(index) * step : right }
    if let threshold = row.threshold {
      items.append(
        .path(
          polyline([Point(left, height(threshold)), Point(right, height(threshold))]), fill: nil,
          stroke: Stroke(theme.muted, width: theme.axisWidth, dash: Self.dash)))
    }
    var path: [PathElement] = []
    var isInside = false
    for (index, reading) in row.values.enumerated() {
      guard let number = reading.number else {
        isInside = false
        if reading.gap != nil {
          items += GapSign.items(reading, at: Point(place(index), middle + half), radius: 1.8, color: theme.gapInk)
        }
        continue
      }
      let point = Point(place(index), height(number))
      path.append(isInside ? .line(point) : .move(point))
      isInside = true
    }
    guard !path.isEmpty else { return }
    items.append(
      .path(path, fill: nil, stroke: Stroke(theme.accent, width: theme.lineWidth * 0.8, cap: .round)))
    let numbers = row.values.enumerated().compactMap { index, reading in reading.number.map { (index, $0) } }
    func dot(_ chosen: (Int, Double)?, _ shape: DotShape, _ paint: Paint) {
      guard let chosen else { return }
      items += shape.items([Point(place(chosen.0), height(chosen.1))], radius: 2, paint.color(in: theme))
    }
    if numbers.count > 1 {
      dot(numbers.max { $0.1 < $1.1 }, .triangle, highest)
      dot(numbers.min { $0.1 < $1.1 }, .diamond, lowest)
    }
    // The newest run alone: where it has no number there is a cross.
    if row.values.last?.number != nil { dot(numbers.last, .disc, last) }
  }
}
