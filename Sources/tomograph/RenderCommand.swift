import CairoRenderer
import Diagnosis
import Foundation
import Reports
import Results
import Support

extension Command {
  static let render = Command(
    "render", "Draws and writes the report of a run folder again, without the model.",
    operandNames: "RUN", operands: 1...1,
    details: [
      "Figures, page and texts are made anew from results.json, arrays.safetensors and findings.json; provenance.json "
        + "keeps what was measured, and names the themes and templates. The folder is exchanged when the new one is whole."
    ],
    options: [
      Option(
        "formats", .list("A,B", known: FigureRendition.Format.allCases.map(\.rawValue)), "of figures; all by default"),
      Option("theme", .text("THEME"), "of all figures: a theme's name, one of --themes, or a JSON file"),
      Appearance.themesOption, Appearance.templatesOption,
      Option("out", .text("DIR"), "write the run folder there and leave RUN as it is"),
      Option("assets", .text("DIR"), "the folder that holds fonts and templates"),
      Option("quiet", .flag, "no progress"),
    ],
    run: { arguments in
      let run = URL(filePath: arguments.operands[0])
      let assets = try Assets.find(option: arguments.text("assets"))
      let appearance = try Appearance(arguments, isForPage: true, assets: assets)
      let results = try RunResults.read(from: run)
      let assessment = try Assessment.read(from: run)
      let renderer = try Renderer(assets: assets)
      let outcomes = FigureCatalog.outcomes(of: results)
      let provenance = run.appending(path: "provenance.json")
      let sources = try appearance.sources
      let kept = (try? Data(contentsOf: provenance)).map { Provenance.redrawn($0, with: sources) ?? $0 }
      let progress = Progress(isQuiet: arguments.has("quiet"))
      progress.begin("drawing", of: outcomes.count { $0.figure != nil }, unit: "figures")
      try RunFolder.write(at: arguments.text("out").map { URL(filePath: $0) } ?? run) { folder in
        let context = ReportWriter.Context(
          templates: appearance.templates,
          formats: (arguments.list("formats") ?? FigureRendition.Format.allCases.map(\.rawValue))
            .compactMap(FigureRendition.Format.init),
          draw: { try renderer.draw($0, $1, appearance) }, progress: { _, _ in progress.advance() })
        try ReportWriter(results: results, assessment: assessment, outcomes: outcomes).write(context, to: folder)
        if let kept { try OutputFile.write(Array(kept), to: folder.appending(path: "provenance.json")) }
      }
      progress.end()
      return .pass
    })
}
