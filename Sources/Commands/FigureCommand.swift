import CairoRenderer
import Drawing
import Foundation
import Plotting
import Reports
import Results
import Support

extension Command {
  static let figure = Command(
    "figure", "Draws one figure of a run again, in any width, theme and format, without the model.",
    operandNames: "RUN ID", operands: 1...2,
    details: [
      "RUN is the folder of a run or a study, ID the name of a figure without its ending; without it the figures are listed.",
      "Widths: a length such as 3.25in, 89mm, 12cm or 240pt, or "
        + FigureWidth.named.map(\.name).joined(separator: ", ") + ".",
      "A theme's file is a JSON object; its keys: " + Theme.keys.map(\.name).joined(separator: ", ") + ".",
    ],
    options: [
      Option("width", .text("WIDTH"), "of the figure; a column of a paper, or its text for wide ones, by default"),
      Option(
        "theme", .text("THEME"),
        Theme.named.map(\.name).joined(separator: ", ") + ", one of --themes, or a JSON file; paper by default"),
      Appearance.themesOption,
      Option(
        "format", .choice(FigureRendition.Format.allCases.map(\.rawValue)),
        "that of the file's ending by default, else pdf"),
      Option("dpi", .integer("N", 36...1200), "dots per inch of a PNG; 300 by default"),
      Option("output", .text("FILE"), "where to write it, also -o; ID with the format's ending by default"),
      Option("assets", .text("DIR"), "the folder that holds fonts and templates"),
      Option("quiet", .flag, "nothing on stderr but errors"),
    ],
    run: { arguments in
      let format = try arguments.figureFormat
      let file = arguments.operands.dropFirst().first.map { id in
        URL(filePath: arguments.text("output") ?? "\(id).\(format.rawValue)")
      }
      if file == nil, let output = arguments.text("output") {
        throw InputError(.usage, at: "--output: \(output)", "is for one figure", expected: "its ID behind the run")
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
          .usage, at: id, "is no figure of this run" + suggestion(for: id, among: figures.map(\.id)),
          expected: "one of those that tomograph figure \(arguments.operands[0]) lists")
      }
      try Preflight.outputFile(file, option: "--output")
      let assets = try Assets.find(option: arguments.text("assets"))
      let theme = try Appearance(arguments, isForPage: false, assets: assets).theme(of: .paper)
      let renderer = try Renderer(assets: assets)
      let bytes = try renderer.draw(
        figure, as: format, theme: theme,
        width: try arguments.width ?? FigureRendition.paperWidth(figure), dpi: arguments.integer("dpi") ?? 300)
      try OutputFile.write(bytes, to: file)
      if !arguments.has("quiet") { StandardError.write(line: "figure: \(file.relativePath)") }
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
        throw InputError(.usage, at: "--output: \(output)", "ends like no format of figures", expected: known)
      }
      guard chosen == nil || chosen == named else {
        throw InputError(
          .usage, at: "--output: \(output)", "contradicts --format", expected: ".\(chosen?.rawValue ?? "")",
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
