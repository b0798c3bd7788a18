import CairoRenderer
import Drawing
import Foundation
import Plotting
import Reports
import Support

extension Renderer {
  /// - Throws: `InputError` where the fonts are missing or damaged.
  convenience init(assets: Assets) throws {
    do {
      try self.init(fonts: assets.folder("fonts"))
    } catch RenderError.fonts(let path, let problem) {
      throw InputError(at: path, problem)
    }
  }

  /// A figure in one of a report's forms.
  func draw(_ figure: Figure, _ rendition: FigureRendition, _ appearance: Appearance) throws -> [UInt8] {
    try draw(
      figure, as: rendition.format, theme: appearance.theme(of: rendition.theme), width: rendition.width, dpi: 150)
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
