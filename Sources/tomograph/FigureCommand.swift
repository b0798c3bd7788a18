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
      "RUN is a run folder, ID the name of a figure without its ending; without it the figures are listed.",
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
    ],
    run: { arguments in
      let run = URL(filePath: arguments.operands[0])
      let figures = FigureCatalog.figures(of: try RunResults.read(from: run))
      guard arguments.operands.count == 2 else {
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
      let ending = arguments.text("output").map { URL(filePath: $0).pathExtension.lowercased() } ?? ""
      let format =
        arguments.text("format").flatMap(FigureRendition.Format.init) ?? FigureRendition.Format(rawValue: ending)
        ?? .pdf
      let assets = try Assets.find(option: arguments.text("assets"))
      let theme = try Appearance(arguments, isForPage: false, assets: assets).theme(of: .paper)
      let renderer = try Renderer(assets: assets)
      let bytes = try renderer.draw(
        figure, as: format, theme: theme,
        width: try arguments.width ?? FigureRendition.paperWidth(figure), dpi: arguments.integer("dpi") ?? 300)
      try OutputFile.write(bytes, to: URL(filePath: arguments.text("output") ?? "\(id).\(format.rawValue)"))
      return .pass
    })
}

extension Arguments {
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
