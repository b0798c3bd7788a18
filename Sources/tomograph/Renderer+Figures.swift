import CairoRenderer
import Diagnosis
import Drawing
import Foundation
import Plotting
import Reports
import Tensors

extension Renderer {
  /// - Throws: `InputError` where the fonts are missing or damaged.
  convenience init(assets: Assets) throws {
    do {
      try self.init(fonts: assets.folder("fonts"))
    } catch RenderError.fonts(let path, let problem) {
      throw InputError(at: path, problem)
    }
  }

  /// A figure in one of a report's forms; `theme` goes over that of the form.
  func draw(_ figure: Figure, _ rendition: FigureRendition, theme: Theme? = nil) throws -> [UInt8] {
    let own: Theme =
      switch rendition.theme {
      case .screen: .screen
      case .dark: .dark
      case .paper: .paper
      }
    return try draw(figure, as: rendition.format, theme: theme ?? own, width: rendition.width, dpi: 150)
  }

  /// - Parameter width: in points.
  func draw(
    _ figure: Figure, as format: FigureRendition.Format, theme: Theme, width: Double, dpi: Int
  ) throws -> [UInt8] {
    let list = figure.displayList(theme: theme, width: width, measurer: self)
    return switch format {
    case .svg: try render(list, as: .svg)
    case .png: try render(list, as: .png(dpi: Double(dpi)))
    case .pdf: try render(list, as: .pdf)
    }
  }
}

extension Theme {
  /// A theme by its name, or from a JSON file.
  ///
  /// - Throws: `InputError(.usage)` for what is neither, and for a file that says something impossible.
  init(option text: String) throws {
    if let known = Theme.named.first(where: { $0.name == text }) {
      self = known.theme
      return
    }
    let file = URL(filePath: text)
    guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) else {
      let names = Theme.named.map(\.name)
      throw InputError(
        .usage, at: "--theme", "is neither a theme nor a file" + suggestion(for: text, among: names),
        expected: names.joined(separator: ", ") + " or a JSON file", found: "\"\(text)\"")
    }
    try self.init(file: file)
  }
}
