package import Drawing
import Support

/// A matrix as squares whose area is the size of each number, in one colour for positive and another for negative ones
/// (Hinton & Shallice 1991).
package struct HintonMark: Mark {
  package var rows: Int
  package var columns: Int
  /// Row by row from the top.
  package var values: [PlotValue]
  /// The number whose square fills its cell; nil for the largest.
  package var largest: Double?
  package var positive: Paint
  package var negative: Paint

  package init(
    rows: Int, columns: Int, values: [PlotValue], largest: Double? = nil, positive: Paint = .category(0),
    negative: Paint = .category(1)
  ) {
    precondition(values.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.values = values
    self.largest = largest
    self.positive = positive
    self.negative = negative
  }

  private var reach: Double { largest ?? values.compactMap { $0.number.map(abs) }.max() ?? 0 }

  package func values(of channel: Channel) -> [PlotValue] { [] }

  package func legend(theme: Theme) -> [LegendEntry] {
    var entries: [LegendEntry] = []
    if values.contains(where: { ($0.number ?? 0) > 0 }) {
      entries.append(LegendEntry(.swatch(positive), phrase("legend.positive")))
    }
    if values.contains(where: { ($0.number ?? 0) < 0 }) {
      entries.append(LegendEntry(.swatch(negative), phrase("legend.negative")))
    }
    if reach > 0 {
      entries.append(
        LegendEntry(.swatch(.muted), phrase("hintonMark.fullCellReach", ["reach": NumberFormat.text(reach)])))
    }
    return entries
      + PlotValue.gaps.filter(Set(values).contains).map { LegendEntry(.gap($0), $0.gap ?? "") }
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    guard rows > 0, columns > 0 else { return }
    items.append(.rect(frame.area, fill: frame.theme.gapGround, stroke: nil, crisp: false))
    let (width, height) = (frame.area.width / Double(columns), frame.area.height / Double(rows))
    for (index, reading) in values.enumerated() {
      let (row, column) = (Double(index / columns), Double(index % columns))
      let cell = Rect(frame.area.x + column * width, frame.area.y + row * height, width, height)
      guard let number = reading.number else {
        items += GapCell.items(reading, in: cell.inset(min(width, height) * 0.08), theme: frame.theme)
        continue
      }
      let share = reach > 0 ? min(abs(number) / reach, 1).squareRoot() * 0.94 : 0
      guard share > 0 else { continue }
      let (w, h) = (width * share, height * share)
      let (square, paint) = (Rect(cell.midX - w / 2, cell.midY - h / 2, w, h), number > 0 ? positive : negative)
      let fill = paint.color(in: frame.theme)
      items.append(.rect(square, fill: fill, stroke: nil, crisp: false))
      items += Hatch.items(frame.theme.style(of: paint).pattern, in: square, on: fill, theme: frame.theme)
    }
  }
}
