import Drawing
import Support

extension PlotLayout {
  /// A legend that would take so many lines above the panels stands beside them, where the page is so wide.
  private static let linesAbove = 3
  private static let wide = 340.0
  /// Of the page's width, at most.
  private static let columnShare = 0.3

  static func legend(_ plot: Plot, width: Double, _ theme: Theme, _ measurer: any TextMeasurer) -> Legend {
    var entries: [LegendEntry] = []
    var title = ""
    if let color = plot.color, case .categorical(let categories) = color.kind {
      title = color.title
      entries = categories.map { LegendEntry(plot.hasDiscLegend ? .disc($0.paint) : .swatch($0.paint), $0.name) }
    }
    // What is no data comes behind it, though it is drawn below; gaps come last, whichever mark has them.
    let marks = plot.panels.flatMap(\.marks)
    let others = (marks.filter { !$0.isGround } + marks.filter(\.isGround)).flatMap { $0.legend(theme: theme) }
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
          $0.showsUnplaced && $0.values(of: channel).contains { $0.number.map { $0 <= 0 } ?? false }
        }
      }
    }
    if unplaced { entries.append(LegendEntry(.sign(.negativeInfinite), phrase("plotLayout.0OrLess"))) }
    return Legend(title: title, entries: entries, width: width, theme: theme, measurer: measurer)
  }

  /// Moves the legend from above the panels into the panel or beside them, where that is asked for and has room.
  mutating func placeLegend(_ inner: Double) {
    if plot.hasInnerLegend, plot.panels.count == 1, legend.lineCount > 0 { moveLegendInside() }
    if legendCorner == nil, legend.lineCount >= Self.linesAbove, width >= Self.wide { moveLegendBeside(inner) }
  }

  var hasLegendAbove: Bool { legend.lineCount > 0 && legendCorner == nil && legendColumn == nil }

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
}
