import CairoRenderer
import Drawing
import Foundation
import Plotting
import TestSupport
import Testing

@Suite("Looking at figures") struct GalleryTests {
  /// Written where `TOMOGRAPH_GALLERY` says, to be looked at: sample data, said so on the page `index.html`; with
  /// `TOMOGRAPH_GALLERY_ONLY` the samples of these names, separated by commas.
  @Test(
    "everything is drawn into the gallery",
    .enabled(if: ProcessInfo.processInfo.environment["TOMOGRAPH_GALLERY"] != nil))
  func gallery() throws {
    let folder = URL(filePath: ProcessInfo.processInfo.environment["TOMOGRAPH_GALLERY"] ?? "")
    let renderer = try Figures.renderer.get()
    var lists = [Figures.everything()]
    for figure in SpeedTests.Figure.allCases {
      var list = figure.list
      list.id = figure.rawValue
      lists.append(list)
    }
    for list in lists {
      for (name, format) in [("svg", Renderer.Format.svg), ("png", .png(dpi: 150)), ("pdf", .pdf)] {
        try Data(try renderer.render(list, as: format)).write(to: folder.appending(path: "\(list.id).\(name)"))
      }
    }
    var page =
      "<!doctype html><meta charset=\"utf-8\"><title>Marks and figures</title><h1>Marks and figures</h1>"
      + "<p>All numbers are seeded sample data and show no finding.</p>\n"
    let only = ProcessInfo.processInfo.environment["TOMOGRAPH_GALLERY_ONLY"]?.split(separator: ",").map(String.init)
    for sample in SamplePlots.all where only?.contains(sample.name) ?? true {
      page += "<h2>\(sample.name)</h2>\n"
      for theme in Theme.all + [.paperSerif] {
        let column = try FigureWidth(sample.isWide ? "icml-text" : "icml-column").points
        let list = sample.displayList(width: column, theme: theme, measurer: renderer)
        let file = "\(sample.name)-\(theme.name).png"
        try Data(try renderer.render(list, as: .png(dpi: 200))).write(to: folder.appending(path: file))
        try Data(try renderer.render(list, as: .svg))
          .write(to: folder.appending(path: "\(sample.name)-\(theme.name).svg"))
        let width = Int(column * 1.6)
        page += "<img src=\"\(file)\" width=\"\(width)\" alt=\"\(sample.name), \(theme.name)\">\n"
      }
    }
    try Data(page.utf8).write(to: folder.appending(path: "index.html"))
  }
}
