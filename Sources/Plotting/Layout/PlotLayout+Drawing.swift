import Drawing
import Support

extension PlotLayout {
  func draw(id: String, description: String) -> DisplayList {
    var items: [DrawingItem] = []
    var top = Self.margin + lowered
    let (left, right) = margins, inner = width - 2 * Self.margin
    // What the panels do not need of the width is left on both sides alike; a title goes with them where it has room.
    let spare = max(0, inner - left - right - block.width) / 2
    let titleWidth = titleLines.map { measurer.extent(of: $0, in: theme.titleFont).width }.max() ?? 0
    let indent = hasLegendAbove ? 0 : max(0, min(spare, inner - titleWidth))
    let titleHeight = titleLines.isEmpty ? 0 : measurer.extent(of: titleLines[0], in: theme.titleFont).height
    for line in titleLines {
      let run = TextRun(
        line, font: theme.titleFont, color: theme.ink, at: Point(Self.margin + indent, top), vertical: .top)
      items += run.pieces(measurer).map { .text($0) }
      top += titleHeight
    }
    if !titleLines.isEmpty { top += 5 }
    if hasLegendAbove { legend.draw(at: Point(Self.margin, top), measurer: measurer, into: &items) }
    top = panelTop
    let origin = Point(Self.margin + spare + left, top)
    for index in plot.panels.indices { draw(panel: index, origin, &items) }
    drawOuterAxes(Rect(origin.x, origin.y, block.width, block.height), &items)
    if let bar {
      bar.draw(
        at: Point(origin.x + block.width + labelsRight, origin.y + panelTitleHeight), measurer: measurer, into: &items)
    }
    if let legendColumn {
      let corner = Point(origin.x + block.width + labelsRight + Self.columnGap, origin.y + panelTitleHeight)
      legendColumn.draw(at: corner, measurer: measurer, into: &items)
    }
    let below = max(x.depth, outerX?.depth ?? 0, y.overhang.end, bar?.overhang.end ?? 0)
    let height = (origin.y + block.height + below + Self.margin).rounded(.up)
    return DisplayList(
      id: id, size: Size(width, height), background: theme.background, items: items,
      title: plot.title.contains("{") ? RichText(plot.title).plain : plot.title,
      description: ([description] + notes).filter { !$0.isEmpty }.joined(separator: " "))
  }

  /// What the marks say of themselves, each once.
  private var notes: [String] {
    var seen: Set<String> = []
    let crowds =
      dotCount > RasterLayer.most
      ? [
        phrase(
          "plotLayout.dotcountDotsDrawn",
          [
            "dotCount": dotCount, "images": dots.count == 1 ? "one" : "several",
            "rasterDPI": NumberFormat.text(theme.rasterDPI),
          ])
      ] : []
    return (crowds + plot.panels.flatMap(\.marks).compactMap { $0.note(theme: theme) })
      .filter { seen.insert($0).inserted }
  }

  /// Of each mark that draws dots.
  private var dots: [Int] { plot.panels.flatMap { $0.marks.compactMap(\.dots) } }
  private var dotCount: Int { dots.reduce(0, +) }

  func frame(over area: Rect) -> Frame {
    var frame = Frame(
      area: area, x: plot.positionScale(.x, from: area.minX, to: area.maxX),
      y: plot.positionScale(.y, from: area.maxY, to: area.minY).reversedForCategories, color: plot.color,
      theme: theme, measurer: measurer)
    frame.isCrowded = dotCount > RasterLayer.most
    return frame
  }

  private func draw(panel index: Int, _ origin: Point, _ items: inout [DrawingItem]) {
    let (row, column) = (index / columns, index % columns)
    let area = Rect(
      origin.x + Double(column) * (panel.width + gap.width),
      origin.y + Double(row) * (panel.height + panelTitleHeight + gap.height) + panelTitleHeight, panel.width,
      panel.height)
    let frame = frame(over: area)
    let spec = plot.panels[index]
    if !spec.title.isEmpty {
      let run = TextRun(
        fitted(plot.panels.map(\.title), theme.tickFont, width: panel.width, measurer, isRich: true)[index],
        font: theme.tickFont, color: theme.ink, at: Point(area.midX, area.minY - 2), horizontal: .middle,
        vertical: .bottom)
      items += run.pieces(measurer).map { .text($0) }
    }
    if plot.x.hasGrid { GridMark(layout: x).draw(in: frame, into: &items) }
    if plot.y.hasGrid { GridMark(layout: y).draw(in: frame, into: &items) }
    var marks: [DrawingItem] = []
    for mark in spec.marks { mark.draw(in: frame, into: &marks) }
    // Discs and strokes at the very edge keep their half outside.
    let clip = Rect(area.x - 3, area.y - 3, area.width + 6, area.height + 6)
    if let legendCorner {
      let corner = area.origin.moved(legendCorner.x, legendCorner.y)
      let ground = Rect(corner.x - 2, corner.y, legend.width(measurer) + 4, legend.height(measurer))
      marks.append(.rect(ground, fill: theme.background, stroke: nil, crisp: false))
      legend.draw(at: corner, measurer: measurer, into: &marks)
    }
    items.append(.group(marks, clip: clip, opacity: 1))
    drawMarginals(area, frame, &items)
    if plot.hasFrame {
      items.append(.rect(area, fill: nil, stroke: Stroke(theme.grid, width: theme.axisWidth), crisp: false))
    }
    // Shared axes stand once: at the left of each row and under the lowest panel of each column.
    if column == 0 {
      AxisMark(layout: y, hasTitle: plot.panels.count == 1).draw(in: frame, into: &items)
    }
    if column == columns - 1 || index == plot.panels.count - 1, let rightY {
      AxisMark(layout: rightY).draw(in: frame, into: &items)
    }
    if index + columns >= plot.panels.count {
      AxisMark(layout: x, hasTitle: plot.panels.count == 1).draw(in: frame, into: &items)
    }
  }

  /// The strips share one scale with the panel; the other starts at 0 and is not marked.
  private func drawMarginals(_ area: Rect, _ frame: Frame, _ items: inout [DrawingItem]) {
    let strips = strips
    func scale(_ marks: [any Mark], _ channel: Channel, from start: Double, to end: Double) -> PositionScale {
      let highest = extent(marks.flatMap { $0.values(of: channel) })?.upperBound ?? 1
      return PositionScale(.linear, domain: 0...(highest > 0 ? highest : 1), from: start, to: end)
    }
    for (isTop, marks) in [(true, plot.marginalTop), (false, plot.marginalRight)] where !marks.isEmpty {
      var inner = frame
      inner.area =
        isTop
        ? Rect(area.x, area.y - strips.top, area.width, strips.top - 3)
        : Rect(area.maxX + 3, area.y, strips.right - 3, area.height)
      if isTop {
        inner.y = scale(marks, .y, from: inner.area.maxY, to: inner.area.minY)
      } else {
        inner.x = scale(marks, .x, from: inner.area.minX, to: inner.area.maxX)
      }
      var drawn: [DrawingItem] = []
      for mark in marks { mark.draw(in: inner, into: &drawn) }
      items.append(.group(drawn, clip: inner.area, opacity: 1))
    }
  }

  private func drawOuterAxes(_ area: Rect, _ items: inout [DrawingItem]) {
    func frame(_ x: PositionScale, _ y: PositionScale) -> Frame {
      Frame(area: area, x: x, y: y, color: nil, theme: theme, measurer: measurer)
    }
    let none = PositionScale(.linear, domain: 0...1, from: 0, to: 1)
    if plot.panels.count > 1 {
      AxisMark(layout: x).drawTitle(in: frame(none, none), into: &items)
      AxisMark(layout: y).drawTitle(in: frame(none, none), into: &items)
    }
    if let outerX, let count = plot.outerX?.labels?.count {
      let scale = PositionScale(
        .band(count: count), domain: 0...1, from: area.minX - gap.width / 2, to: area.maxX + gap.width / 2)
      AxisMark(layout: outerX).draw(in: frame(scale, none), into: &items)
    }
    if let outerY, let count = plot.outerY?.labels?.count {
      let scale = PositionScale(
        .band(count: count), domain: 0...1, from: area.minY - gap.height / 2, to: area.maxY + gap.height / 2)
      AxisMark(layout: outerY).draw(in: frame(none, scale), into: &items)
    }
  }
}
