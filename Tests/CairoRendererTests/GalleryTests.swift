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
    let list = Figures.everything()
    let renderer = try Figures.renderer.get()
    for (name, format) in [("svg", Renderer.Format.svg), ("png", .png(dpi: 150)), ("pdf", .pdf)] {
      try Data(try renderer.render(list, as: format)).write(to: folder.appending(path: "torture.\(name)"))
    }
  }
}
