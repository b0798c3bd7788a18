package import Diagnosis
package import Drawing
import Plotting
package import Results

extension ReportFigure {
  package init(_ figure: Figure) {
    self.init(
      id: figure.id, analysis: figure.analysis, title: figure.title, caption: figure.caption, altText: figure.altText,
      isWide: figure.extent == .text, csv: figure.table.csv)
  }
}

extension FigureRendition.Theme {
  /// The colours and sizes of the plots.
  var theme: Theme {
    switch self {
    case .screen: .screen
    case .dark: .dark
    case .paper: .paper
    }
  }
}

extension ReportWriter.Context {
  /// A report with every figure that the results give.
  ///
  /// - Parameters:
  ///   - measurer: of the text in figures.
  ///   - render: turns a display list into a file's bytes; called from several threads at once.
  package init(
    results: RunResults, assessment: Assessment, templates: Templates,
    formats: [FigureRendition.Format] = FigureRendition.Format.allCases, language: String = "en",
    measurer: any TextMeasurer & Sendable,
    render: @escaping @Sendable (DisplayList, FigureRendition.Format) throws -> [UInt8],
    progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) {
    let results = results.rounded
    let outcomes = FigureCatalog.outcomes(of: results)
    let figures = outcomes.compactMap(\.figure)
    let known = Dictionary(figures.map { ($0.id, $0) }) { first, _ in first }
    self.init(
      results: results, assessment: assessment, figures: figures.map { ReportFigure($0) },
      omitted: outcomes.compactMap { outcome in
        if case .omitted(let id, let reason) = outcome { (id, reason) } else { nil }
      }, templates: templates, formats: formats, language: language,
      draw: { figure, rendition in
        guard let plot = known[figure.id] else { return [] }
        let list = plot.displayList(theme: rendition.theme.theme, width: rendition.width, measurer: measurer)
        return try render(list, rendition.format)
      }, progress: progress)
  }
}
