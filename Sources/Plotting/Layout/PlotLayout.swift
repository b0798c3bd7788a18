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
  var legendCorner: Point?
  /// A legend right of the panels.
  var legendColumn: Legend?
  private(set) var exceeded = (low: false, high: false)
  private(set) var titleLines: [String] = []
  var legend: Legend
  private(set) var bar: ColorBar?
  private(set) var x: AxisLayout
  private(set) var y: AxisLayout
  private(set) var rightY: AxisLayout?
  private(set) var outerX: AxisLayout?
  private(set) var outerY: AxisLayout?
  private(set) var panel = Size(100, 100)
  private(set) var panelTitleHeight = 0.0
  /// What is kept free left and right of the panels.
  private(set) var margins = (left: 0.0, right: 0.0)
  /// What neighbours on a page need, where this plot does with less.
  private let least: (left: Double, right: Double)
  private let panelHeight: Double?

  static let margin = 4.0
  /// Between the panels and a legend beside them.
  static let columnGap = 10.0
  var columns: Int { min(plot.columns, max(plot.panels.count, 1)) }
  private var rows: Int { (plot.panels.count + columns - 1) / columns }
  /// Between panels.
  var gap: Size {
    if plot.x.isHidden, plot.y.isHidden {
      let narrow = max(1, min(4, width / Double(columns) * 0.06))
      return Size(narrow, narrow)
    }
    return Size(12, 10)
  }
  var block: Size {
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
      let seen = extent(plot.panels.flatMap { $0.marks.flatMap { $0.values(of: .color) } })
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
    placeLegend(inner)
  }

  mutating func settle(_ inner: Double) {
    for pass in 0..<8 {
      let before = (panel, margins)
      // From the third pass on margins only grow, so that labels which come and go with the size cannot keep it open.
      let (left, right) = (max(sides.left, least.left), max(sides.right, least.right))
      margins = pass < 3 ? (left, right) : (max(left, margins.left), max(right, margins.right))
      fit(inner)
      if before.0 == panel, before.1 == margins { break }
    }
  }

  /// Of the strips above and right of the panel that hold marginal marks, in points.
  var strips: (top: Double, right: Double) {
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

  /// Right of the panels, before a bar of colours or a legend.
  var labelsRight: Double {
    max(rightY?.labelDepth ?? 0, x.overhang.end, outerX?.overhang.end ?? 0, strips.right)
  }

  /// Left of the panels, and right of them.
  private var sides: (left: Double, right: Double) {
    let left = max(y.depth + (outerY?.depth ?? 0), x.overhang.start, outerX?.overhang.start ?? 0)
    let legend = legendColumn.map { Self.columnGap + $0.width(measurer) } ?? 0
    let right = labelsRight + (bar?.width ?? 0) + legend
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
      ColorBar($0, height: block.height - panelTitleHeight, theme: theme, measurer: measurer)
    }
    bar?.isExceeded = exceeded
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
