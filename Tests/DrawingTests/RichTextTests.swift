import Drawing
import Testing

@Suite("Text with raised, lowered and slanted parts")
struct RichTextTests {
  @Test(
    "Markup is read into spans",
    arguments: [
      ("plain", [RichText.Span("plain")]),
      ("10^{−3}", [.init("10"), .init("−3", .raised)]),
      ("10⁻³", [.init("10"), .init("−3", .raised)]),
      ("σ₁²", [.init("σ"), .init("1", .lowered), .init("2", .raised)]),
      ("\\it{α}_{ij}", [.init("α", isItalic: true), .init("ij", .lowered)]),
      ("x_{\\it{t}+1}", [.init("x"), .init("t", .lowered, isItalic: true), .init("+1", .lowered)]),
      ("a^{open", [.init("a"), .init("open", .raised)]),
      ("snake_case ^ {x}", [.init("snake_case ^ {x}")]),
      ("\\^{2} \\\\ \\}", [.init("^{2} \\ }")]),
      ("", []),
    ] as [(String, [RichText.Span])])
  func spans(_ markup: String, _ expected: [RichText.Span]) {
    #expect(RichText(markup).spans == expected)
  }

  @Test("Escaped text means itself", arguments: ["10^{−3}", "\\it{x}", "a_{b}", "{}", "\\", "plain"])
  func escaped(_ text: String) {
    #expect(RichText(RichText.escaped(text)).spans == [.init(text)])
  }

  @Test("Pieces stand side by side and take the room that is said", arguments: TextRun.HorizontalAnchor.allValues)
  func pieces(_ anchor: TextRun.HorizontalAnchor) {
    let measurer = FixedAdvance()
    let font = Font(size: 10)
    let run = TextRun("log_{10} \\it{x}^{2}", font: font, color: .black, at: Point(100, 50), horizontal: anchor)
    let pieces = run.pieces(measurer)
    #expect(pieces.map(\.text) == ["log", "10", " ", "x", "2"])
    let width = measurer.extent(ofRich: run.text, in: font).width
    let start = anchor == .start ? 100 : anchor == .middle ? 100 - width / 2 : 100 - width
    #expect(abs(pieces[0].position.x - start) < 1e-9)
    for (left, right) in zip(pieces, pieces.dropFirst()) {
      let end = left.position.x + measurer.extent(of: left.text, in: left.font).width
      #expect(abs(end - right.position.x) < 1e-9)
    }
    #expect(pieces[1].position.y > 50 && pieces[4].position.y < 50 && pieces[3].font.italic)
  }

  @Test("A turned run's pieces follow its direction")
  func turned() {
    let run = TextRun("a^{2}", font: Font(size: 10), color: .black, at: Point(0, 0), rotation: -90)
    let pieces = run.pieces(FixedAdvance())
    #expect(pieces[1].position.y < pieces[0].position.y)
    #expect(pieces[1].position.x < 0)
  }
}

extension TextRun.HorizontalAnchor {
  fileprivate static let allValues: [TextRun.HorizontalAnchor] = [.start, .middle, .end]
}
