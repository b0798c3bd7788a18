import CairoRenderer
import Drawing
import Foundation
import TestSupport
import Testing

@Suite("Looking at figures") struct GalleryTests {
  /// Written where `TOMOGRAPH_GALLERY` says, to be looked at.
  @Test(
    "everything is drawn into the gallery",
    .enabled(if: ProcessInfo.processInfo.environment["TOMOGRAPH_GALLERY"] != nil))
  func gallery() throws {
    let folder = URL(filePath: ProcessInfo.processInfo.environment["TOMOGRAPH_GALLERY"] ?? "")
    var lists = [Figures.everything()]
    for figure in SpeedTests.Figure.allCases {
      var list = figure.list
      list.id = figure.rawValue
      lists.append(list)
    }
    let renderer = try Figures.renderer.get()
    for list in lists {
      for (name, format) in [("svg", Renderer.Format.svg), ("png", .png(dpi: 150)), ("pdf", .pdf)] {
        try Data(try renderer.render(list, as: format)).write(to: folder.appending(path: "\(list.id).\(name)"))
      }
    }
  }
}
