import Drawing
import Testing

@Suite("The listing of a display list") struct ListingTests {
  static let stroke = Stroke(Color(hex: 0x336699), width: 0.5, dash: [2, 1.005], cap: .round)

  @Test(
    "each item is one line",
    arguments: [
      (
        DrawingItem.path(
          [
            .move(Point(1, 2)), .line(Point(3.14159, -0.001)), .curve(Point(0, 1), Point(2, 3), to: Point(4, 5)),
            .close,
          ],
          fill: Color(hex: 0xFF0000, opacity: 0.25), stroke: stroke),
        "path M 1 2 L 3.14 0 C 0 1 2 3 4 5 Z fill #ff0000/0.25 stroke #336699 0.5 dash 2,1 round"
      ),
      (.rect(Rect(0, 1, 2, 3), fill: .white, stroke: nil, crisp: true), "rect 0 1 2 3 fill #ffffff crisp"),
      (
        .discs([Point(1, 2), Point(3, 4.567)], radius: 1.5, fill: .black, stroke: nil),
        "discs 2 r 1.5 fill #000000 at 1,2 3,4.57"
      ),
      (
        .text(
          TextRun(
            "a\"b\\\n\u{202E}注", font: Font(.mono, size: 9, weight: .bold, italic: true), color: .black,
            at: Point(5, 6),
            horizontal: .end, vertical: .middle, rotation: -90)),
        "text \"a\\\"b\\\\\\u{a}\\u{202e}注\" 5 6 end middle turned -90 mono 9 bold italic #000000"
      ),
      (
        .image(PixelImage(width: 1, height: 1, pixels: [1, 2, 3, 4]), in: Rect(0, 0, 9, 9)),
        "image 1x1 in 0 0 9 9 pixels be7a5e775165785d"
      ),
      (
        .group([.group([], clip: nil, opacity: 1)], clip: Rect(1, 2, 3, 4), opacity: 0.5),
        "group clip 1 2 3 4 opacity 0.5\n  group"
      ),
    ])
  func line(item: DrawingItem, expected: String) {
    let list = DisplayList(id: "a", size: Size(100, 50.5), background: nil, items: [item])
    #expect(list.listing == "figure \"a\" 100x50.5 on none\n\(expected)\n")
  }

  @Test("title and description come first, each on one line")
  func captions() {
    let list = DisplayList(
      id: "a", size: Size(1, 1), background: .white, items: [], title: "T", description: "two\nlines")
    #expect(list.listing == "figure \"a\" 1x1 on #ffffff\ntitle \"T\"\ndescription \"two\\u{a}lines\"\n")
  }
}

@Suite("Fixed-advance text") struct FixedAdvanceTests {
  @Test("width grows with the letters and the size", arguments: [("", 0.0), ("a", 6), ("注意", 12), ("e\u{301}", 12)])
  func width(text: String, expected: Double) {
    let extent = FixedAdvance().extent(of: text, in: Font(size: 10))
    #expect(extent == TextExtent(width: expected, ascent: 8, descent: 2))
  }
}
