package import Diagnosis
package import Results

/// A report as a thing to read, before it is Markdown or a page.
package struct Article: Sendable {
  package var title: String
  package var subtitle: String
  /// "report", "study".
  package var kind = "report"
  /// What is judged; nil for an article that compares.
  package var verdict: Verdict?
  /// One sentence about the gate, as Markdown.
  package var verdictSentence: String
  /// What a reader should know before anything else: three sentences at most, as Markdown.
  package var standouts: [String]
  package var sections: [Section]

  package struct Section: Sendable {
    /// The anchor of its heading.
    package var id: String
    package var title: String
    package var blocks: [Block]

    package init(id: String, title: String, blocks: [Block]) {
      self.id = id
      self.title = title
      self.blocks = blocks
    }
  }

  /// One piece of the column of text.
  package enum Block: Sendable {
    /// Markdown.
    case prose(String)
    case heading(String)
    /// A remark set apart, as Markdown: why something is not there.
    case remark(String)
    case table(Table)
    case figure(Figure)
    /// Figures side by side, small.
    case gallery(Gallery)
    case definitions([Metric])
    case finding(Finding)
  }

  /// Figures side by side, small, each with its title for a caption, which opens to the whole one.
  package struct Gallery: Sendable {
    /// Of a gallery that is folded up until it is asked for; nil for a row that is in view.
    package var title: String?
    package var figures: [Figure]

    package init(title: String? = nil, figures: [Figure]) {
      self.title = title
      self.figures = figures
    }
  }

  /// The figures that stand in galleries, by id.
  package var smallFigures: Set<String> {
    var ids: Set<String> = []
    for case .gallery(let gallery) in sections.flatMap(\.blocks) { ids.formUnion(gallery.figures.map(\.id)) }
    return ids
  }

  package struct Table: Sendable {
    /// Stands alone, as Markdown.
    package var caption: String
    package var columns: [Column]
    package var rows: [[Cell]]
    /// Its name where it is folded up on the page until it is asked for.
    package var foldedTitle: String?

    package init(caption: String, columns: [Column], rows: [[Cell]], foldedTitle: String? = nil) {
      self.foldedTitle = foldedTitle
      self.caption = caption
      self.columns = columns
      self.rows = rows
    }
  }

  package struct Column: Sendable {
    package var title: String
    package var isNumeric: Bool

    package init(_ title: String, isNumeric: Bool = false) {
      self.title = title
      self.isNumeric = isNumeric
    }
  }

  package struct Cell: Sendable {
    package enum Style: Sendable { case text, code, number, formula }
    package var text: String
    package var style: Style
    /// Set smaller behind it: an interval, a unit.
    package var detail: String

    package init(_ text: String, _ style: Style = .text, detail: String = "") {
      self.text = text
      self.style = style
      self.detail = detail
    }
  }
}
