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

  /// A figure in several of a report's forms, laid out once for each theme and width.
  func draw(_ figure: Figure, _ renditions: [FigureRendition], _ appearance: Appearance) throws -> [[UInt8]] {
    struct Page: Hashable {
      var theme: Theme
      var width: Double
    }
    var lists: [Page: DisplayList] = [:]
    return try renditions.map { rendition in
      let page = Page(theme: appearance.theme(of: rendition.theme), width: rendition.width)
      let list = lists[page] ?? figure.displayList(theme: page.theme, width: page.width, measurer: self)
      lists[page] = list
      return try render(list, as: Format(rendition.format, dpi: 150))
    }
  }

  /// - Parameter width: in points.
  func draw(
    _ figure: Figure, as format: FigureRendition.Format, theme: Theme, width: Double, dpi: Int
  ) throws -> [UInt8] {
    try render(figure.displayList(theme: theme, width: width, measurer: self), as: Format(format, dpi: dpi))
  }
}

extension Renderer.Format {
  /// - Parameter dpi: of a PNG.
  fileprivate init(_ format: FigureRendition.Format, dpi: Int) {
    switch format {
    case .svg: self = .svg
    case .png: self = .png(dpi: Double(dpi))
    case .pdf: self = .pdf
    }
  }
}
