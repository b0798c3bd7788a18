/// One of the forms in which a figure is drawn.
package struct FigureRendition: Hashable, Sendable {
  package enum Format: String, CaseIterable, Hashable, Sendable { case svg, png, pdf }
  /// The name of a theme of the plots.
  package enum ThemeName: String, Hashable, Sendable { case screen, dark, paper }

  package var format: Format
  package var theme: ThemeName
  /// In points of 1/72 inch.
  package var width: Double

  /// The files of a figure by their names' endings: `.svg` and its dark twin for the page, `.png` for places that show
  /// no SVG, `.pdf` in the manner of papers.
  static func all(_ figure: Figure, isSmall: Bool, formats: [Format]) -> [(ending: String, rendition: FigureRendition)]
  {
    formats.flatMap { format -> [(String, FigureRendition)] in
      let width = screenWidth(figure, isSmall: isSmall)
      switch format {
      case .svg:
        return [
          (".svg", FigureRendition(format: .svg, theme: .screen, width: width)),
          ("-dark.svg", FigureRendition(format: .svg, theme: .dark, width: width)),
        ]
          + (hasNarrow(figure, isSmall: isSmall)
            ? [
              ("-narrow.svg", FigureRendition(format: .svg, theme: .screen, width: phoneWidth)),
              ("-narrow-dark.svg", FigureRendition(format: .svg, theme: .dark, width: phoneWidth)),
            ] : [])
      case .png: return [(".png", FigureRendition(format: .png, theme: .screen, width: width))]
      case .pdf: return [(".pdf", FigureRendition(format: .pdf, theme: .paper, width: paperWidth(figure)))]
      }
    }
  }

  /// On the page: within the column of text, reaching beyond it, or one of three side by side.
  static func screenWidth(_ figure: Figure, isSmall: Bool) -> Double { isSmall ? 234 : figure.isWide ? 744 : 528 }

  /// Whether there is a twin for phones, where the figure itself would be set too small to read. What needs the width of
  /// the page is scrolled there; what is small fits.
  static func hasNarrow(_ figure: Figure, isSmall: Bool) -> Bool { !isSmall && !figure.isWide }

  /// A phone of 390 px without the margins of the page.
  private static let phoneWidth = 262.5

  /// In print: one column of a journal, or both.
  package static func paperWidth(_ figure: Figure) -> Double { figure.isWide ? 486 : 234 }
}

extension Figure {
  /// Whether it reaches beyond the column of text.
  var isWide: Bool { extent == .text }
}
