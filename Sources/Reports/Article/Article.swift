package import Diagnosis
package import Results
import Support

/// A report as a thing to read, before it is Markdown or a page.
package struct Article: Sendable {
  package var title: String
  package var subtitle: String
  /// "report", "study".
  package var kind = "report"
  /// What is judged; nil for an article that compares.
  package var verdict: Verdict?
  /// What a reader has to do, and because of what, as Markdown; nil for an article that compares.
  package var decision: String?
  /// One sentence about the gate, as Markdown.
  package var verdictSentence: String
  /// How good the model is at its own task.
  package var measures: [Measure] = []
  /// What is to be done: the gravest findings first.
  package var findings: [Summary] = []
  /// What differs from the run that this one is compared with, as Markdown.
  package var changes: [String] = []
  /// What is remarkable about this model: three sentences at most, as Markdown.
  package var standouts: [String]
  package var sections: [Section]
  /// What made the report, of what, and how it is made again.
  package var colophon: [Fact] = []

  /// A number of the head of a report: "Perplexity", "12.3", "[11.9, 12.8]".
  package struct Measure: Hashable, Sendable {
    package var title: String
    package var value: String
    package var detail: String
  }

  /// A finding in a line.
  package struct Summary: Sendable {
    package var finding: Finding
    /// The figure that shows it; nil where none does.
    package var figure: Figure?
  }

  package struct Fact: Hashable, Sendable {
    package var name: String
    package var value: String
    /// Whether it is typed as it stands.
    package var isCode = false
  }

  package struct Section: Sendable {
    /// The anchor of its heading.
    package var id: String
    package var title: String
    package var blocks: [Block]
    /// What lies in it, where it is folded up on the page until it is asked for.
    package var foldedContent: String?

    package init(id: String, title: String, blocks: [Block], foldedContent: String? = nil) {
      self.id = id
      self.title = title
      self.blocks = blocks
      self.foldedContent = foldedContent
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
    /// Figures of the subject that stand further up.
    case above([Figure])
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

  /// The number of each figure, by id, in the order in which they stand.
  package var figureNumbers: [String: Int] {
    var numbers: [String: Int] = [:]
    for figure in sections.flatMap(\.figures) where numbers[figure.id] == nil { numbers[figure.id] = numbers.count + 1 }
    return numbers
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
    /// A file of the folder that it leads to.
    package var link: String?

    package init(_ text: String, _ style: Style = .text, detail: String = "", link: String? = nil) {
      self.link = link
      self.text = text
      self.style = style
      self.detail = detail
    }
  }
}

extension Article.Section {
  /// Its figures, in their order.
  var figures: [Figure] {
    blocks.flatMap { block -> [Figure] in
      switch block {
      case .figure(let figure): [figure]
      case .gallery(let gallery): gallery.figures
      default: []
      }
    }
  }

  private var tables: Int {
    blocks.count { block in if case .table = block { true } else { false } }
  }

  /// Folded up; what lies in it is said by `about` and counted.
  func folded(_ about: String = "") -> Article.Section {
    var section = self
    let counts = [
      figures.isEmpty ? nil : phrase("count.figures", ["count": figures.count]),
      tables == 0 ? nil : phrase("count.tables", ["count": tables]),
    ].compactMap { $0 }
    section.foldedContent = ([about] + counts).filter { !$0.isEmpty }.joined(separator: " · ")
    return section
  }
}
