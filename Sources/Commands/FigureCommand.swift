import CairoRenderer
import Drawing
import Foundation
import Plotting
import Reports
import Results
import Support

extension Command {
  static let figure = Command(
    "figure", "command.figure.summary",
    operandNames: "RUN ID", operands: 1...2,
    details: [
      "command.figure.detail1",
      Message("command.figure.detail2", ["named": FigureWidth.named.map(\.name).joined(separator: ", ")]),
      Message("command.figure.detail3", ["keys": Theme.keys.map(\.name).joined(separator: ", ")]),
    ],
    options: [
      Option("width", .text("WIDTH"), "option.width"),
      Option(
        "theme", .text("THEME"),
        Message("option.figure.theme", ["named": Theme.named.map(\.name).joined(separator: ", ")])),
      Appearance.themesOption,
      Option(
        "format", .choice(FigureRendition.Format.allCases.map(\.rawValue)),
        "option.format"),
      Option("dpi", .integer("N", 36...1200), "option.dpi"),
      Option("output", .text("FILE"), "option.output"),
      Option("assets", .text("DIR"), "option.assets"),
      Option("quiet", .flag, "option.quiet"),
    ],
    run: { arguments in
      let format = try arguments.figureFormat
      let file = arguments.operands.dropFirst().first.map { id in
        URL(filePath: arguments.text("output") ?? "\(id).\(format.rawValue)")
      }
      if file == nil, let output = arguments.text("output") {
        throw InputError(
          .usage, at: phrase("error.outputOutput", ["output": output]), phrase("error.isForOneFigure"),
          expected: phrase("expected.idBehindRun"))
      }
      let figures = try DrawnRun(URL(filePath: arguments.operands[0])).figures
      guard let file else {
        let width = figures.map(\.id.count).max() ?? 0
        for figure in figures {
          try StandardOutput.write(
            figure.id.padding(toLength: width + 2, withPad: " ", startingAt: 0) + figure.title + "\n")
        }
        return .pass
      }
      let id = arguments.operands[1]
      guard let figure = figures.first(where: { $0.id == id }) else {
        throw InputError(
          .usage, at: id, phrase("error.noFigureThis", ["suggestion": suggestion(for: id, among: figures.map(\.id))]),
          expected: phrase("expected.oneThoseTomograph", ["operands": arguments.operands[0]]))
      }
      try Preflight.outputFile(file, option: "--output")
      let assets = try Assets.find(option: arguments.text("assets"))
      let theme = try Appearance(arguments, isForPage: false, assets: assets).theme(of: .paper)
      let renderer = try Renderer(assets: assets)
      let bytes = try renderer.draw(
        figure, as: format, theme: theme,
        width: try arguments.width ?? FigureRendition.paperWidth(figure), dpi: arguments.integer("dpi") ?? 300)
      try OutputFile.write(bytes, to: file)
      if !arguments.has("quiet") {
        StandardError.write(line: phrase("figureCommand.figureFile", ["file": file.relativePath]))
      }
      return .pass
    })
}

extension Arguments {
  /// That of `--format`, else of the file's ending, else PDF.
  ///
  /// - Throws: `InputError(.usage)` for an ending that is no format's, or another than `--format` says.
  fileprivate var figureFormat: FigureRendition.Format {
    get throws {
      let chosen = text("format").flatMap(FigureRendition.Format.init)
      let output = text("output") ?? "", ending = URL(filePath: output).pathExtension.lowercased()
      if ending.isEmpty { return chosen ?? .pdf }
      let known = FigureRendition.Format.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
      guard let named = FigureRendition.Format(rawValue: ending) else {
        throw InputError(
          .usage, at: phrase("error.outputOutput", ["output": output]), phrase("error.endsLikeNo"), expected: known)
      }
      guard chosen == nil || chosen == named else {
        throw InputError(
          .usage, at: phrase("error.outputOutput", ["output": output]),
          phrase("error.contradicts", ["option": "--format"]),
          expected: ".\(chosen?.rawValue ?? "")",
          found: ".\(ending)")
      }
      return named
    }
  }

  /// `--width` in points.
  fileprivate var width: Double? {
    get throws {
      guard let text = text("width") else { return nil }
      do {
        return try FigureWidth(text).points
      } catch {
        throw InputError(.usage, at: "--width", "\(error)")
      }
    }
  }
}
