import Drawing
import Foundation
import TestSupport
import Testing

@testable import CairoRenderer

/// What other programs make of the files; skipped where a program is missing.
@Suite("Other programs") struct ToolTests {
  let renderer: Renderer

  init() throws { renderer = try Figures.renderer.get() }

  static func path(_ tool: String) -> String? {
    ["/usr/bin", "/usr/local/bin"].map { "\($0)/\(tool)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Standard output of a program that is given a file.
  private func output(_ tool: String, _ arguments: [String], on file: [UInt8], named name: String) throws -> Data {
    let folder = FileManager.default.temporaryDirectory.appending(path: "figures-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(file).write(to: folder.appending(path: name))
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: Self.path(tool) ?? "")
    process.currentDirectoryURL = folder
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return data
  }

  @Test("PDFs embed no Type 3 font and every font they use", .enabled(if: path("pdffonts") != nil))
  func fonts() throws {
    let pdf = try renderer.render(Figures.everything(), as: .pdf)
    let lines = String(decoding: try output("pdffonts", ["a.pdf"], on: pdf, named: "a.pdf"), as: UTF8.self)
      .split(separator: "\n").dropFirst(2)
    #expect(lines.count >= 8)
    for line in lines {
      #expect(!line.contains("Type 3"))
      #expect(line.contains("TrueType") || line.contains("Type 1C") || line.contains("Type 0C"))
      #expect(line.contains("yes yes yes"), "\(line)")
    }
  }

  @Test("the text of a PDF can be found", .enabled(if: path("pdftotext") != nil))
  func text() throws {
    let pdf = try renderer.render(Figures.everything(), as: .pdf)
    let text = String(
      decoding: try output("pdftotext", ["-raw", "a.pdf", "-"], on: pdf, named: "a.pdf"), as: UTF8.self)
    for word in [
      "the", "<|endoftext|>", "fi->!=ffi", "Ελληνικά", "Привет", "注意力头", "カタカナ", "U+1F469", "U+0000", "GPT-2", "Anchor",
      "clipped and faded",
    ] {
      #expect(text.contains(word), "\(word)")
    }
  }

  @Test("PDFs have one page of the exact size, a title and a fixed date", .enabled(if: path("pdfinfo") != nil))
  func info() throws {
    let pdf = try renderer.render(Figures.everything(), as: .pdf)
    let text = String(decoding: try output("pdfinfo", ["-rawdates", "a.pdf"], on: pdf, named: "a.pdf"), as: UTF8.self)
    func value(_ key: String) -> String? {
      text.split(separator: "\n").first { $0.hasPrefix("\(key):") }?.dropFirst(key.count + 1)
        .trimmingCharacters(in: .whitespaces)
    }
    #expect(value("Pages") == "1")
    #expect(value("Page size")?.hasPrefix("640 x 500 pts") == true)
    #expect(value("Title") == "Everything & <more> 注意")
    #expect(value("CreationDate") == "20000101000000Z")
    #expect(value("ModDate") == "20000101000000Z")
  }

  @Test("images of a PDF are not interpolated", .enabled(if: path("pdfimages") != nil))
  func images() throws {
    let pdf = try renderer.render(Figures.everything(), as: .pdf)
    let lines = String(decoding: try output("pdfimages", ["-list", "a.pdf"], on: pdf, named: "a.pdf"), as: UTF8.self)
      .split(separator: "\n").dropFirst(2)
    // Two images, one with a mask; nothing else was made an image.
    #expect(lines.count == 3)
    for line in lines { #expect(line.split(separator: " ")[9] == "no", "\(line)") }
  }

  /// Pixels of a binary PPM, as mean levels 0…255.
  private func levels(ppm: Data) -> (width: Int, levels: [Double])? {
    var place = ppm.startIndex
    var fields: [String] = []
    while fields.count < 4, let end = ppm[place...].firstIndex(where: { $0 == 10 || $0 == 32 }) {
      fields.append(String(decoding: ppm[place..<end], as: UTF8.self))
      place = end + 1
    }
    guard fields.count == 4, fields[0] == "P6", let width = Int(fields[1]) else { return nil }
    let bytes = [UInt8](ppm[place...])
    return (
      width,
      stride(from: 0, to: bytes.count - 2, by: 3).map {
        Double(Int(bytes[$0]) + Int(bytes[$0 + 1]) + Int(bytes[$0 + 2])) / 3
      }
    )
  }

  private func difference(_ ppm: Data) throws -> Double {
    let own = try renderer.pixels(of: Figures.everything(), dpi: 144)
    let other = try #require(levels(ppm: ppm))
    try #require(other.width == own.width && other.levels.count == own.pixels.count)
    var sum = 0.0
    for (pixel, level) in zip(own.pixels, other.levels) {
      let mean = Double((pixel & 255) + (pixel >> 8 & 255) + (pixel >> 16 & 255)) / 3
      sum += abs(mean - level)
    }
    return sum / Double(own.pixels.count)
  }

  @Test("the PDF looks like the PNG", .enabled(if: path("pdftoppm") != nil))
  func pdfPicture() throws {
    let pdf = try renderer.render(Figures.everything(), as: .pdf)
    #expect(try difference(try output("pdftoppm", ["-r", "144", "a.pdf"], on: pdf, named: "a.pdf")) < 3)
  }

  @Test("the SVG looks like the PNG", .enabled(if: path("rsvg-convert") != nil && path("pdftoppm") != nil))
  func svgPicture() throws {
    let svg = try renderer.render(Figures.everything(), as: .svg)
    let pdf = try output("rsvg-convert", ["-f", "pdf", "a.svg"], on: svg, named: "a.svg")
    #expect(try difference(try output("pdftoppm", ["-r", "144", "a.pdf"], on: [UInt8](pdf), named: "a.pdf")) < 3)
  }
}
