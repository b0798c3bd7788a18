import CairoRenderer
import Diagnosis
import Foundation
import Reports
import Results
import Support

extension Command {
  static let render = Command(
    "render", "command.render.summary",
    operandNames: "RUN", operands: 1...1,
    details: [
      "command.render.detail1",
      "command.render.detail2",
    ],
    options: [
      Option(
        "formats", .list("A,B", known: FigureRendition.Format.allCases.map(\.rawValue)), "option.render.formats"),
      Option("theme", .text("THEME"), "option.render.theme"),
      Appearance.themesOption, Appearance.templatesOption,
      Option("out", .text("DIR"), "option.render.out"),
      Job.nameOption,
      Option("single-file", .flag, "option.single-file"),
      Option("assets", .text("DIR"), "option.assets"),
      Option("quiet", .flag, "option.quiet"),
    ],
    run: { arguments in
      let run = URL(filePath: arguments.operands[0])
      let assets = try Assets.find(option: arguments.text("assets"))
      let appearance = try Appearance(arguments, isForPage: true, assets: assets)
      let name = try arguments.runName
      let drawn = try DrawnRun(run)
      let place = place(of: drawn, in: run, name: name, out: arguments.text("out"))
      try Preflight.runFolder(place)
      let renderer = try Renderer(assets: assets)
      let report = try report(drawn, from: run, name: name, isSingleFile: arguments.has("single-file"))
      let provenance = run.appending(path: "provenance.json")
      let sources = try appearance.sources
      let kept = (try? Data(contentsOf: provenance)).map { Provenance.redrawn($0, with: sources) ?? $0 }
      let progress = Progress(isQuiet: arguments.has("quiet"))
      progress.begin(phrase("progress.drawing"), of: report.figureCount, unit: phrase("unit.figures"))
      try RunFolder.write(at: place) { folder in
        let context = ReportWriter.Context(
          templates: appearance.templates,
          formats: (arguments.list("formats") ?? FigureRendition.Format.allCases.map(\.rawValue))
            .compactMap(FigureRendition.Format.init),
          draw: { try renderer.draw($0, $1, appearance) }, progress: { _, _ in progress.advance() })
        try report.write(context, to: folder)
        if let kept { try OutputFile.write(Array(kept), to: folder.appending(path: "provenance.json")) }
      }
      progress.end()
      progress.note(
        phrase("renderCommand.reportAppending", ["appending": place.appending(path: "index.html").relativePath]))
      return .pass
    })

  private static func place(of drawn: DrawnRun, in run: URL, name: String?, out: String?) -> URL {
    if let out { return URL(filePath: out).appending(path: name ?? drawn.name) }
    guard let name else { return run }
    return run.absoluteURL.standardizedFileURL.deletingLastPathComponent().appending(path: name)
  }

  /// The report of a run or a study under a new name, or its own.
  private static func report(
    _ drawn: DrawnRun, from folder: URL, name: String?, isSingleFile: Bool
  ) throws -> ReportWriter {
    switch drawn {
    case .run(var results):
      results.subject.name = name ?? results.subject.name
      return ReportWriter(
        results: results, assessment: try Assessment.read(from: folder), outcomes: FigureCatalog.outcomes(of: results),
        isSingleFile: isSingleFile)
    case .study(var study):
      study.name = name ?? study.name
      return ReportWriter(study)
    }
  }
}
