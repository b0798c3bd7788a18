package import Diagnosis
package import Foundation
package import Results
import Synchronization
import Tensors

/// Writes a report into a folder: ordered, named steps over one context. A step that fails says its name.
package struct ReportWriter: Sendable {
  /// What the steps work from.
  package struct Context: Sendable {
    package var results: RunResults
    package var assessment: Assessment
    package var outcomes: [FigureOutcome]
    package var templates: Templates
    package var formats: [FigureRendition.Format]
    /// `en`, for the page's `lang`.
    package var language: String
    /// Draws a figure; called from several threads at once.
    package var draw: @Sendable (Figure, FigureRendition) throws -> [UInt8]
    /// Told of each figure that is done; called from several threads at once.
    package var progress: @Sendable (_ done: Int, _ of: Int) -> Void

    package init(
      results: RunResults, assessment: Assessment, outcomes: [FigureOutcome], templates: Templates,
      formats: [FigureRendition.Format] = FigureRendition.Format.allCases, language: String = "en",
      draw: @escaping @Sendable (Figure, FigureRendition) throws -> [UInt8],
      progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) {
      self.results = results
      self.assessment = assessment
      self.outcomes = outcomes
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
    package var run: @Sendable (Context, Article, URL) throws -> Void

    package init(_ name: String, run: @escaping @Sendable (Context, Article, URL) throws -> Void) {
      self.name = name
      self.run = run
    }
  }

  package var steps: [Step]

  package init(steps: [Step] = Step.all) { self.steps = steps }

  /// A step that went wrong for a reason that is not in what the program was given.
  package struct Failure: Error, CustomStringConvertible {
    package var step: String
    package var cause: any Error

    package var description: String { "\(step): \(cause)" }
  }

  /// - Throws: `InputError` where a template is not sound or a file cannot be written, `Failure` for all else, such as
  ///   a figure that cannot be drawn.
  package func write(_ context: Context, to folder: URL) throws {
    let article = ArticleBuilder(
      results: context.results, assessment: context.assessment, outcomes: context.outcomes
    ).article
    for step in steps {
      do {
        try step.run(context, article, folder)
      } catch let error as InputError {
        throw error
      } catch {
        throw Failure(step: step.name, cause: error)
      }
    }
  }
}

extension ReportWriter.Step {
  package static let all = [results, figures, page, markdown, summary, findings, junit]

  package static let results = Self("results") { context, _, folder in try context.results.write(to: folder) }

  package static let figures = Self("figures") { context, article, folder in
    let place = folder.appending(path: "figures")
    guard mkdir(place.path(percentEncoded: false), 0o777) == 0 || errno == EEXIST else {
      throw InputError(
        at: place.path(percentEncoded: false), "cannot be made", found: String(cString: strerror(errno)))
    }
    let small = article.smallFigures
    let drawn = context.outcomes.compactMap(\.figure)
    let failures = Mutex<[Int: any Error]>([:])
    let done = Atomic(0)
    forEachPiece(drawn.count) { index in
      do {
        try write(drawn[index], isSmall: small.contains(drawn[index].id), context, to: place)
      } catch {
        failures.withLock { $0[index] = error }
      }
      context.progress(done.add(1, ordering: .relaxed).newValue, drawn.count)
    }
    if let first = failures.withLock({ failures in failures.keys.min().flatMap { failures[$0] } }) { throw first }
  }

  private static func write(_ figure: Figure, isSmall: Bool, _ context: ReportWriter.Context, to folder: URL) throws {
    for (ending, rendition) in FigureRendition.all(figure, isSmall: isSmall, formats: context.formats) {
      try OutputFile.write(try context.draw(figure, rendition), to: folder.appending(path: figure.id + ending))
    }
    try OutputFile.write(Array(figure.table.csv.utf8), to: folder.appending(path: figure.id + ".csv"))
    try OutputFile.write(Array(figure.latex.utf8), to: folder.appending(path: figure.id + ".tex"))
  }

  package static let page = Self("page") { context, article, folder in
    let css = try context.templates.file("style.css") ?? ""
    let page = ArticlePage(
      article: article, css: css, language: context.language, templates: context.templates, formats: context.formats)
    try OutputFile.write(Array(try page.html().utf8), to: folder.appending(path: "index.html"))
  }

  package static let markdown = Self("Markdown") { context, article, folder in
    try OutputFile.write(
      Array(article.markdown(formats: context.formats).utf8), to: folder.appending(path: "report.md"))
  }

  package static let summary = Self("summary") { context, article, folder in
    let summary = PullRequestSummary(article, context.assessment)
    try OutputFile.write(Array(summary.markdown.utf8), to: folder.appending(path: "summary.md"))
  }

  package static let findings = Self("findings") { context, _, folder in
    try OutputFile.write(Array(try context.assessment.json()), to: folder.appending(path: "findings.json"))
  }

  package static let junit = Self("JUnit") { context, _, folder in
    let xml = JUnit.xml(context.assessment, suite: context.results.subject.name)
    try OutputFile.write(Array(xml.utf8), to: folder.appending(path: "junit.xml"))
  }
}

extension Provenance {
  /// Writes `provenance.json`; last, because it knows what the other steps took.
  ///
  /// - Throws: `InputError` where it cannot be written.
  package func write(to folder: URL) throws {
    try OutputFile.write(Array(json.text.utf8), to: folder.appending(path: "provenance.json"))
  }
}
