import CairoRenderer
import Drawing
import Foundation
import Plotting
import TestSupport
import Testing

/// Every sample as it is really set, and what other programs make of its files.
@Suite("Samples in files and other programs", .serialized)
struct SampleToolTests {
  private static let names = SamplePlots.all.map(\.name).filter { !$0.hasSuffix("-raster") }

  private static func list(_ name: String, _ theme: Theme, _ width: Double) throws -> DisplayList {
    let sample = try #require(SamplePlots.all.first { $0.name == name })
    return sample.displayList(width: width, theme: theme, measurer: try Figures.renderer.get())
  }

  /// A sheet of panels is made for the width of a text.
  private static func widths(_ name: String) -> [(name: String, points: Double)] {
    let isWide = SamplePlots.all.first { $0.name == name }?.isWide ?? false
    return FigureWidth.named.filter { !isWide || $0.points > 380 }
  }

  @Test("Words as they are set overlap nowhere, in any theme and at any width with a name", arguments: names)
  func layout(_ name: String) throws {
    let renderer = try Figures.renderer.get()
    for (_, theme) in Theme.named {
      for width in Self.widths(name) {
        let list = try Self.list(name, theme, width.points)
        #expect(list.layoutFaults(renderer) == [], "\(name), \(theme.name), \(width.name)")
      }
    }
  }

  private func withFiles(_ body: (URL, [String]) throws -> Void, _ bytes: (String) throws -> [UInt8]) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "samples-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in Self.names { try Data(try bytes(name)).write(to: folder.appending(path: name)) }
    try body(folder, Self.names)
  }

  @Test("rsvg opens every SVG", .enabled(if: Tool.path("rsvg-convert") != nil, "rsvg-convert is missing"))
  func rsvg() throws {
    let renderer = try Figures.renderer.get()
    try withFiles {
      let outcome = try Tool.run("rsvg-convert", ["-f", "pdf"] + $1, in: $0)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    } _: {
      try renderer.render(try Self.list($0, .dark, 234), as: .svg)
    }
  }

  @Test("Chromium shows all SVGs in one page", .enabled(if: Tool.path("chromium") != nil, "chromium is missing"))
  func chromium() throws {
    let renderer = try Figures.renderer.get()
    let lists = try Self.names.map { try Self.list($0, .screen, 340) } + [Figures.everything()]
    let svgs = try lists.map { String(decoding: try renderer.render($0, as: .svg), as: UTF8.self) }
    let folder = FileManager.default.temporaryDirectory.appending(path: "page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try Tool.faultsInChromium(svgs, in: folder) == [])
  }

  @Test(
    "No PDF has a font that is drawn rather than embedded",
    .enabled(if: Tool.path("pdffonts") != nil, "pdffonts is missing"))
  func fonts() throws {
    let renderer = try Figures.renderer.get()
    try withFiles { folder, names in
      for name in names {
        for line in try Tool.run("pdffonts", [name], in: folder).text.split(separator: "\n").dropFirst(2) {
          #expect(!line.contains("Type 3") && line.contains("yes yes yes"), "\(name): \(line)")
          #expect(line.contains("TrueType") || line.contains("Type 1C") || line.contains("Type 0C"), "\(name): \(line)")
        }
      }
    } _: {
      try renderer.render(try Self.list($0, .paperSerif, 234), as: .pdf)
    }
  }
}
