extension JSONReader {
  /// A number, which is kept as it is written; what only JSON5 may write is spelled as JSON does: `0.5` for `.5`, `255`
  /// for `0xff`.
  mutating func number() throws(InputError) -> JSONNumber {
    let start = position
    if let number = try plainNumber() { return number }
    position = start
    if let number = otherNumber() { return number }
    position = start
    throw unexpected("a value")
  }

  /// A sign, digits without a leading zero, a fraction, an exponent; nil for anything else.
  private mutating func plainNumber() throws(InputError) -> JSONNumber? {
    let start = position
    _ = take("-")
    let isZero = next == UInt8(ascii: "0")
    let digits = takeDigits()
    guard digits == 1 || digits > 1 && !isZero, !options.isJSON5 || next | 0x20 != UInt8(ascii: "x") else { return nil }
    if take("."), takeDigits() == 0 { return nil }
    if take("e") || take("E") {
      if !take("-") { _ = take("+") }
      if takeDigits() == 0 { return nil }
    }
    return JSONNumber(text: try text(start..<position))
  }

  private mutating func otherNumber() -> JSONNumber? {
    let sign = take("-") ? "-" : options.isJSON5 && take("+") ? "" : ""
    if options.hasNonFinite {
      if take(word: "Infinity") { return JSONNumber(text: sign + "Infinity") }
      if take(word: "NaN") { return sign.isEmpty || options.isJSON5 ? JSONNumber(text: "NaN") : nil }
    }
    guard options.isJSON5 else { return nil }
    if take(word: "0x") || take(word: "0X") { return hexadecimal(sign) }
    let whole = position
    let digits = takeDigits()
    guard digits < 2 || bytes[whole] != UInt8(ascii: "0") else { return nil }
    var text = sign + (digits == 0 ? "0" : string(whole..<position))
    if take(".") {
      let fraction = position
      if takeDigits() > 0 { text += "." + string(fraction..<position) } else if digits == 0 { return nil }
    } else if digits == 0 {
      return nil
    }
    let exponent = position
    if take("e") || take("E") {
      if !take("-") { _ = take("+") }
      if takeDigits() == 0 { return nil }
      text += string(exponent..<position)
    }
    return JSONNumber(text: text)
  }

  /// Hexadecimal digits of any number as decimal ones.
  private mutating func hexadecimal(_ sign: String) -> JSONNumber? {
    let start = position
    // Least digit first.
    var decimal: [UInt8] = [0]
    while let digit = Character(Unicode.Scalar(next)).hexDigitValue {
      var carry = digit
      for place in decimal.indices {
        carry += Int(decimal[place]) * 16
        decimal[place] = UInt8(carry % 10)
        carry /= 10
      }
      while carry > 0 {
        decimal.append(UInt8(carry % 10))
        carry /= 10
      }
      position += 1
    }
    return position > start ? JSONNumber(text: sign + decimal.reversed().map(String.init).joined()) : nil
  }

  private func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private mutating func takeDigits() -> Int {
    let start = position
    while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
    return position - start
  }

  /// Skips white space, and the comments of JSON5.
  mutating func skipSpace() throws(InputError) {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      case 0x0B where options.isJSON5, 0x0C where options.isJSON5: position += 1
      case UInt8(ascii: "/") where options.isJSON5: try skipComment()
      case 0x80... where options.isJSON5:
        let end = min(position + 4, bytes.count)
        guard let scalar = String(decoding: bytes[position..<end], as: UTF8.self).unicodeScalars.first,
          scalar == "\u{FEFF}" || scalar.properties.isWhitespace && scalar != "\u{85}"
        else { return }
        position += UTF8.width(scalar)
      default: return
      }
    }
  }

  private mutating func skipComment() throws(InputError) {
    let start = position
    if take(word: "//") {
      while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
    } else if take(word: "/*") {
      while !take(word: "*/") {
        guard position < bytes.count else {
          position = start
          throw unexpected(phrase("jsonReader.endCommentBegins"))
        }
        position += 1
      }
    } else {
      throw unexpected(phrase("jsonReader.aValueOrAComment"))
    }
  }
}
