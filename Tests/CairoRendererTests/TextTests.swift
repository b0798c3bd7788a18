import Drawing
import Foundation
import TestSupport
import Testing

@testable import CairoRenderer

@Suite("Text") struct TextTests {
  let renderer: Renderer

  init() throws { renderer = try Figures.renderer.get() }

  /// Text after segmentation, code points in brackets, changes of face as a bar.
  private func segmented(_ text: String, _ font: Font = Font(size: 9)) -> String {
    let line = TextSegments(text, chain: renderer.typefaces.chain(for: font), covers: renderer.typefaces.covers)
    return line.segments.map { segment in
      let part = String(decoding: line.text[segment.bytes], as: UTF8.self)
      return segment.isCodePoint ? "[\(part)]" : part
    }.joined(separator: "|")
  }

  @Test(
    "what no font has, and what would be invisible, is its code point",
    arguments: [
      ("", ""), ("plain", "plain"), ("\u{0}", "[U+0000]"), ("a\tb\n", "a|[U+0009]|b|[U+000A]"),
      ("👩‍👩‍👧", "[U+1F469 U+1F469 U+1F467]"), ("❤\u{FE0F}", "❤"), ("\u{202E}abc", "[U+202E]|abc"),
      ("\u{10FFFF}", "[U+10FFFF]"), ("\u{E000}", "[U+E000]"), ("\u{200B}", "[U+200B]"), ("\u{FEFF}x", "[U+FEFF]|x"),
      ("\u{2028}", "[U+2028]"), ("\u{200D}", "[U+200D]"), ("\u{64E}", "\u{64E}"),
      ("می\u{200C}خواهم", "می\u{200C}خواهم"), ("a注b", "a|注|b"), ("e\u{301}", "e\u{301}"), ("سلام عليكم", "سلام عليكم"),
      ("\u{2066}x\u{2069}", "\u{2066}x\u{2069}"), ("\u{2066}x", "[U+2066]|x"), ("\u{2069}\u{2066}", "[U+2069 U+2066]"),
    ])
  func codePoints(text: String, expected: String) {
    #expect(Array(segmented(text).utf8) == Array(expected.utf8))
  }

  static let alphabets = [
    "ABCabc0123456789.,;:!?'\"()[]{}<>|/\\@#$%^&*-+=_~`", "ÀÉÎÕÜßçñøåæœłžğšăĠĊĂ", "ΑΒΓΔΩαβγδεζηθικλμνξοπρστυφχψωάέ",
    "АБВГДЕЖЗИЙКабвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ", "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىةپچژگ",
    "的一是不了人我在有他这为之大来以个中上们",
    "注意力头熵层模型训练梯度，。、；：？！「」『』（）《》", "−×±≤≥≈∞→←↑↓∑√∂∇·…–—“”‘’°µ²³₀₁₂",
  ]

  @Test("every script that is promised has its letters, in every face", arguments: alphabets)
  func coverage(alphabet: String) {
    for family in [Font.Family.sans, .serif, .mono] {
      for style in 0..<4 {
        let font = Font(family, size: 9, weight: style & 1 == 0 ? .regular : .bold, italic: style & 2 != 0)
        #expect(!segmented(alphabet, font).contains("[U+"), "\(family) \(style)")
        let shaped = renderer.shape(alphabet, in: font)
        #expect(shaped.runs.allSatisfy { run in run.glyphs.allSatisfy { $0.id != 0 } }, "\(family) \(style)")
      }
    }
  }

  @Test("bold and italic letters come from faces of their own", arguments: [Font.Family.sans, .serif, .mono])
  func faces(family: Font.Family) throws {
    for (bold, italic) in [(false, false), (true, false), (false, true), (true, true)] {
      let shaped = renderer.shape("a", in: Font(family, size: 9, weight: bold ? .bold : .regular, italic: italic))
      let face = renderer.typefaces.faces[try #require(shaped.runs.first?.face)]
      #expect(face.family == Typefaces.families[family])
      #expect(face.isBold == bold && face.isItalic == italic)
    }
  }

  @Test("width is proportional to size, and nothing is rounded", arguments: Figures.texts)
  func scaling(text: String) {
    let small = renderer.extent(of: text, in: Font(size: 1))
    let large = renderer.extent(of: text, in: Font(size: 137))
    #expect(abs(large.width - 137 * small.width) < 1e-9)
    #expect(large.height == large.ascent + large.descent && large.ascent > large.descent && large.descent > 0)
    #expect(text.isEmpty == (small.width == 0))
  }

  @Test("letters of a monospaced font advance alike, ligatures or not")
  func monospaced() {
    let one = renderer.extent(of: "a", in: Font(.mono, size: 10)).width
    for text in ["->!=", "iiii", "MWMW", "fi<=", "0123"] {
      #expect(abs(renderer.extent(of: text, in: Font(.mono, size: 10)).width - 4 * one) < 1e-9)
    }
    #expect(renderer.shape("->", in: Font(.sans, size: 9)).runs.flatMap(\.glyphs).count == 2)
  }

  @Test("Arabic is joined and runs from right to left")
  func rightToLeft() throws {
    let word = renderer.shape("سلام", in: Font(size: 10))
    let apart = "سلام".unicodeScalars.map { renderer.shape(String($0), in: Font(size: 10)).width }.reduce(0, +)
    #expect(word.width < apart)
    #expect(word.runs.count == 1 && word.runs[0].isBackward)
    #expect(word.runs[0].clusters.map(\.bytes).reduce(0, +) == 8)
    // The first letter of the line in reading order is drawn last.
    let mixed = renderer.shape("א1", in: Font(size: 10))
    #expect(mixed.runs.last.map { String(decoding: $0.text, as: UTF8.self) } == "א")
  }

  @Test("clusters account for every byte and glyph", arguments: Figures.texts)
  func clusters(text: String) {
    for run in renderer.shape(text, in: Font(size: 9)).runs {
      #expect(run.clusters.map(\.bytes).reduce(0, +) == run.text.count)
      #expect(run.clusters.map(\.glyphs).reduce(0, +) == run.glyphs.count)
    }
  }

  /// Bounds of what is dark on a page of one text at (100, 100), in points.
  private func bounds(_ run: TextRun) throws -> Rect {
    let page = DisplayList(id: "t", size: Size(200, 200), background: .white, items: [.text(run)])
    let raster = try renderer.pixels(of: page, dpi: 288)
    var (left, top, right, bottom) = (Int.max, Int.max, Int.min, Int.min)
    for y in 0..<raster.height {
      for x in 0..<raster.width where raster.pixels[y * raster.width + x] & 255 < 128 {
        (left, top, right, bottom) = (min(left, x), min(top, y), max(right, x + 1), max(bottom, y + 1))
      }
    }
    try #require(right > left)
    return Rect(Double(left) / 4, Double(top) / 4, Double(right - left) / 4, Double(bottom - top) / 4)
  }

  @Test(
    "text lies where its anchors say", arguments: [TextRun.HorizontalAnchor.start, .middle, .end],
    [TextRun.VerticalAnchor.top, .middle, .baseline, .bottom])
  func anchors(horizontal: TextRun.HorizontalAnchor, vertical: TextRun.VerticalAnchor) throws {
    let font = Font(size: 20)
    let extent = renderer.extent(of: "HH", in: font)
    let at = Point(100, 100)
    let found = try bounds(
      TextRun("HH", font: font, color: .black, at: at, horizontal: horizontal, vertical: vertical))
    let left: Double = [.start: 100, .middle: 100 - extent.width / 2, .end: 100 - extent.width][horizontal]!
    let baseline: Double =
      [
        .top: 100 + extent.ascent, .middle: 100 + (extent.ascent - extent.descent) / 2, .baseline: 100,
        .bottom: 100 - extent.descent,
      ][vertical]!
    // H stands on the baseline; its sides leave a little of the advance.
    #expect(abs(found.maxY - baseline) <= 0.5)
    #expect(abs(found.midX - (left + extent.width / 2)) <= 0.5)
    #expect(found.minX >= left - 0.25 && found.maxX <= left + extent.width + 0.25)
  }

  @Test("turning is clockwise about the position", arguments: [90.0, -90, 180, 45])
  func rotation(degrees: Double) throws {
    let found = try bounds(TextRun("HHHH", font: Font(size: 20), color: .black, at: Point(100, 100), rotation: degrees))
    switch degrees {
    case 90: #expect(found.minY > 99 && found.minX > 99.5 && found.height > 2 * found.width)
    case -90: #expect(found.maxY < 101 && found.maxX < 100.5 && found.height > 2 * found.width)
    case 180: #expect(found.maxX < 101 && found.minY > 99.5 && found.width > 2 * found.height)
    default: #expect(found.minY > 85 && found.maxY > 130 && found.maxX > 130 && found.minX > 85)
    }
  }
}
