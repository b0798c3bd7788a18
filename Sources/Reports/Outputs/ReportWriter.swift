package import Diagnosis
package import Foundation
package import Results
import Support
import Synchronization

/// Writes a report into a folder: ordered, named steps over one article. A step that fails says its name.
package struct ReportWriter: Sendable {
  /// How it is drawn and written.
  package struct Context: Sendable {
    package var templates: Templates
    package var formats: [FigureRendition.Format]
    /// `en`, for the page's `lang`.
    package var language: String
    /// The files of a figure, one for each rendition; called from several threads at once.
    package var draw: @Sendable (Figure, [FigureRendition]) throws -> [[UInt8]]
    /// Told of each figure that is done; called from several threads at once.
    package var progress: @Sendable (_ done: Int, _ of: Int) -> Void

    package init(
      templates: Templates, formats: [FigureRendition.Format] = FigureRendition.Format.allCases,
      language: String = "en",
      draw: @escaping @Sendable (Figure, [FigureRendition]) throws -> [[UInt8]],
      progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) {
      self.templates = templates
      self.formats = formats
      self.language = language
      self.draw = draw
      self.progress = progress
    }
  }

  /// One part of a report, with what it writes into the folder.
  package struct Step: Sendable {
    package var name: String
    package var run: @Sendable (ReportWriter, Context, URL) throws -> Void

    package init(_ name: String, run: @escaping @Sendable (ReportWriter, Context, URL) throws -> Void) {
      self.name = name
      self.run = run
    }
  }

  let article: Article
  let figures: [Figure]
  let steps: [Step]

  package init(article: Article, figures: [Figure], steps: [Step]) {
    self.article = article
    self.figures = figures
    self.steps = steps
  }

  /// The report of a run.
  ///
  /// - Parameter isSingleFile: whether the page is also written as one file with everything in it.
  package init(
    results: RunResults, assessment: Assessment, outcomes: [FigureOutcome], isSingleFile: Bool = false
  ) {
    self.init(
      article: ArticleBuilder(results: results, assessment: assessment, outcomes: outcomes).article,
      figures: outcomes.compactMap(\.figure),
      steps: [
        .results(results), .figures, .paper, .page, .markdown, .summary(assessment), .findings(assessment),
        .junit(assessment, suite: results.subject.name),
      ] + (isSingleFile ? [.singleFile] : []))
  }

  /// The report of a study.
  package init(_ study: Study) {
    let (article, figures) = study.article
    var summary = article
    summary.sections = Array(article.sections.prefix(1))
    self.init(
      article: article, figures: figures,
      steps: [
        Step("results") { _, _, folder in try study.write(to: folder) }, .variants(study), .figures, .page, .markdown,
        Step("summary") { [summary] _, context, folder in
          let short = summary.markdown(formats: context.formats)
          try OutputFile.write(Array(short.utf8), to: folder.appending(path: "summary.md"))
        },
      ])
  }

  package var figureCount: Int { figures.count }

  /// A step that went wrong for a reason that is not in what the program was given.
  package struct Failure: Error, CustomStringConvertible {
    package var step: String
    package var cause: any Error

    package var description: String { "\(step): \(cause)" }
  }

  /// - Throws: `InputError` where a template is not sound or a file cannot be written, `Failure` for all else, such as
  ///   a figure that cannot be drawn.
  package func write(_ context: Context, to folder: URL) throws {
    for step in steps {
      do {
        try step.run(self, context, folder)
      } catch let error as InputError {
        throw error
      } catch {
        throw Failure(step: step.name, cause: error)
      }
    }
  }
}

extension ReportWriter.Step {
  package static func results(_ results: RunResults) -> Self {
    Self("results") { _, _, folder in try results.write(to: folder) }
  }

  /// The report of a training of each variant of a study.
  package static func variants(_ study: Study) -> Self {
    Self("variants") { _, context, folder in
      var quiet = context
      quiet.progress = { _, _ in }
      for variant in study.variants {
        guard let (place, results, assessment) = variant.reported else { continue }
        try ReportWriter(
          results: results, assessment: assessment, outcomes: FigureCatalog.outcomes(of: results)
        ).write(quiet, to: folder.appending(path: place))
      }
    }
  }

  package static let figures = Self("figures") { report, context, folder in
    let place = folder.appending(path: "figures")
    guard mkdir(place.path(percentEncoded: false), 0o777) == 0 || errno == EEXIST else {
      throw InputError(
        at: place.path(percentEncoded: false), phrase("error.cannotBeMade"), found: String(cString: strerror(errno)))
    }
    let small = report.article.smallFigures
    let drawn = report.figures
    let done = Atomic(0)
    _ = try mapPieces(drawn.count) { index in
      try write(drawn[index], isSmall: small.contains(drawn[index].id), context, to: place)
      context.progress(done.add(1, ordering: .relaxed).newValue, drawn.count)
    }
  }

  private static func write(_ figure: Figure, isSmall: Bool, _ context: ReportWriter.Context, to folder: URL) throws {
    let files = FigureRendition.all(figure, isSmall: isSmall, formats: context.formats)
    for (file, bytes) in zip(files, try context.draw(figure, files.map(\.rendition))) {
      try OutputFile.write(bytes, to: folder.appending(path: figure.id + file.ending))
    }
    try OutputFile.write(Array(figure.table.csv.utf8), to: folder.appending(path: figure.id + ".csv"))
    try OutputFile.write(Array(figure.latex.utf8), to: folder.appending(path: figure.id + ".tex"))
  }

  /// `tables/`, `references.bib` and `figures.tex`, for those who write a paper.
  package static let paper = Self("paper") { report, context, folder in
    let paper = PaperFiles(report.article, library: try context.templates.file("references.bib") ?? "")
    let place = folder.appending(path: "tables")
    guard mkdir(place.path(percentEncoded: false), 0o777) == 0 || errno == EEXIST else {
      throw InputError(
        at: place.path(percentEncoded: false), phrase("error.cannotBeMade"), found: String(cString: strerror(errno)))
    }
    for (id, latex) in paper.tables { try OutputFile.write(Array(latex.utf8), to: place.appending(path: id + ".tex")) }
    try OutputFile.write(Array(paper.references.utf8), to: folder.appending(path: "references.bib"))
    // Without the PDFs there is nothing to set.
    guard context.formats.contains(.pdf) else { return }
    let document = paper.document(figures: report.figures)
    try OutputFile.write(Array(document.utf8), to: folder.appending(path: "figures.tex"))
  }

  package static let page = Self("page") { report, context, folder in
    let css = try context.templates.file("style.css") ?? ""
    let page = ArticlePage(
      article: report.article, css: css, language: context.language, templates: context.templates,
      formats: context.formats)
    try OutputFile.write(Array(try page.html().utf8), to: folder.appending(path: "index.html"))
  }

  /// `report.html`: the page with all that it shows in it, after the figures were written. What it only leads to (PDF,
  /// PNG beside SVG, TeX) is left out, and so are the folder's other files.
  package static let singleFile = Self("alone") { report, context, folder in
    let css = try context.templates.file("style.css") ?? ""
    var page = ArticlePage(
      article: report.article, css: css, language: context.language, templates: context.templates,
      formats: context.formats)
    let image = context.formats.contains(.svg) ? "svg" : "png"
    let types = ["svg": "image/svg+xml", "png": "image/png", "csv": "text/csv"]
    page.reference = { path in
      let ending = path.split(separator: ".").last.map(String.init) ?? ""
      guard let type = types[ending], ending == image || ending == "csv",
        let bytes = try? Data(contentsOf: folder.appending(path: path))
      else { return "" }
      return "data:\(type);base64,\(bytes.base64EncodedString())"
    }
    page.isAlone = true
    try OutputFile.write(Array(try page.html().utf8), to: folder.appending(path: "report.html"))
  }

  package static let markdown = Self("Markdown") { report, context, folder in
    try OutputFile.write(
      Array(report.article.markdown(formats: context.formats).utf8), to: folder.appending(path: "report.md"))
  }

  package static func summary(_ assessment: Assessment) -> Self {
    Self("summary") { report, _, folder in
      let summary = PullRequestSummary(report.article, assessment)
      try OutputFile.write(Array(summary.markdown.utf8), to: folder.appending(path: "summary.md"))
    }
  }

  package static func findings(_ assessment: Assessment) -> Self {
    Self("findings") { _, _, folder in
      try OutputFile.write(try assessment.json(), to: folder.appending(path: "findings.json"))
    }
  }

  package static func junit(_ assessment: Assessment, suite: String) -> Self {
    Self("JUnit") { _, _, folder in
      let xml = JUnit.xml(assessment, suite: suite)
      try OutputFile.write(Array(xml.utf8), to: folder.appending(path: "junit.xml"))
    }
  }
}

extension Provenance {
  /// Writes `provenance.json`; last, because it knows what the other steps took.
  ///
  /// - Throws: `InputError` where it cannot be written.
  package func write(to folder: URL) throws {
    try OutputFile.write(json.bytes, to: folder.appending(path: "provenance.json"))
  }
}
