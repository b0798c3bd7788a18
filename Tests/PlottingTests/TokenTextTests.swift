import Plotting
import Testing

@Suite("Tokens as they are drawn")
struct TokenTextTests {
  @Test(
    "Marks of a space stand apart in front, and every other mark stays as the tokenizer has it",
    arguments: [
      (" the", "␣", "the"), ("  ", "␣␣", ""), ("▁Hello", "▁", "Hello"), ("▁", "▁", ""), ("a▁b", "", "a▁b"),
      ("##ing", "", "##ing"), ("[CLS]", "", "[CLS]"), ("<0xE6>", "", "<0xE6>"), ("⟨e6⟩", "", "⟨e6⟩"), ("Ġ", "", "Ġ"),
      ("中国", "", "中国"),
    ])
  func marks(_ text: String, _ lead: String, _ body: String) {
    let token = TokenText(visible: text)
    #expect(token.lead == lead && token.body == body)
  }

  @Test(
    "Nothing invisible stays so",
    arguments: [
      ("\t", "⇥"), ("\n", "↵"), ("\r\n", "␍↵"), ("\u{1}", "␁"), ("\u{200B}", "U+200B"), ("\u{202E}x", "U+202Ex"),
      ("\u{301}", "◌\u{301}"), (" \u{301}", "␣◌\u{301}"), ("", "∅"), ("a b", "a␣b"), ("\u{7F}", "␡"),
      ("\u{3000}", "U+3000"), ("\u{61C}", "U+061C"), ("\u{FE0F}", "U+FE0F"), ("\u{200D}", "U+200D"),
      ("a\u{200D}", "aU+200D"),
    ])
  func invisible(_ text: String, _ expected: String) {
    #expect(TokenText(visible: text).whole == expected)
  }

  @Test(
    "Emoji stay whole, and letters keep their accents",
    arguments: ["❤\u{FE0F}", "👩\u{200D}👧", "🇩🇪", "👍🏽", "1\u{FE0F}\u{20E3}", "e\u{301}", "שלום", "مرحبا"])
  func whole(_ text: String) {
    #expect(TokenText(visible: text).whole == text)
  }

  @Test("Marks are explained where they occur, and only there")
  func explanation() {
    #expect(TokenText.explanation(of: ["a", "中"]) == nil)
    #expect(TokenText.explanation(of: ["a", "▁b"]) == "In tokens, ▁ is the tokenizer's mark of a space.")
    #expect(
      TokenText.explanation(of: [" a", "\n", "⟨e6⟩"])
        == "In tokens, ␣ is a space, ↵ is a line end and ⟨e6⟩ is a byte of a character that several tokens share.")
  }
}
