package import Diagnosis
package import Results

/// A report as a thing to read, before it is Markdown or a page.
package struct Article: Sendable {
  package var title: String
  package var subtitle: String
  package var verdict: Verdict
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
    case figure(ReportFigure)
    /// Figures side by side, small.
    case gallery([ReportFigure])
    case definitions([Metric])
    case finding(Finding)
  }

  package struct Table: Sendable {
    /// Stands alone, as Markdown.
    package var caption: String
    package var columns: [Column]
    package var rows: [[Cell]]

    package init(caption: String, columns: [Column], rows: [[Cell]]) {
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

/// What the report has to know of a figure; how it is drawn is another's matter.
package struct ReportFigure: Sendable {
  /// Unique in a report, and its files' name.
  package var id: String
  package var analysis: String
  package var title: String
  package var caption: String
  package var altText: String
  /// Whether it reaches beyond the column of text.
  package var isWide: Bool
  /// The numbers that it draws.
  package var csv: String

  package init(
    id: String, analysis: String, title: String, caption: String, altText: String, isWide: Bool, csv: String
  ) {
    self.id = id
    self.analysis = analysis
    self.title = title
    self.caption = caption
    self.altText = altText
    self.isWide = isWide
    self.csv = csv
  }
}
