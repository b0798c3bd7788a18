import Foundation
import Plotting
import Results
import Support

/// What of a report goes into a paper beside its figures: each table in LaTeX, the literature that the numbers come from,
/// and a document that sets all of it.
struct PaperFiles {
  private let article: Article
  /// `templates/references.bib`: every work that a source of a metric can name, under its `shorthand`.
  private let library: String

  /// More rows than these are not set; they are in `results.json`.
  static let mostRows = 40

  init(_ article: Article, library: String) {
    self.article = article
    self.library = library
  }

  /// By their ids, in their order.
  var tables: [(id: String, latex: String)] {
    article.sections.flatMap { section in
      section.blocks.compactMap { block -> Article.Table? in
        if case .table(let table) = block, table.rows.count > 1 { table } else { nil }
      }.enumerated().map { number, table in
        let id = "\(section.id)-\(number + 1)"
        return (id, table.latex(id: id))
      }
    }
  }

  /// The works whose shorthand some source of the report names.
  var references: String {
    let sources =
      article.sections.flatMap(\.blocks).flatMap { block -> [String] in
        if case .definitions(let metrics) = block { metrics.map(\.source) } else { [] }
      } + article.sections.flatMap(\.figures).map(\.caption.full)
    let text = sources.joined(separator: "\n")
    let entries = library.split(separator: "\n@").map { $0.hasPrefix("@") ? String($0) : "@" + $0 }
    return entries.filter { entry in
      entry.firstMatch(of: /shorthand\s*=\s*\{([^}]*)\}/).map { text.contains($0.1) } ?? false
    }.map { $0.trimmingCharacters(in: .newlines) + "\n" }.joined(separator: "\n")
  }

  /// A document of all figures and tables, for pdfLaTeX, XeLaTeX and LuaLaTeX.
  func document(figures: [Figure]) -> String {
    let tables = tables, texts = tables.map(\.latex) + figures.map(\.latex) + [article.title]
    // pdfLaTeX has no letters beyond Latin: their numbers stand for them.
    let letters = Set(texts.joined().unicodeScalars.filter { $0.value > 0x17f }).sorted { $0.value < $1.value }
    let declared = letters.map { letter in
      let hex = String(letter.value, radix: 16, uppercase: true)
      return "  \\DeclareUnicodeCharacter{\(hex)}{{\\tiny U+\(hex)}}"
    }
    let inputs = figures.map { "figures/\($0.id)" } + tables.map { "tables/\($0.id)" }
    return
      ([
        "\\documentclass{article}",
        "\\usepackage{iftex}",
        "\\ifpdftex",
        "  \\usepackage[utf8]{inputenc}",
        "  \\usepackage[T1]{fontenc}",
      ] + declared + [
        "\\fi",
        "\\usepackage[margin=2cm]{geometry}",
        "\\usepackage{graphicx,booktabs,amsmath}",
        "\\begin{document}",
        "\\section*{\(Escaping.latex(article.title))}",
      ] + inputs.map { "\\input{\($0)}\\clearpage" } + [
        "\\nocite{*}",
        "\\bibliographystyle{plain}",
        "\\bibliography{references}",
        "\\end{document}",
        "",
      ]).joined(separator: "\n")
  }
}

extension Article.Table {
  /// With the rules of booktabs, and the caption above as tables have it.
  fileprivate func latex(id: String) -> String {
    let cut = rows.count > PaperFiles.mostRows
    let note =
      cut
      ? phrase("section.cutTable", ["longestTable": PaperFiles.mostRows, "components": rows.count]) : ""
    let title = [foldedTitle.map { "\($0)." } ?? "", MarkdownHTML.plain(caption), note]
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }.joined(separator: " ")
    // Columns of long texts are broken into lines.
    let longest = columns.indices.map { column in
      rows.map { $0[column].text.count + $0[column].detail.count }.max() ?? 0
    }
    let form = columns.indices.map { columns[$0].isNumeric ? "r" : longest[$0] > 32 ? "p{5cm}" : "l" }.joined()
    func line(_ cells: [String]) -> String { "    \(cells.joined(separator: " & ")) \\\\" }
    let body = rows.prefix(PaperFiles.mostRows).map { line($0.map(\.latex)) }
    return
      ([
        "\\begin{table}",
        "  \\centering",
        "  \\caption{\(Escaping.latex(title))}",
        "  \\label{tab:\(id)}",
        "  \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%",
        "  \\begin{tabular}{\(form)}",
        "    \\toprule",
        line(columns.map { Escaping.latex($0.title) }),
        "    \\midrule",
      ] + body + [
        "    \\bottomrule",
        "  \\end{tabular}}",
        "\\end{table}",
        "",
      ]).joined(separator: "\n")
  }
}

extension Article.Cell {
  fileprivate var latex: String {
    let main =
      switch style {
      case .formula: Formula.latex(text)
      case .code: "\\texttt{\(Escaping.latex(text))}"
      case .text, .number: Escaping.latex(text)
      }
    return detail.isEmpty ? main : "\(main) {\\small \(Escaping.latex(detail))}"
  }
}
