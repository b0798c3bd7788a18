/// The one place for each syntax in which foreign text (tokens, names, paths) is made harmless.
///
/// Nothing is lost on the way: control characters, and the invisible ones that would reorder the text around them, are
/// shown by name.
package enum Escaping {
  /// Control and bidirectional formatting characters as visible signs: `␊`, `⟨U+202E⟩`.
  package static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isInvisible) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0..<0x20: result.unicodeScalars.append(UnicodeScalar(0x2400 + scalar.value) ?? scalar)
      case 0x7f: result += "␡"
      case _ where isInvisible(scalar):
        let hex = String(scalar.value, radix: 16, uppercase: true)
        result += "⟨U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex + "⟩"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isInvisible(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f...0x9f, 0x061c, 0x200b, 0x200e...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff,
      0xfff9...0xfffb,
      0xfffe, 0xffff:
      true
    default: false
    }
  }

  /// For HTML text and quoted attributes.
  package static func html(_ text: String) -> String {
    replacing(text) { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      default: nil
      }
    }
  }

  /// For XML text and quoted attributes. XML has no form for most control characters, so they are shown.
  package static func xml(_ text: String) -> String {
    html(
      text.unicodeScalars.contains { $0 == "\n" || $0 == "\t" }
        ? text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
          line.split(separator: "\t", omittingEmptySubsequences: false).map { visible(String($0)) }.joined(
            separator: "\t")
        }.joined(separator: "\n") : visible(text))
  }

  /// For Markdown prose and table cells (GitHub's dialect): one line in which nothing is markup.
  package static func markdown(_ text: String) -> String {
    let text = visible(text).replacing("://", with: "\u{0}//")
    return replacing(text) { scalar in
      switch scalar {
      // No link is made of an address.
      case "\u{0}": "\\:"
      case "\\", "`", "*", "_", "[", "]", "|", "~", "#", "$": "\\" + String(Character(scalar))
      case "<": "&lt;"
      case ">": "&gt;"
      case "&": "&amp;"
      // No mention of somebody.
      case "@": "&#64;"
      default: nil
      }
    }
  }

  /// A path as the address of a link: everything but letters, digits and `/._-` as `%` and its bytes.
  package static func address(_ path: String) -> String {
    path.utf8.map { byte in
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "/._-".utf8.contains(byte)
      return isPlain
        ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }

  /// A Markdown code span, for tokens and names, also inside table cells.
  package static func markdownCode(_ text: String) -> String {
    let shown = visible(text)
    guard !shown.isEmpty else { return "` `" }
    var longest = 0
    var run = 0
    for scalar in shown.unicodeScalars {
      run = scalar == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let needsSpace = shown.hasPrefix("`") || shown.hasSuffix("`") || (shown.hasPrefix(" ") && shown.hasSuffix(" "))
    let space = needsSpace ? " " : ""
    return fence + space + shown.replacing("|", with: "\\|") + space + fence
  }

  /// A field of text in a CSV file (RFC 4180). A spreadsheet takes one that begins with `=`, `+`, `-` or `@`, be it
  /// behind tabs and line ends, for a formula: an apostrophe before it says that it is text.
  package static func csv(_ text: String) -> String {
    let first = text.unicodeScalars.first { !"\t\r\n".unicodeScalars.contains($0) }
    let isFormula = first.map("=+-@".unicodeScalars.contains) ?? false
    let text = isFormula ? "'" + text : text
    let special = text.unicodeScalars.contains { "\",\n\r".unicodeScalars.contains($0) }
    guard special || text.first == " " || text.last == " " else { return text }
    return "\"" + replacing(text) { $0 == "\"" ? "\"\"" : nil } + "\""
  }

  private static func replacing(_ text: String, _ replacement: (UnicodeScalar) -> String?) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count + 16)
    for scalar in text.unicodeScalars {
      if let replaced = replacement(scalar) { result += replaced } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }
}
