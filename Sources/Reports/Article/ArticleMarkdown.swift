import Diagnosis
import Plotting
import Results
import Support

extension Article {
  /// The whole report as Markdown in GitHub's dialect.
  ///
  /// - Parameter formats: those in which its figures are drawn.
  package func markdown(formats: [FigureRendition.Format]) -> String {
    var writer = MarkdownWriter(formats, figureNumbers)
    writer.add("# \(Escaping.markdown(title))")
    writer.add(Escaping.markdown(subtitle))
    if let decision { writer.add(decision) }
    writer.add((verdict.map { "**\($0.level.title.uppercased())** — " } ?? "") + verdictSentence)
    if !measures.isEmpty { writer.add(measuresInWords) }
    for change in changes + standouts { writer.add(change) }
    for section in sections {
      writer.add("## \(Escaping.markdown(section.title))")
      for block in section.blocks { writer.add(block) }
    }
    if !colophon.isEmpty {
      writer.add(
        colophon.map {
          "- \(Escaping.markdown($0.name)): " + ($0.isCode ? Escaping.markdownCode : Escaping.markdown)($0.value)
        }
        .joined(separator: "\n"))
    }
    return writer.text
  }

  /// "Perplexity **12.3** [11.9, 12.8] n = 279 · Accuracy **0.61** …", as Markdown.
  var measuresInWords: String {
    measures.map { measure in
      "\(Escaping.markdown(measure.title)) **\(Escaping.markdown(measure.value))** \(Escaping.markdown(measure.detail))"
    }.joined(separator: " · ")
  }
}

private struct MarkdownWriter {
  var text = ""
  private let formats: [FigureRendition.Format]
  private let numbers: [String: Int]

  init(_ formats: [FigureRendition.Format], _ numbers: [String: Int]) {
    self.formats = formats
    self.numbers = numbers
  }

  mutating func add(_ paragraph: String) {
    if !text.isEmpty { text += "\n" }
    text += paragraph + "\n"
  }

  mutating func add(_ block: Article.Block) {
    switch block {
    case .prose(let markdown): add(markdown)
    case .heading(let title): add("### \(Escaping.markdown(title))")
    case .remark(let markdown): add("> \(markdown)")
    case .table(let table): add((table.foldedTitle.map { "**\(Escaping.markdown($0)).** " } ?? "") + table.markdown)
    case .figure(let figure): add(figure)
    case .above(let figures):
      let links = figures.map { figure in
        let label = phrase("page.figure", ["number": numbers[figure.id] ?? 0])
        return "[\(Escaping.markdown("\(label), \(figure.title)"))](#figure-\(figure.id))"
      }
      add("\(phrase("page.above")) \(links.joined(separator: "; ")).")
    case .gallery(let gallery):
      if let title = gallery.title { add("#### \(Escaping.markdown(title))") }
      for figure in gallery.figures { add(figure) }
    case .definitions(let metrics): add(Article.Table(definitions: metrics).markdown)
    case .finding(let finding): add(finding.markdown)
    }
  }

  private mutating func add(_ figure: Figure) {
    let path = "figures/\(figure.id)"
    let links = formats.map { "[\($0.rawValue.uppercased())](\(path).\($0.rawValue))" } + ["[CSV](\(path).csv)"]
    if let image = formats.first(where: { $0 != .pdf }) {
      add("<a id=\"figure-\(figure.id)\"></a>![\(Escaping.markdown(figure.altText))](\(path).\(image.rawValue))")
    }
    add(
      phrase(
        "article.figure",
        [
          "figures": numbers[figure.id] ?? 0, "short": Escaping.markdown(figure.caption.short),
          "subject": Escaping.markdown(figure.caption.subject), "links": links.joined(separator: " · "),
        ]))
  }
}

extension Article.Table {
  /// A metric to a row: name, unit, formula, source.
  init(definitions metrics: [Metric]) {
    self.init(
      caption: "",
      columns: ["column.metric", "column.unit", "column.formula", "column.source"].map { Article.Column(phrase($0)) },
      rows: metrics.map { metric in
        [metric.title, metric.unit.isEmpty ? "–" : metric.unit, metric.formula, metric.source].map { Article.Cell($0) }
      })
  }

  var markdown: String {
    var lines = [
      row(columns.map { Escaping.markdown($0.title) }), "|" + columns.map { $0.isNumeric ? "--:|" : "---|" }.joined(),
    ]
    lines += rows.map { row($0.map(\.markdown)) }
    return (caption.isEmpty ? "" : caption + "\n\n") + lines.joined(separator: "\n")
  }

  private func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
}

extension Article.Cell {
  var markdown: String {
    let plain = style == .code ? Escaping.markdownCode(text) : Escaping.markdown(text)
    let main = link.map { "[\(plain)](\(Escaping.address($0)))" } ?? plain
    return detail.isEmpty ? main : "\(main) \(Escaping.markdown(detail))"
  }
}

extension Finding {
  /// Where it is: "L2: L2.H1, L2.H5".
  var scope: String {
    let names = members.map(\.id)
    if names == [component.id] { return component.id }
    let shown = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", … (\(names.count))" : "")
    return "\(component.id): \(shown)"
  }

  var markdown: String {
    var text = phrase(
      "article.finding",
      ["title": Escaping.markdown(title), "severity": severity.title, "scope": Escaping.markdownCode(scope)])
    text += Escaping.markdown(meaning) + "\n"
    for item in evidence { text += "\n- \(Escaping.markdown(item.sentence))" }
    if !fixes.isEmpty {
      text += phrase(
        "article.fixes", ["fixes": Escaping.markdown(fixes.map(\.lowercasedFirst).joined(separator: "; "))])
    }
    return text
  }
}

extension Evidence {
  /// "Normalised entropy of L2.H1 is 0.013 [0.01, 0.02], below 0.02; baseline 0.4; n = 812".
  var sentence: String {
    var text = phrase(
      "evidence.value",
      ["title": title, "component": component.place == .model ? "model" : component.id, "value": value.text()])
    if !unit.isEmpty, value.value != nil { text += " \(unit)" }
    if value.interval != nil { text += " \(value.intervalText)" }
    if let threshold {
      text += phrase(
        "evidence.threshold", ["side": side?.rawValue ?? "none", "threshold": NumberFormat.text(threshold)])
    }
    if let baseline { text += phrase("evidence.baseline", ["baseline": baseline.text()]) }
    if value.n > 0 { text += "; n = \(NumberFormat.count(value.n))" }
    return text
  }
}
