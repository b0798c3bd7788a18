import CairoRenderer
import Corpora
import Drawing
import Foundation
import Plotting
import Tensors
import TestSupport
import Testing

/// Pixels as they were looked at and found good; other versions of Cairo and FreeType may differ a little.
@Suite("Pixels as they were recorded")
struct PixelGoldenTests {
  static let names = ["everything", "lines", "cells", "dots"]

  private static func list(_ name: String) throws -> DisplayList {
    if name == "everything" { return Figures.everything() }
    let renderer = try Figures.renderer.get()
    var data = SampleData(seed: 31)
    let plot: Plot
    switch name {
    case "lines":
      let x = (0..<30).map(Double.init)
      plot = Plot(
        "Lines", x: Axis(.linear, "step (10^{3})"), y: Axis(.log, "‖\\it{g}‖_{2}"), shape: .ratio(0.6),
        marks: (0..<5).map { series in
          LineMark(
            x: x,
            y: x.map {
              $0 == 9 && series == 1
                ? .infinite : $0 == 14 && series == 2 ? .nan : PlotValue(exp(-$0 / Double(4 + 3 * series)))
            },
            paint: .category(series), name: "layer \(series)")
        })
    case "cells":
      let tokens = ["The", " cat", " sat", "注意", "سلام", "▁so", "\n", "😀"]
      plot = Plot(
        "Cells", x: .tokens(tokens, "key"), y: .tokens(tokens, "query"), color: .sequential("weight", 0...1),
        shape: .square(rows: 8, columns: 8, largestSide: 160),
        marks: [
          CellMark(
            rows: 8, columns: 8,
            values: (0..<64).map {
              $0 % 8 > $0 / 8 ? .blank : $0 == 16 ? .nan : $0 == 25 ? .notApplicable : PlotValue(data.uniform())
            })
        ])
    default:
      var dots = Plot(
        "Dots", x: Axis(.linear, "component 1"), y: Axis(.linear, "component 2"),
        color: .categorical("label", (0..<6).map { .init("class \($0)", .category($0)) } + [.init("other", .other)]),
        shape: .ratio(0.8),
        marks: [
          DotMark(
            x: (0..<300).map { _ in PlotValue(data.normal()) }, y: (0..<300).map { _ in PlotValue(data.normal()) },
            color: (0..<300).map { PlotValue(Double($0 % 7)) }, radius: 2.4, opacity: 0.75)
        ])
      dots.hasDiscLegend = true
      plot = dots
    }
    return plot.displayList(id: name, width: 234, theme: .paper, measurer: renderer)
  }

  @Test("Nearly every pixel is as it was", arguments: names)
  func golden(_ name: String) throws {
    let renderer = try Figures.renderer.get()
    let list = try Self.list(name)
    let bytes = Data(try renderer.render(list, as: .png(dpi: 100)))
    let url = Fixtures.root.appending(path: "Tests/Goldens/Pixels/\(name).png")
    if ProcessInfo.processInfo.environment["TOMOGRAPH_RECORD"] == "1" {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try bytes.write(to: url)
      return
    }
    let drawn = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(UUID().uuidString).png")
    try bytes.write(to: drawn)
    defer { try? FileManager.default.removeItem(at: drawn) }
    let expected = try ImageFile(path: url.path(percentEncoded: false)).read().converted(toChannels: 3)
    let found = try ImageFile(path: drawn.path(percentEncoded: false)).read().converted(toChannels: 3)
    try #require(expected.width == found.width && expected.height == found.height)
    let differences = zip(expected.samples, found.samples).map { $0 > $1 ? $0 - $1 : $1 - $0 }
    let mean = differences.reduce(0.0) { $0 + Double($1) } / Double(differences.count)
    let far = Double(differences.count { $0 > 48 }) / Double(differences.count)
    guard mean >= 1 || far >= 0.004 else { return }
    // Expected, found and their difference below one another.
    let samples = expected.samples + found.samples + differences.map { 255 - $0 }
    var pixels: [UInt8] = []
    for place in stride(from: 0, to: samples.count, by: 3) { pixels += samples[place..<place + 3] + [255] }
    let size = Size(Double(found.width), Double(found.height * 3))
    let image = PixelImage(width: found.width, height: found.height * 3, pixels: pixels)
    let sheet = DisplayList(
      id: name, size: size, background: nil, items: [.image(image, in: Rect(0, 0, size.width, size.height))])
    let file = Fixtures.root.appending(path: ".build/differences/\(name).png")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(try renderer.render(sheet, as: .png(dpi: 72))).write(to: file)
    Issue.record("\(name): mean \(mean), a share of \(far) far off; see .build/differences/\(name).png")
  }
}
