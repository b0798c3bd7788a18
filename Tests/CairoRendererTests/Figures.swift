import CairoRenderer
import Drawing
import Foundation
import TestSupport

/// Display lists that hold everything that can be drawn.
enum Figures {
  static let renderer = Result { try Renderer(fonts: Fixtures.root.appending(path: "fonts")) }

  /// Texts that tokenizers really give, and worse.
  static let texts = [
    "the", "Ġthe", "don't", "<|endoftext|>", "a & b < c > \"d\"", "fi->!=ffi", "naïve", "e\u{301}", "Ελληνικά",
    "Привет",
    "سلام", "שלום", "注意力头", "「漢字」カタカナ", "😀", "a😀b", "👩‍👩‍👧", "❤\u{FE0F}", "\u{0}", "\t\n", "\u{202E}abc", "∑∂√∞≈≤→", "x₁²",
    "مرحبا GPT-2 العالم", "",
  ]

  static func everything(id: String = "torture") -> DisplayList {
    var items: [DrawingItem] = []
    let gray = Stroke(Color(hex: 0xBBBBBB), width: 0.5)
    func cross(_ point: Point) {
      items.append(
        .path(
          [
            .move(Point(point.x - 4, point.y)), .line(Point(point.x + 4, point.y)), .move(Point(point.x, point.y - 4)),
            .line(Point(point.x, point.y + 4)),
          ], fill: nil, stroke: Stroke(Color(hex: 0xD0021B), width: 0.5)))
    }
    func text(_ run: TextRun) {
      items.append(.text(run))
      cross(run.position)
    }
    // Every text, in each family and style.
    for (place, string) in texts.enumerated() {
      let y = 16 + Double(place) * 15
      text(TextRun(string, font: Font(size: 9), color: .black, at: Point(10, y)))
      text(TextRun(string, font: Font(size: 9, weight: .bold), color: .black, at: Point(120, y)))
      text(TextRun(string, font: Font(.serif, size: 9, italic: true), color: .black, at: Point(235, y)))
      text(TextRun(string, font: Font(.mono, size: 9), color: Color(hex: 0x1F4E9E), at: Point(345, y)))
    }
    // Every pair of anchors, upright and turned.
    let horizontals: [TextRun.HorizontalAnchor] = [.start, .middle, .end]
    let verticals: [TextRun.VerticalAnchor] = [.top, .middle, .baseline, .bottom]
    for (row, vertical) in verticals.enumerated() {
      for (column, horizontal) in horizontals.enumerated() {
        for (block, rotation) in [0.0, -90, 30].enumerated() {
          text(
            TextRun(
              "Anchor", font: Font(size: 8), color: .black,
              at: Point(490 + Double(column) * 45, 20 + Double(row) * 35 + Double(block) * 150), horizontal: horizontal,
              vertical: vertical, rotation: rotation))
        }
      }
    }
    // Lines, curves, dashes, caps.
    for (place, cap) in [Stroke.Cap.butt, .round, .square].enumerated() {
      let y = 405 + Double(place) * 10
      items.append(
        .path(
          [.move(Point(10, y)), .line(Point(100, y))], fill: nil,
          stroke: Stroke(Color(hex: 0x1F77B4), width: 4, dash: [8, 8], cap: cap)))
    }
    items.append(
      .path(
        [
          .move(Point(110, 430)), .curve(Point(130, 380), Point(160, 480), to: Point(190, 410)), .line(Point(190, 430)),
          .close,
        ],
        fill: Color(hex: 0xFFCC00, opacity: 0.5), stroke: Stroke(.black, width: 1)))
    // Crisp cells without seams, and the same as an image.
    for row in 0..<6 {
      for column in 0..<10 {
        items.append(
          .rect(
            Rect(200 + Double(column) * 6.37, 400 + Double(row) * 6.37, 6.37, 6.37),
            fill: Color(hex: UInt32(0x336699 + row * 0x1A00 + column * 0x110000)), stroke: nil, crisp: true))
      }
    }
    items.append(.rect(Rect(200, 400, 63.7, 38.22), fill: nil, stroke: Stroke(.black, width: 1), crisp: true))
    var pixels: [UInt8] = []
    for row in 0..<6 { for column in 0..<10 { pixels += [UInt8(row * 40), UInt8(column * 25), 160, 255] } }
    items.append(.image(PixelImage(width: 10, height: 6, pixels: pixels), in: Rect(280, 400.3, 63.7, 38.22)))
    items.append(.rect(Rect(280, 400.3, 63.7, 38.22), fill: nil, stroke: gray, crisp: false))
    for place in stride(from: 3, to: pixels.count, by: 4) { pixels[place] = UInt8(place) }
    items.append(.image(PixelImage(width: 10, height: 6, pixels: pixels), in: Rect(355, 400, 63.7, 38.22)))
    // Discs, opaque, translucent and outlined, clipped and faded as a group.
    var centres: [Point] = []
    for place in 0..<60 { centres.append(Point(Double(10 + place * 37 % 83), Double(450 + place * 53 % 41))) }
    items.append(.discs(centres, radius: 3, fill: Color(hex: 0x2CA02C), stroke: nil))
    items.append(
      .discs(centres.map { Point($0.x + 100, $0.y) }, radius: 4, fill: Color(hex: 0x9467BD, opacity: 0.4), stroke: nil))
    items.append(
      .group(
        [
          .discs(
            centres.map { Point($0.x + 200, $0.y) }, radius: 5, fill: Color(hex: 0xFF7F0E),
            stroke: Stroke(.black, width: 0.5)),
          .text(TextRun("clipped and faded", font: Font(size: 14), color: .black, at: Point(205, 475))),
        ], clip: Rect(205, 455, 80, 30), opacity: 0.5))
    return DisplayList(
      id: id, size: Size(640, 500), background: .white, items: items, title: "Everything & <more> 注意",
      description: "All items,\u{1} all anchors.")
  }
}
