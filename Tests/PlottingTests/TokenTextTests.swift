import Plotting
import Testing

@Suite("Tokens as they are drawn")
struct TokenTextTests {
  @Test("Byte-level spellings are read back, and spaces and line ends can be seen")
  func byteLevel() {
    let texts = TokenText.texts(["Ġthe", "Ċ", "ä¸ŃåĽ½", "å", "ĠĠ", "a", "<|endoftext|>"])
    #expect(texts.map(\.lead) == ["␣", "", "", "", "␣␣", "", ""])
    #expect(texts.map(\.body) == ["the", "↵", "中国", "\\xE5", "", "a", "<|endoftext|>"])
  }

  @Test("SentencePiece's mark is a space, WordPiece's stays")
  func marks() {
    #expect(TokenText.texts(["▁Hello", "##ing", "[CLS]"]).map(\.whole) == ["␣Hello", "##ing", "[CLS]"])
  }

  @Test(
    "Nothing invisible stays so",
    arguments: [
      ("\t", "⇥"), ("\u{1}", "␁"), ("\u{200B}", "U+200B"), ("\u{202E}x", "U+202Ex"), ("\u{301}", "◌\u{301}"), ("", "∅"),
      ("a b", "a␣b"), ("\u{7F}", "␡"),
    ])
  func invisible(_ text: String, _ expected: String) {
    #expect(TokenText(visible: text).whole == expected)
  }
}
