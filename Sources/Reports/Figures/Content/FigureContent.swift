package import Plotting
import Support

/// What a figure shows, as plain data and without the run that it is of: made by a `FigureBuilder` from a run's results,
/// or by whoever has the numbers.
package protocol FigureContent: Sendable {
  var title: String { get }
  /// The caption's sentences on what is shown and how it is to be read; model, corpus and seed are added to them.
  var what: String { get }
  /// What is seen, for those who cannot see it: ranges and extremes, by name.
  var altText: String { get }
  var extent: Figure.Extent { get }
  var plot: any Plottable { get }
  /// Everything drawn, as numbers.
  var table: DataTable { get }
}

extension FigureContent {
  package var extent: Figure.Extent { .column }
}

extension [PlotValue] {
  /// The places of the numbers that are largest by size, the largest first; at equal sizes the first.
  func largest(_ count: Int) -> [Int] {
    indices.filter { self[$0].number != nil }
      .sorted { (abs(self[$1].number ?? 0), $0) < (abs(self[$0].number ?? 0), $1) }.prefix(count).map { $0 }
  }

  /// The ends of a scale that is centred on zero: the largest size, 1 where there is no number but 0.
  var reach: ClosedRange<Double> {
    let size = compactMap { $0.number.map(abs) }.max() ?? 0
    return size > 0 ? -size...size : -1...1
  }
}

/// "0.42 at “John” (position 3)": a number as text, in a list of the largest.
func named(_ reading: PlotValue, _ name: String) -> String {
  "\(name) (\(reading.number.map { NumberFormat.text($0) } ?? reading.gap ?? phrase("seen.noNumber")))"
}

/// A token within a sentence, with its position.
func quoted(_ token: TokenText, _ position: Int) -> String {
  phrase("seen.token", ["whole": token.whole, "position": position])
}
