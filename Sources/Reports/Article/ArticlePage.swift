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

  /// The page, whole: one file that needs nothing but the figures beside it.
  func html() throws -> String { try templates.render("page", try value()) }

  private func value() throws -> TemplateValue {
    var figures = 0
    let sections = try article.sections.map { section -> TemplateValue in
      .object([
        "id": .text(section.id), "title": .text(section.title),
        "blocks": .text(try section.blocks.map { try html($0, &figures) }.joined(separator: "\n")),
      ])
    }
    return [
      "language": .text(language), "css": .text(css), "title": .text(article.title),
      "subtitle": .text(article.subtitle), "level": .text(article.verdict?.level.rawValue ?? article.kind),
      "levelTitle": .text(article.verdict?.level.title ?? article.kind),
      "kind": .text(article.kind),
      "verdictLabel": .text(phrase("page.verdict")), "contentsLabel": .text(phrase("page.contents")),
      "colophon": .text(MarkdownHTML.inline(phrase("page.colophon"))),
      "verdict": .text(MarkdownHTML.inline(article.verdictSentence)),
      "standouts": .list(article.standouts.map { .object(["html": .text(MarkdownHTML.inline($0))]) }),
      "sections": .list(sections),
    ]
  }

  private func html(_ block: Article.Block, _ figures: inout Int) throws -> String {
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
    case .figure(let figure): return try templates.render("figure", value(figure, isSmall: false, &figures))
    case .gallery(let gallery):
      var values: [TemplateValue] = []
      for figure in gallery.figures { values.append(value(figure, isSmall: true, &figures)) }
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

  private func value(_ figure: Figure, isSmall: Bool, _ figures: inout Int) -> TemplateValue {
    figures += 1
    return [
      "id": .text(figure.id), "number": .text(String(figures)),
      "label": .text(phrase("page.figure", ["number": figures])), "title": .text(figure.title),
      "what": .text(unbroken(figure.caption.what)),
      "definition": .text(Formula.html(unbroken(figure.caption.definition))), "n": .text(unbroken(figure.caption.n)),
      "subject": .text(figure.caption.subject), "alt": .text(figure.altText),
      "isWide": .flag(figure.isWide),
      "formats": .list(formats.map { ["name": .text($0.rawValue.uppercased()), "ending": .text($0.rawValue)] }),
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
    [
      "id": .text(finding.id), "level": .text(finding.severity.rawValue),
      "levelTitle": .text(finding.severity.title), "title": .text(finding.title),
      "scope": .text(Escaping.visible(finding.scope)), "meaning": .text(finding.meaning),
      "advice": .text(phrase("page.try")),
      "evidence": .list(finding.evidence.map { .object(["text": .text(Escaping.visible($0.sentence))]) }),
      "fixes": finding.fixes.isEmpty ? .null : .text(finding.fixes.joined(separator: "; ")),
    ]
  }
}
