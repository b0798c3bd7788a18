package import Drawing

/// Words at points of the panel; markup as in `RichText` where asked for.
package struct TextMark: Mark {
  package var x: [Double]
  package var y: [Double]
  package var texts: [String]
  package var paint: Paint
  package var horizontal: TextRun.HorizontalAnchor
  package var vertical: TextRun.VerticalAnchor
  /// Moves every text, in points.
  package var offset: Point
  package var isRich = false

  package init(
    x: [Double], y: [Double], texts: [String], paint: Paint = .ink, horizontal: TextRun.HorizontalAnchor = .middle,
    vertical: TextRun.VerticalAnchor = .middle, offset: Point = Point(0, 0)
  ) {
    precondition(x.count == y.count && x.count == texts.count)
    self.x = x
    self.y = y
    self.texts = texts
    self.paint = paint
    self.horizontal = horizontal
    self.vertical = vertical
    self.offset = offset
  }

  package func readings(of channel: Channel) -> [Reading] {
    switch channel {
    case .x: x.map(Reading.init)
    case .y: y.map(Reading.init)
    case .color: []
    }
  }

  /// Texts that would leave the area or overlap an earlier one are left out.
  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    var taken: [Rect] = []
    for index in texts.indices {
      guard let point = frame.point(x[index], y[index]) else { continue }
      let run = TextRun(
        texts[index], font: frame.theme.tickFont, color: paint.color(in: frame.theme),
        at: Point(point.x + offset.x, point.y + offset.y), horizontal: horizontal, vertical: vertical)
      let bounds = run.bounds(frame.measurer)
      guard frame.area.contains(bounds), !taken.contains(where: bounds.intersects) else { continue }
      taken.append(bounds)
      items += isRich ? run.pieces(frame.measurer).map { .text($0) } : [.text(run)]
    }
  }
}
