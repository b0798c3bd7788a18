import CairoRenderer
import Diagnosis
import Foundation
import Plotting
import Reports
import Results
import Tensors

extension Command {
  static let render = Command(
    "render", "Draws and writes the report of a run folder again, without the model.",
    operandNames: "RUN", operands: 1...1,
    details: [
      "Figures, page and texts are made anew from results.json, arrays.safetensors and findings.json; provenance.json "
        + "stays. The folder is exchanged when the new one is whole.",
      "--templates names a folder whose files go before those of the program: style.css and the *.mustache files.",
    ],
    options: [
      Option(
        "formats", .list("A,B", known: FigureRendition.Format.allCases.map(\.rawValue)), "of figures; all by default"),
      Option("theme", .text("THEME"), "of all figures: a theme's name or its JSON file"),
      Option("templates", .text("DIR"), "templates in place of the program's"),
      Option("out", .text("DIR"), "write the run folder there and leave RUN as it is"),
      Option("assets", .text("DIR"), "the folder that holds fonts and templates"),
      Option("quiet", .flag, "no progress"),
    ],
    run: { arguments in
      let run = URL(filePath: arguments.operands[0])
      let results = try RunResults.read(from: run)
      let assessment = try Assessment.read(from: run)
      let assets = try Assets.find(option: arguments.text("assets"))
      let overlay = arguments.text("templates").map { URL(filePath: $0) }
      if let overlay, (try? overlay.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory != true {
        throw InputError(.usage, at: "--templates", "is no folder", found: "\"\(overlay.relativePath)\"")
      }
      let renderer = try Renderer(assets: assets)
      let theme = try arguments.text("theme").map { try Theme(option: $0) }
      let outcomes = FigureCatalog.outcomes(of: results)
      let provenance = run.appending(path: "provenance.json")
      let kept = try? Data(contentsOf: provenance)
      let progress = Progress(isQuiet: arguments.has("quiet"))
      progress.begin("drawing", of: outcomes.count { $0.figure != nil }, unit: "figures")
      try RunFolder.write(at: arguments.text("out").map { URL(filePath: $0) } ?? run) { folder in
        let context = ReportWriter.Context(
          results: results, assessment: assessment, outcomes: outcomes,
          templates: Templates(assets: assets.root, overlay: overlay),
          formats: (arguments.list("formats") ?? FigureRendition.Format.allCases.map(\.rawValue))
            .compactMap(FigureRendition.Format.init),
          draw: { try renderer.draw($0, $1, theme: theme) }, progress: { _, _ in progress.advance() })
        try ReportWriter().write(context, to: folder)
        if let kept { try OutputFile.write(Array(kept), to: folder.appending(path: "provenance.json")) }
      }
      progress.end()
      return .pass
    })
}
