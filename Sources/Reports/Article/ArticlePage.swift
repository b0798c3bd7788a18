import Diagnosis
import Plotting
import Results
import Support

/// The values that the page's templates are filled with.
struct ArticlePage {
  let article: Article
  let css: String
  let language: String
  let templates: Templates
  let formats: [FigureRendition.Format]

  /// Stands for the path of a file beside the page: the path itself, or all of the file.
  var reference: (_ path: String) -> String = { $0 }
  /// Whether no other file of the folder goes with it.
  var isAlone = false

  init(article: Article, css: String, language: String, templates: Templates, formats: [FigureRendition.Format]) {
    self.article = article
    self.css = css
    self.language = language
    self.templates = templates
    self.formats = formats
    numbers = article.figureNumbers
  }

  private let numbers: [String: Int]

  /// The page, whole: one file that needs nothing but what `reference` names.
  func html() throws -> String {
    let page = try templates.render("page", try value())
    // What is not in the file is only named.
    return isAlone ? page.replacing(/<a href=\x22(?!#|data:)[^\x22]*\x22>([^<]*)<\/a>/) { $0.1 } : page
  }

  private func value() throws -> TemplateValue {
    let sections = try article.sections.map { section -> TemplateValue in
      .object([
        "id": .text(section.id), "title": .text(section.title),
        "fold": section.foldedContent.map { .text($0) } ?? .null, "isFolded": .flag(section.foldedContent != nil),
        "blocks": .text(try section.blocks.map(html).joined(separator: "\n")),
      ])
    }
    let shown = article.findings.prefix(Self.mostFindings), more = article.findings.count - shown.count
    return [
      "language": .text(language), "css": .text(css), "title": .text(article.title),
      "subtitle": .text(article.subtitle), "level": .text(article.verdict?.level.rawValue ?? article.kind),
      "levelTitle": .text(article.verdict?.level.title ?? article.kind),
      "kind": .text(article.kind),
      "verdictLabel": .text(phrase("page.verdict")), "contentsLabel": .text(phrase("page.contents")),
      "colophon": .text(MarkdownHTML.inline(phrase(isAlone ? "page.colophonAlone" : "page.colophon"))),
      "facts": .list(
        article.colophon.map {
          ["name": .text($0.name), "value": .text(Escaping.visible($0.value)), "isCode": .flag($0.isCode)]
        }),
      "decision": article.decision.map { .text(linkingHeads(MarkdownHTML.inline($0))) } ?? .null,
      "verdict": .text(MarkdownHTML.inline(article.verdictSentence)),
      "measuresLabel": .text(phrase("page.measures")), "hasMeasures": .flag(!article.measures.isEmpty),
      "measures": .list(
        article.measures.map { ["title": .text($0.title), "value": .text($0.value), "detail": .text($0.detail)] }),
      "hasFindings": .flag(!shown.isEmpty), "findings": .list(shown.map(value)),
      "more": more > 0 ? .text(phrase("page.moreFindings", ["more": more])) : .null,
      "hasChanges": .flag(!article.changes.isEmpty), "changesLabel": .text(phrase("page.changes")),
      "changes": .list(article.changes.map { .object(["html": .text(MarkdownHTML.inline($0))]) }),
      "standouts": .list(
        article.standouts.map { .object(["html": .text(linkingHeads(MarkdownHTML.inline($0)))]) }),
      "sections": .list(sections),
    ]
  }

  /// Of those at the head of the page; all stand under their heading.
  private static let mostFindings = 4

  /// A finding in a line, with what to do and where it is seen.
  private func value(_ summary: Article.Summary) -> TemplateValue {
    let finding = summary.finding
    return [
      "id": .text(finding.id), "level": .text(finding.severity.rawValue), "levelTitle": .text(finding.severity.title),
      "title": .text(finding.title), "scope": .text(linkingHeads(Escaping.html(Escaping.visible(finding.scope)))),
      "evidence": finding.evidence.first.map { .text(Escaping.visible($0.sentence)) } ?? .null,
      "advice": .text(phrase("page.try")),
      "fix": finding.fixes.first.map { .text($0.lowercasedFirst) } ?? .null,
      "figure": summary.figure.map { .text($0.id) } ?? .null,
      "label": summary.figure.flatMap { numbers[$0.id] }.map { .text(phrase("page.figure", ["number": $0])) } ?? .null,
    ]
  }

  /// HTML text in which heads whose maps are drawn lead there: `L1.H8`.
  private func linkingHeads(_ html: String) -> String {
    html.replacing(/\bL(\d+)\.H(\d+)\b/) { match in
      let id = "attention-head-l\(match.1)-h\(match.2)"
      return numbers[id] == nil ? String(match.0) : "<a href=\"#figure-\(id)\">\(match.0)</a>"
    }
  }

  private func html(_ block: Article.Block) throws -> String {
    switch block {
    case .prose(let markdown): return MarkdownHTML.convert(markdown)
    case .heading(let title): return "<h3>\(Escaping.html(title))</h3>"
    case .remark(let markdown): return "<p class=\"remark\">\(MarkdownHTML.inline(markdown))</p>"
    case .table(let table): return try templates.render("table", value(table))
    case .definitions(let metrics):
      return try templates.render(
        "definitions",
        [
          "metrics": .list(
            metrics.map { metric in
              [
                "title": .text(metric.title), "unit": metric.unit.isEmpty ? .null : .text(metric.unit),
                "inUnit": .text(metric.unit.isEmpty ? "" : phrase("page.inUnit", ["unit": metric.unit])),
                "formula": .text(Formula.html(metric.formula)), "source": .text(metric.source),
              ]
            })
        ])
    case .above(let figures):
      let links = figures.map { figure in
        let label = phrase("page.figure", ["number": numbers[figure.id] ?? 0])
        return "<a href=\"#figure-\(figure.id)\">\(Escaping.html("\(label), \(figure.title)"))</a>"
      }
      return "<p class=\"above\">\(Escaping.html(phrase("page.above"))) \(links.joined(separator: "; ")).</p>"
    case .figure(let figure): return try templates.render("figure", value(figure, isSmall: false))
    case .gallery(let gallery):
      var values: [TemplateValue] = []
      for figure in gallery.figures { values.append(value(figure, isSmall: true)) }
      return try templates.render(
        "gallery",
        [
          "title": gallery.title.map { .text($0) } ?? .null,
          "count": .text(phrase("count.figures", ["count": values.count])),
          "figures": .list(values),
        ])
    case .finding(let finding): return try templates.render("finding", value(finding))
    }
  }

  /// Without line breaks inside `n = 72`.
  private func unbroken(_ text: String) -> String { text.replacing(" = ", with: "\u{a0}=\u{a0}") }

  private func value(_ figure: Figure, isSmall: Bool) -> TemplateValue {
    let number = numbers[figure.id] ?? 0, path = "figures/\(figure.id)"
    let hasNarrow = FigureRendition.hasNarrow(figure, isSmall: isSmall)
    return [
      "id": .text(figure.id),
      "label": .text(phrase("page.figure", ["number": number])), "title": .text(figure.title),
      "light": .text(reference("\(path).svg")), "dark": .text(reference("\(path)-dark.svg")),
      "narrow": hasNarrow ? .text(reference("\(path)-narrow.svg")) : .null,
      "narrowDark": .text(hasNarrow ? reference("\(path)-narrow-dark.svg") : ""),
      "open": .text(isAlone ? "#figure-\(figure.id)" : "\(path).\(formats.contains(.svg) ? "svg" : "png")"),
      "image": .text(reference("\(path).png")), "csv": .text(reference("\(path).csv")),
      "tex": .text(reference("\(path).tex")),
      "what": .text(unbroken(figure.caption.what)),
      "definition": .text(Formula.html(unbroken(figure.caption.definition))), "n": .text(unbroken(figure.caption.n)),
      "subject": .text(figure.caption.subject), "alt": .text(figure.altText),
      "isWide": .flag(figure.isWide),
      "scrolls": hasNarrow ? .null : .text(phrase("page.scrolls")),
      "formats": .list(
        formats.map { ["name": .text($0.rawValue.uppercased()), "file": .text(reference("\(path).\($0.rawValue)"))] }),
      "hasSVG": .flag(formats.contains(.svg)), "hasImage": .flag(formats.contains(.svg) || formats.contains(.png)),
      "width": .text(String(Int((FigureRendition.screenWidth(figure, isSmall: isSmall) * 4 / 3).rounded()))),
    ]
  }

  private func value(_ table: Article.Table) -> TemplateValue {
    let rows = table.rows.map { row -> TemplateValue in
      .object([
        "cells": .list(
          zip(row, table.columns).enumerated().map { index, pair in
            let (cell, column) = pair
            return [
              "text": .text(Escaping.visible(cell.text)), "detail": cell.detail.isEmpty ? .null : .text(cell.detail),
              "formula": cell.style == .formula ? .text(Formula.html(cell.text)) : .null,
              "link": cell.link.map { .text(Escaping.address($0)) } ?? .null,
              "isCode": .flag(cell.style == .code), "isNumeric": .flag(column.isNumeric), "isHead": .flag(index == 0),
            ]
          })
      ])
    }
    return [
      "caption": .text(MarkdownHTML.inline(table.caption)),
      "fold": table.foldedTitle.map { .text($0) } ?? .null,
      "count": .text(phrase("count.rows", ["count": table.rows.count])),
      "isLong": .flag(table.rows.count > 16), "isWide": .flag(table.columns.count > 4),
      "columns": .list(table.columns.map { ["title": .text($0.title), "isNumeric": .flag($0.isNumeric)] }),
      "rows": .list(rows),
    ]
  }

  private func value(_ finding: Finding) -> TemplateValue {
    let figure = article.findings.first { $0.finding.id == finding.id }?.figure
    return [
      "id": .text(finding.id), "level": .text(finding.severity.rawValue),
      "levelTitle": .text(finding.severity.title), "title": .text(finding.title),
      "scope": .text(Escaping.visible(finding.scope)), "meaning": .text(finding.meaning),
      "advice": .text(phrase("page.try")),
      "figure": figure.map { .text($0.id) } ?? .null,
      "label": figure.flatMap { numbers[$0.id] }.map { .text(phrase("page.figure", ["number": $0])) } ?? .null,
      "evidence": .list(finding.evidence.map { .object(["text": .text(Escaping.visible($0.sentence))]) }),
      "fixes": finding.fixes.isEmpty ? .null : .text(finding.fixes.map(\.lowercasedFirst).joined(separator: "; ")),
    ]
  }
}
