package import Drawing
import Support

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
  /// Texts that would overlap are moved up and down to stand below one another, as beside the ends of lines, each with a
  /// fine line to its point; else the later one is left out.
  package var isSpread = false

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

  package func values(of channel: Channel) -> [PlotValue] {
    switch channel {
    case .x: x.map(PlotValue.init)
    case .y: y.map(PlotValue.init)
    case .color: []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    let without = zip(x, y).count { !$0.isFinite || !$1.isFinite }
    return without == 0 ? [] : [LegendEntry(.cross, phrase("textMark.withoutWithoutPlace", ["without": without]))]
  }

  /// Texts that would leave the area or overlap an earlier one are left out.
  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    if isSpread { return drawSpread(in: frame, into: &items) }
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

  private func drawSpread(in frame: Frame, into items: inout [DrawingItem]) {
    let font = frame.theme.tickFont
    let height = frame.measurer.extent(of: "0", in: font).height
    let placed = texts.indices.compactMap { index -> (index: Int, point: Point)? in
      frame.point(x[index], y[index]).map { (index, $0) }
    }.sorted { ($0.point.y, $0.index) < ($1.point.y, $1.index) }
    // Within the panel, whatever is asked for.
    let wanted = placed.map {
      min(max($0.point.y + offset.y, frame.area.minY + height / 2), frame.area.maxY - height / 2)
    }
    let heights = LayeredLayout.spread(wanted.map { $0 / height }).map { $0 * height }
    for ((index, point), place) in zip(placed, heights) {
      let run = TextRun(
        texts[index], font: font, color: paint.color(in: frame.theme), at: Point(point.x + offset.x, place),
        horizontal: horizontal, vertical: .middle)
      items += isRich ? run.pieces(frame.measurer).map { .text($0) } : [.text(run)]
      guard abs(place - point.y) > 2, abs(offset.x) > 3 else { continue }
      let step = offset.x > 0 ? 1.5 : -1.5
      items.append(
        .path(
          polyline([point.moved(step, 0), Point(point.x + offset.x - step, place)]), fill: nil,
          stroke: Stroke(frame.theme.muted, width: frame.theme.axisWidth * 0.8)))
    }
  }
}
