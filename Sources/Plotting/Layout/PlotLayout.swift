import Drawing

/// Where everything of a plot goes on a page of a given width: sizes of text decide the margins, the margins the
/// panels, the panels the ticks; repeated until it holds.
struct PlotLayout {
  let plot: Plot
  let width: Double
  let theme: Theme
  let measurer: any TextMeasurer

  /// Added above everything, so that panels of neighbouring plots stand level.
  var lowered = 0.0
  /// Where a legend within the panel has its upper left corner, from that of the panel.
  private var legendCorner: Point?
  /// A legend right of the panels.
  private var legendColumn: Legend?
  private var exceeded = (low: false, high: false)
  private var titleLines: [String] = []
  private var legend: Legend
  private var bar: ColorBar?
  private var x: AxisLayout
  private var y: AxisLayout
  private var rightY: AxisLayout?
  private var outerX: AxisLayout?
  private var outerY: AxisLayout?
  private(set) var panel = Size(100, 100)
  private var panelTitleHeight = 0.0
  /// What is kept free left and right of the panels.
  private(set) var margins = (left: 0.0, right: 0.0)
  /// What neighbours on a page need, where this plot does with less.
  private let least: (left: Double, right: Double)
  private let panelHeight: Double?

  private static let margin = 4.0
  /// Between the panels and a legend beside them.
  private static let columnGap = 10.0
  private var columns: Int { min(plot.columns, max(plot.panels.count, 1)) }
  private var rows: Int { (plot.panels.count + columns - 1) / columns }
  /// Between panels.
  private var gap: Size {
    if plot.x.isHidden, plot.y.isHidden {
      let narrow = max(1, min(4, width / Double(columns) * 0.06))
      return Size(narrow, narrow)
    }
    return Size(12, 10)
  }
  private var block: Size {
    Size(
      panel.width * Double(columns) + gap.width * Double(columns - 1),
      (panel.height + panelTitleHeight) * Double(rows) + gap.height * Double(rows - 1))
  }

  /// - Parameters:
  ///   - least: what is kept free left and right of the panels, if they do not need more.
  ///   - panelHeight: that of a panel, in place of what its shape says.
  init(
    _ plot: Plot, width: Double, theme: Theme, measurer: any TextMeasurer,
    least: (left: Double, right: Double) = (0, 0), panelHeight: Double? = nil
  ) {
    self.plot = plot
    self.least = least
    self.panelHeight = panelHeight
    self.width = width
    self.theme = theme
    self.measurer = measurer
    let inner = width - 2 * Self.margin
    if theme.showsTitle, !plot.title.isEmpty {
      titleLines = wrapped(plot.title, theme.titleFont, width: inner, lines: 3, measurer)
    }
    legend = Self.legend(plot, width: inner, theme, measurer)
    if plot.panels.contains(where: { !$0.title.isEmpty }) {
      panelTitleHeight = measurer.extent(of: "0", in: theme.tickFont).height + 2
    }
    if case .continuous(let map, let domain, _) = plot.color?.kind, map.kind != .cyclic,
      let seen = extent(plot.panels.flatMap { $0.marks.flatMap { $0.readings(of: .color) } })
    {
      let slack = (domain.upperBound - domain.lowerBound) * 1e-6
      exceeded = (seen.lowerBound < domain.lowerBound - slack, seen.upperBound > domain.upperBound + slack)
    }
    let unit = PositionScale(.linear, domain: 0...1, from: 0, to: 100)
    var hidden = Axis(.linear)
    hidden.isHidden = true
    x = AxisLayout(hidden, unit, side: .bottom, theme: theme, measurer: measurer, deepest: 0)
    y = AxisLayout(hidden, unit, side: .left, theme: theme, measurer: measurer, deepest: 0)
    settle(inner)
    if plot.hasInnerLegend, plot.panels.count == 1, legend.lineCount > 0 { moveLegendInside() }
    if legendCorner == nil, legend.lineCount >= Self.linesAbove, width >= Self.wide { moveLegendBeside(inner) }
  }

  /// A legend that would take so many lines above the panels stands beside them, where the page is so wide.
  private static let linesAbove = 3
  private static let wide = 340.0
  /// Of the page's width, at most.
  private static let columnShare = 0.3

  private mutating func settle(_ inner: Double) {
    for pass in 0..<8 {
      let before = (panel, margins)
      // From the third pass on margins only grow, so that labels which come and go with the size cannot keep it open.
      let (left, right) = (max(sides.left, least.left), max(sides.right, least.right))
      margins = pass < 3 ? (left, right) : (max(left, margins.left), max(right, margins.right))
      fit(inner)
      if before.0 == panel, before.1 == margins { break }
    }
  }

  /// Right of the panels, where it is no taller than they are.
  private mutating func moveLegendBeside(_ inner: Double) {
    guard bar == nil else { return }
    var other = self
    other.legendColumn = legend.asColumn(atMost: width * Self.columnShare, measurer)
    other.settle(inner)
    guard let column = other.legendColumn, column.height(measurer) <= other.block.height - panelTitleHeight else {
      return
    }
    self = other
  }

  private var hasLegendAbove: Bool { legend.lineCount > 0 && legendCorner == nil && legendColumn == nil }

  /// Into a place of the panel where it covers no data; above it where there is none.
  private mutating func moveLegendInside() {
    let area = Rect(0, 0, panel.width, panel.height)
    var items: [DrawingItem] = []
    for mark in plot.panels[0].marks { mark.draw(in: frame(over: area), into: &items) }
    let inner = legend.asColumn(atMost: panel.width * 0.7, measurer)
    let size = Size(inner.width(measurer), inner.height(measurer))
    guard let corner = LegendSpot(area, items, measurer).corner(for: size) else { return }
    legend = inner
    legendCorner = corner
  }

  private func frame(over area: Rect) -> Frame {
    var frame = Frame(
      area: area, x: plot.positionScale(.x, from: area.minX, to: area.maxX),
      y: plot.positionScale(.y, from: area.maxY, to: area.minY).reversedForCategories, color: plot.color,
      theme: theme, measurer: measurer)
    frame.isCrowded = dotCount > RasterLayer.most
    return frame
  }

  /// Of the strips above and right of the panel that hold marginal marks, in points.
  private var strips: (top: Double, right: Double) {
    guard plot.panels.count == 1 else { return (0, 0) }
    let thickness = min(44, max(20, panel.width * 0.16))
    return (plot.marginalTop.isEmpty ? 0 : thickness + 3, plot.marginalRight.isEmpty ? 0 : thickness + 3)
  }

  /// From the page's upper edge to the panels.
  var panelTop: Double {
    let line = titleLines.isEmpty ? 0 : measurer.extent(of: titleLines[0], in: theme.titleFont).height
    var top = Self.margin + lowered + line * Double(titleLines.count) + (titleLines.isEmpty ? 0 : 5)
    if hasLegendAbove { top += legend.height(measurer) + 5 }
    return top + max(panelTitleHeight > 0 ? 0 : y.overhang.start, bar?.overhang.start ?? 0) + strips.top
  }

  private static func legend(_ plot: Plot, width: Double, _ theme: Theme, _ measurer: any TextMeasurer) -> Legend {
    var entries: [LegendEntry] = []
    var title = ""
    if let color = plot.color, case .categorical(let categories) = color.kind {
      title = color.title
      entries = categories.map { LegendEntry(plot.hasDiscLegend ? .disc($0.paint) : .swatch($0.paint), $0.name) }
    }
    // What is no data comes behind it, though it is drawn below; gaps come last, whichever mark has them.
    let marks = plot.panels.flatMap(\.marks)
    let isGround = { (mark: any Mark) in mark is RuleMark || mark is SpanMark }
    let others = (marks.filter { !isGround($0) } + marks.filter(isGround)).flatMap { $0.legend(theme: theme) }
    let isGap = { (entry: LegendEntry) in
      switch entry.symbol {
      case .gap, .sign, .cross: true
      default: false
      }
    }
    entries += others.filter { !isGap($0) } + others.filter(isGap)
    // A logarithm of 0 is −∞ and is drawn as that.
    let unplaced = [(plot.x, Channel.x), (plot.y, Channel.y)].contains { axis, channel in
      guard case .log = axis.scale else { return false }
      return plot.panels.contains { panel in
        panel.marks.contains {
          $0.showsUnplaced && $0.readings(of: channel).contains { $0.number.map { $0 <= 0 } ?? false }
        }
      }
    }
    if unplaced { entries.append(LegendEntry(.sign(.negativeInfinite), "0 or less")) }
    return Legend(title: title, entries: entries, width: width, theme: theme, measurer: measurer)
  }

  /// Left of the panels, and right of them.
  private var sides: (left: Double, right: Double) {
    let left = max(y.depth + (outerY?.depth ?? 0), x.overhang.start, outerX?.overhang.start ?? 0)
    let right =
      max(rightY?.labelDepth ?? 0, x.overhang.end, outerX?.overhang.end ?? 0, strips.right) + (bar?.width ?? 0)
      + (legendColumn.map { Self.columnGap + $0.width(measurer) } ?? 0)
    return (left, right)
  }

  private mutating func fit(_ inner: Double) {
    let (left, right) = margins
    let free = max(inner - left - right, 20)
    let widest = min(max((free - gap.width * Double(columns - 1)) / Double(columns), 2), plot.largestPanelWidth)
    switch plot.shape {
    case .ratio(let ratio):
      panel = Size(widest, widest * ratio)
    case .square(let rows, let columns, let largest):
      let cell = min(widest / Double(max(columns, 1)), largest / Double(max(rows, columns, 1)))
      panel = Size(cell * Double(max(columns, 1)), cell * Double(max(rows, 1)))
    case .rows(let rows, let columns, let tallest):
      // Even one row leaves room for the title of its colour bar.
      panel = Size(widest, max(56, Double(rows) * min(tallest, widest / Double(max(columns, 1)))))
    case .lines(let count, let height):
      panel = Size(widest, Double(count) * height)
    case .content:
      let heights = plot.panels.flatMap { panel in
        panel.marks.compactMap { $0.height(width: widest, theme: theme, measurer: measurer) }
      }
      panel = Size(widest, heights.max() ?? widest / 2)
    }
    if let panelHeight { panel.height = panelHeight }
    /// A token says enough in a dozen letters; a line that has a name each is read for it.
    func deepest(_ axis: Axis) -> Double {
      let isTokens = axis.labels?.contains { if case .token = $0 { true } else { false } } ?? false
      if isTokens { return theme.tickSize * 8 }
      return if case .lines = plot.shape { min(160, width * 0.4) } else { min(110, width * 0.24) }
    }
    x = AxisLayout(
      plot.x, plot.positionScale(.x, from: 0, to: panel.width), side: .bottom, theme: theme, measurer: measurer,
      deepest: deepest(plot.x))
    y = AxisLayout(
      plot.y, plot.positionScale(.y, from: panel.height, to: 0).reversedForCategories, side: .left, theme: theme,
      measurer: measurer, deepest: deepest(plot.y))
    rightY = plot.rightY.map { axis in
      AxisLayout(
        axis, plot.positionScale(.y, from: panel.height, to: 0).reversedForCategories, side: .right, theme: theme,
        measurer: measurer, deepest: deepest(axis))
    }
    if plot.panels.count > 1 {
      // One title for all panels may be as long as all of them.
      x.retitle(plot.x.title, length: block.width, theme: theme, measurer: measurer)
      y.retitle(plot.y.title, length: block.height, theme: theme, measurer: measurer)
    }
    if let axis = plot.outerX, let count = axis.labels?.count {
      let scale = PositionScale(.band(count: count), domain: 0...1, from: 0, to: block.width + gap.width)
      outerX = AxisLayout(axis, scale, side: .bottom, theme: theme, measurer: measurer, deepest: deepest(axis))
    }
    if let axis = plot.outerY, let count = axis.labels?.count {
      let scale = PositionScale(.band(count: count), domain: 0...1, from: 0, to: block.height + gap.height)
      outerY = AxisLayout(axis, scale, side: .left, theme: theme, measurer: measurer, deepest: deepest(axis))
    }
    bar = plot.color.flatMap {
      ColorBar($0, height: min(block.height - panelTitleHeight, 170), theme: theme, measurer: measurer)
    }
    bar?.isExceeded = exceeded
  }

  func draw(id: String, description: String) -> DisplayList {
    var items: [DrawingItem] = []
    var top = Self.margin + lowered
    let titleHeight = titleLines.isEmpty ? 0 : measurer.extent(of: titleLines[0], in: theme.titleFont).height
    for line in titleLines {
      let run = TextRun(line, font: theme.titleFont, color: theme.ink, at: Point(Self.margin, top), vertical: .top)
      items += run.pieces(measurer).map { .text($0) }
      top += titleHeight
    }
    if !titleLines.isEmpty { top += 5 }
    if hasLegendAbove { legend.draw(at: Point(Self.margin, top), measurer: measurer, into: &items) }
    let (left, right) = margins
    top = panelTop
    // What the panels do not need of the width is left on both sides alike.
    let spare = max(0, width - 2 * Self.margin - left - right - block.width) / 2
    let origin = Point(Self.margin + spare + left, top)
    for index in plot.panels.indices { draw(panel: index, origin, &items) }
    drawOuterAxes(Rect(origin.x, origin.y, block.width, block.height), &items)
    if let bar {
      let beside = max(rightY?.labelDepth ?? 0, x.overhang.end, outerX?.overhang.end ?? 0, strips.right)
      bar.draw(
        at: Point(origin.x + block.width + beside, origin.y + panelTitleHeight), measurer: measurer, into: &items)
    }
    if let legendColumn {
      let beside = max(rightY?.labelDepth ?? 0, x.overhang.end, outerX?.overhang.end ?? 0, strips.right)
      let corner = Point(origin.x + block.width + beside + Self.columnGap, origin.y + panelTitleHeight)
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
    let dots =
      dotCount > RasterLayer.most
      ? [
        "\(NumberFormat.count(dotCount)) dots are drawn as \(dotMarks.count == 1 ? "one image" : "images") at "
          + "\(NumberFormat.text(theme.rasterDPI)) dpi."
      ] : []
    return (dots + plot.panels.flatMap(\.marks).compactMap { $0.note(theme: theme) })
      .filter { seen.insert($0).inserted }
  }

  private var dotMarks: [DotMark] { plot.panels.flatMap { $0.marks.compactMap { $0 as? DotMark } } }
  private var dotCount: Int { dotMarks.reduce(0) { $0 + $1.x.count } }

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
      let highest = extent(marks.flatMap { $0.readings(of: channel) })?.upperBound ?? 1
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

extension PositionScale {
  /// Categories of a y axis run from the top down, numbers from the bottom up.
  var reversedForCategories: PositionScale {
    switch kind {
    case .band, .point: PositionScale(kind, domain: domain, from: end, to: start)
    case .linear, .log, .symlog, .power: self
    }
  }
}
