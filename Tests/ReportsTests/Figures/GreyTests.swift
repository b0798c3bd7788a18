import Drawing
import Reports
import TestSupport
import Testing

@testable import Plotting

@Suite("Figures on grey paper")
struct GreyTests {
  /// What of a legend's symbol is seen without colour, and its colour.
  private struct Look {
    var kind: String
    var color: Color
  }

  private static func look(_ symbol: LegendEntry.Symbol, _ theme: Theme) -> Look? {
    switch symbol {
    case .swatch(let paint, let opacity):
      let pattern = opacity == 1 && paint != .other ? theme.style(of: paint).pattern : 0
      return Look(
        kind: "area \(pattern)", color: theme.background.mixed(with: paint.color(in: theme), opacity))
    case .line(let paint, let dash):
      return Look(kind: "line \(theme.dash(of: paint, own: dash))", color: paint.color(in: theme))
    case .disc(let paint): return Look(kind: "dot \(theme.style(of: paint).shape)", color: paint.color(in: theme))
    case .shape(let shape, let paint): return Look(kind: "dot \(shape)", color: paint.color(in: theme))
    case .gap, .sign, .cross: return nil
    }
  }

  @Test("Any two entries of a figure's legend differ in grey, or by dash, shape or hatching")
  func legends() {
    var legends = 0
    for figure in FigureTests.figures {
      let content: Any = figure.plot
      guard let plot = content as? Plot else { continue }
      for theme in [Theme.paper, .screen] {
        var symbols = plot.panels.flatMap { $0.marks.flatMap { $0.legend(theme: theme).map(\.symbol) } }
        if case .categorical(let categories)? = plot.color?.kind {
          symbols += categories.map { plot.hasDiscLegend ? .disc($0.paint) : .swatch($0.paint) }
        }
        var seen: Set<LegendEntry.Symbol> = []
        let looks = symbols.filter { seen.insert($0).inserted }.compactMap { Self.look($0, theme) }
        if looks.count > 1 { legends += 1 }
        for (index, one) in looks.enumerated() {
          for other in looks[(index + 1)...] where one.kind == other.kind {
            let difference = greyDifference(one.color, other.color)
            #expect(difference >= Theme.leastGreyDifference - 0.1, "\(figure.id): \(one) and \(other): \(difference)")
          }
        }
      }
    }
    #expect(legends > 10)
  }
}
