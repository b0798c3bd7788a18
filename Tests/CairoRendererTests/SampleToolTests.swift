import CairoRenderer
import Drawing
import Foundation
import Plotting
import Reports
import Support
import Synchronization
import TestSupport
import Testing

/// Every sample as it is really set, and what other programs make of its files.
@Suite("Samples in files and other programs", .serialized)
struct SampleToolTests {
  /// A plot of the marks, or a figure of the field.
  private struct Sample: Sendable {
    var name: String
    var isWide: Bool
    var list: @Sendable (Theme, Double, any TextMeasurer) -> DisplayList

    /// More of the same: looked at in the two widths of a paper alone.
    var isLarge: Bool { ["-512", "-32", "-120"].contains { name.hasSuffix($0) } }
  }

  private static let samples: [Sample] =
    SamplePlots.all.filter { !$0.name.hasSuffix("-raster") }.map { sample in
      Sample(name: sample.name, isWide: sample.isWide) {
        sample.displayList(width: $1, theme: $0, measurer: $2)
      }
    }
    + SampleFigures.all.map { figure in
      Sample(name: "field-\(figure.id)", isWide: false) {
        var list = figure.displayList(theme: $0, width: $1, measurer: $2)
        list.id = "field-\(figure.id)"
        return list
      }
    }
  private static let small = samples.filter { !$0.isLarge }
  private static let names = small.map(\.name)

  private static func list(_ name: String, _ theme: Theme, _ width: Double) throws -> DisplayList {
    let sample = try #require(samples.first { $0.name == name })
    return sample.list(theme, width, try Figures.renderer.get())
  }

  /// A sheet of panels is made for the width of a text.
  private static func widths(_ sample: Sample) -> [(name: String, points: Double)] {
    if sample.isLarge { return FigureWidth.named.filter { $0.name.hasPrefix("icml") } }
    return FigureWidth.named.filter { $0.name != "iclr" && (!sample.isWide || $0.points > 380) }
  }

  @Test("Words as they are set overlap nowhere, in any theme and at any width with a name")
  func layout() throws {
    let renderer = try Figures.renderer.get()
    let samples = Self.samples
    let found = Mutex<[String]>([])
    forEachPiece(samples.count) { index in
      let sample = samples[index]
      // In dark mode a figure has the sizes of its light twin.
      for (name, theme) in Theme.named where name != "dark" && (name == "paper" || !sample.isLarge) {
        for (column, width) in Self.widths(sample) {
          let faults = sample.list(theme, width, renderer).layoutFaults(renderer)
          if !faults.isEmpty { found.withLock { $0.append("\(sample.name), \(name), \(column): \(faults)") } }
        }
      }
    }
    #expect(found.withLock { $0.sorted() } == [])
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
    .enabled(if: Tool.path("pdfunite") != nil, "poppler-utils is missing"))
  func fonts() throws {
    let renderer = try Figures.renderer.get()
    try withFiles { folder, names in
      #expect(try Tool.run("pdfunite", names + ["all.pdf"], in: folder).status == 0)
      let lines = try Tool.run("pdffonts", ["all.pdf"], in: folder).text.split(separator: "\n").dropFirst(2)
      #expect(lines.count > 3)
      for line in lines {
        #expect(!line.contains("Type 3") && line.contains("yes yes yes"), "\(line)")
        #expect(line.contains("TrueType") || line.contains("Type 1C") || line.contains("Type 0C"), "\(line)")
      }
    } _: {
      try renderer.render(try Self.list($0, .paperSerif, 234), as: .pdf)
    }
  }
}
