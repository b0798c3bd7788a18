/// What is drawn for a token: its text with everything invisible made visible.
package struct TokenText: Hashable, Sendable {
  /// Marks in front that stand for a space (`␣`), set in a lighter colour; usually one or none.
  package var lead: String
  package var body: String

  package var whole: String { lead + body }

  package init(lead: String = "", body: String) {
    self.lead = lead
    self.body = body
  }

  /// The texts of the tokens of one document, as its tokenizer spells them.
  ///
  /// Byte-level spellings (`Ġthe`, `ä¸Ń`) are recognised by their marks among all tokens and read back into the text
  /// they stand for; `▁` (SentencePiece) becomes a space mark. `##` (WordPiece) is kept.
  package static func texts(_ tokens: [String]) -> [TokenText] {
    let isByteLevel = tokens.contains { token in
      token.unicodeScalars.contains { $0.value == 0x120 || $0.value == 0x10A }
    }
    return tokens.map { token in
      TokenText(visible: isByteLevel ? decodedBytes(token) ?? token : token.replacing("▁", with: " "))
    }
  }

  /// Spaces, line ends, controls, and marks that combine or change direction, each as something that can be seen.
  package init(visible text: String) {
    lead = ""
    body = ""
    let scalars = Array(text.unicodeScalars)
    let opening = scalars.prefix { $0 == " " }.count
    lead = String(repeating: "␣", count: opening)
    for (index, scalar) in scalars.dropFirst(opening).enumerated() {
      body += Self.visible(scalar, isFirst: index == 0)
    }
    if body.isEmpty, opening == 0 { body = "∅" }
  }

  private static func visible(_ scalar: Unicode.Scalar, isFirst: Bool) -> String {
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
    case .control, .privateUse, .unassigned, .surrogate: return codePoint(scalar)
    case .nonspacingMark, .enclosingMark: return (isFirst ? "◌" : "") + String(Character(scalar))
    default: return String(Character(scalar))
    }
  }

  private static func codePoint(_ scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
  }

  /// The text of a byte-level spelling (GPT-2's table of stand-ins for bytes), bytes that are not text as `\xHH`; nil
  /// where the token is not spelled so.
  private static func decodedBytes(_ token: String) -> String? {
    var bytes: [UInt8] = []
    for scalar in token.unicodeScalars {
      guard let byte = byteOfStandIn[scalar.value] else { return nil }
      bytes.append(byte)
    }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return bytes.map { $0 < 0x80 ? String(Unicode.Scalar($0)) : "\\x" + String($0, radix: 16, uppercase: true) }
      .joined()
  }

  private static let byteOfStandIn: [UInt32: UInt8] = {
    var table: [UInt32: UInt8] = [:]
    var next: UInt32 = 256
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: table[UInt32(byte)] = byte
      default:
        table[next] = byte
        next += 1
      }
    }
    return table
  }()
}
