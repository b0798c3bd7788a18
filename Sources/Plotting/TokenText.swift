import Support

/// What is drawn for a token: its text with everything invisible made visible.
package struct TokenText: Hashable, Sendable {
  /// Marks in front that stand for a space (`␣`, SentencePiece's `▁`), set in a lighter colour; usually one or none.
  package var lead: String
  package var body: String

  package var whole: String { lead + body }

  package init(lead: String = "", body: String) {
    self.lead = lead
    self.body = body
  }

  package static func texts(_ tokens: [String]) -> [TokenText] { tokens.map(TokenText.init(visible:)) }

  /// Spaces, line ends, controls, and marks that combine or change direction, each as something that can be seen.
  package init(visible text: String) {
    let opening = text.unicodeScalars.prefix { $0 == " " || $0 == "▁" }
    let rest = text.unicodeScalars[opening.endIndex...]
    lead = String(opening).replacing(" ", with: "␣")
    body = String(rest).map(Self.visible).joined()
    // What combines has something to stand on.
    if let first = rest.first, [.nonspacingMark, .enclosingMark].contains(first.properties.generalCategory),
      !Self.isSelector(first)
    {
      body = "◌" + body
    }
    if body.isEmpty, lead.isEmpty { body = "∅" }
  }

  /// What the marks among some tokens stand for, as a sentence; nil where there are none.
  package static func explanation(of tokens: [String]) -> String? {
    let shown = tokens.map { TokenText(visible: $0).whole }
    let marks = [
      ("␣", phrase("tokenText.isASpace")), ("▁", phrase("tokenText.tokenizersMarkSpace")),
      ("##", phrase("tokenText.continuesAWord")),
      ("↵", phrase("tokenText.isALineEnd")), ("⇥", phrase("tokenText.isATab")),
      ("⟨", phrase("tokenText.e6ByteCharacter")),
      ("<0x", phrase("tokenText.byteInBrackets")),
    ]
    let parts = marks.filter { mark in shown.contains { $0.contains(mark.0) } }.map(\.1)
    return parts.isEmpty ? nil : phrase("tokenText.marks", ["marks": parts.listed])
  }

  /// The text that tokens begin with, as it is read: whole words, and `…` where it is cut. What is written in brackets
  /// alone (`[CLS]`, `<s>`) is left out; nil where nothing but that is there.
  package static func beginning(of tokens: [String], atMost length: Int) -> String? {
    let words = tokens.filter { $0.wholeMatch(of: /\[[A-Z]+\]|<[^>]*>/) == nil }
    // WordPiece marks what goes on, others what begins; where nothing is marked, tokens are words or single characters.
    let marksStarts = words.contains { $0.first == " " || $0.first == "▁" }, hasWords = words.contains { $0.count > 1 }
    func isOfWord(_ character: Character?) -> Bool {
      guard let character, let scalar = character.unicodeScalars.first else { return false }
      return (character.isLetter || character.isNumber) && !scalar.properties.isIdeographic
    }
    var text = ""
    for word in words {
      let isPiece = word.hasPrefix("##")
      if !marksStarts, hasWords, !isPiece, isOfWord(word.first), isOfWord(text.last) { text += " " }
      text += isPiece ? String(word.dropFirst(2)) : word.replacing("▁", with: " ")
    }
    let plain = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if plain.isEmpty { return nil }
    if plain.count <= length { return plain.map { $0 == " " ? " " : visible($0) }.joined() }
    let cut = plain.prefix(length)
    let whole = cut.lastIndex(of: " ").map { cut[..<$0] } ?? cut
    return whole.map { $0 == " " ? " " : visible($0) }.joined() + "…"
  }

  /// Of a character the scalars that cannot be seen by themselves, but for what holds an emoji together.
  private static func visible(_ character: Character) -> String {
    let scalars = Array(character.unicodeScalars)
    let isEmoji = scalars[0].properties.isEmoji && (!scalars[0].isASCII || scalars.last?.value == 0x20E3)
    return scalars.enumerated().map { index, scalar in
      let joins = isSelector(scalar) || scalar.value == 0x200D || (0xE0020...0xE007F).contains(scalar.value)
      return index > 0 && isEmoji && joins ? String(scalar) : visible(scalar)
    }.joined()
  }

  private static func isSelector(_ scalar: Unicode.Scalar) -> Bool { (0xFE00...0xFE0F).contains(scalar.value) }

  private static func visible(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x20: return "␣"
    case 0x0A: return "↵"
    case 0x09: return "⇥"
    case 0x0D: return "␍"
    case 0...0x1F: return Unicode.Scalar(0x2400 + scalar.value).map { String(Character($0)) } ?? ""
    case 0x7F: return "␡"
    case 0xA0: return "⍽"
    case 0x80...0x9F, 0xAD, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xFE00...0xFE0F:
      return codePoint(scalar)
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .privateUse, .unassigned, .surrogate, .format, .spaceSeparator: return codePoint(scalar)
    default: return String(Character(scalar))
    }
  }

  private static func codePoint(_ scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
  }
}
