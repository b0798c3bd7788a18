extension JSONReader {
  /// A text between quotation marks, at the first of which the position is.
  mutating func string() throws(InputError) -> String {
    let quote = bytes[position], opening = position
    position += 1
    var start = position
    var text = ""
    while true {
      while position < bytes.count, bytes[position] != quote, bytes[position] != UInt8(ascii: "\\"),
        bytes[position] >= 0x20
      { position += 1 }
      guard position < bytes.count else {
        position = opening
        throw unexpected(phrase("jsonReader.endStringBegins"))
      }
      let end = position, byte = bytes[position]
      if byte < 0x20 {
        guard options.isJSON5, byte != 0x0A, byte != 0x0D else {
          throw unexpected(phrase("jsonReader.noControlCharacter"))
        }
        position += 1
        continue
      }
      // Most strings have no escape and are taken whole.
      if byte == quote, text.isEmpty {
        let whole = try self.text(start..<end)
        position = end + 1
        return whole
      }
      text += try self.text(start..<end)
      position = end + 1
      if byte == quote { return text }
      try escape(into: &text)
      start = position
    }
  }

  /// What follows a backslash.
  private mutating func escape(into text: inout String) throws(InputError) {
    let byte = next
    position += 1
    switch byte {
    case UInt8(ascii: "n"): text += "\n"
    case UInt8(ascii: "t"): text += "\t"
    case UInt8(ascii: "r"): text += "\r"
    case UInt8(ascii: "b"): text += "\u{8}"
    case UInt8(ascii: "f"): text += "\u{C}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.unicodeScalars.append(Unicode.Scalar(byte))
    case UInt8(ascii: "u"): text.unicodeScalars.append(try scalar())
    default:
      position -= 1
      guard options.isJSON5, try escapeOfJSON5(into: &text) else { throw unexpected(phrase("jsonReader.anEscape")) }
    }
  }

  /// The escapes that JSON5 has besides: `\v`, `\0`, `\x41`, a line's end, which is dropped, and any other character,
  /// which stands for itself.
  private mutating func escapeOfJSON5(into text: inout String) throws(InputError) -> Bool {
    let rest = bytes[min(position, bytes.count)..<min(position + 4, bytes.count)]
    guard let scalar = String(decoding: rest, as: UTF8.self).unicodeScalars.first,
      rest.first ?? 0 < 0x80 || scalar != "\u{FFFD}"
    else { return false }
    switch scalar {
    case "1"..."9": return false
    case "0" where rest.dropFirst().first.map({ (0x30...0x39).contains($0) }) ?? false: return false
    case "x":
      position += 1
      text.unicodeScalars.append(Unicode.Scalar(UInt8(try hexadecimal(digits: 2))))
      return true
    case "0": text.unicodeScalars.append("\0")
    case "v": text.unicodeScalars.append("\u{B}")
    case "\r":
      position += 1
      _ = take("\n")
      return true
    case "\n", "\u{2028}", "\u{2029}": break
    default: text.unicodeScalars.append(scalar)
    }
    position += UTF8.width(scalar)
    return true
  }

  /// What follows `\u`: a code unit, or both of a pair.
  mutating func scalar() throws(InputError) -> Unicode.Scalar {
    let start = position - 2
    let unit = try hexadecimal(digits: 4)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    if unit < 0xDC00, take(word: "\\u") {
      let low = try hexadecimal(digits: 4)
      if (0xDC00..<0xE000).contains(low) {
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
      }
      position -= 6
    }
    guard options.replacesSurrogates else {
      position = start
      throw error(phrase("jsonReader.hasHalfSurrogate"))
    }
    return "\u{FFFD}"
  }

  private mutating func hexadecimal(digits: Int) throws(InputError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = Character(Unicode.Scalar(next)).hexDigitValue else {
        throw unexpected(phrase("jsonReader.hexadecimalDigits", ["digits": digits]))
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// A key of JSON5 without quotation marks: letters, digits, `$` and `_`, no digit first.
  mutating func identifier() throws(InputError) -> String {
    var text = ""
    while position < bytes.count {
      let start = position
      var scalar: Unicode.Scalar
      if take(word: "\\u") {
        scalar = try self.scalar()
      } else {
        guard
          let found = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self).unicodeScalars
            .first,
          found.isASCII || firstInvalid(in: position..<min(position + 4, bytes.count)) != position
        else { break }
        scalar = found
        position += UTF8.width(scalar)
      }
      let isPart = scalar.properties.isIDContinue || scalar == "$" || scalar == "\u{200C}" || scalar == "\u{200D}"
      guard isPart, !text.isEmpty || scalar.properties.isIDStart || scalar == "$" || scalar == "_" else {
        position = start
        break
      }
      text.unicodeScalars.append(scalar)
    }
    if text.isEmpty { throw unexpected("a key") }
    return text
  }
}
