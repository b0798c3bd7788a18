import Support

/// The object on a line of JSON Lines, as far as a corpus needs it: its members in their order, numbers as they are
/// written.
///
/// Errors: text that is not JSON (RFC 8259) or no object, with the column; a key that occurs twice. A lone surrogate
/// becomes U+FFFD.
struct JSONLine {
  indirect enum Value: Hashable {
    case null
    case text(String)
    /// A number or a truth value, as it is written.
    case literal(String)
    case list([Value])
    case object
  }

  private let bytes: [UInt8]
  private let place: String
  private var position = 0
  private var depth = 0

  /// `place` names file and line.
  static func members(_ line: String, place: String) throws -> [(key: String, value: Value)] {
    var scanner = JSONLine(bytes: Array(line.utf8), place: place)
    var members: [(key: String, value: Value)] = []
    scanner.skipSpace()
    try scanner.object { key, value in
      guard !members.contains(where: { $0.key == key }) else {
        throw InputError(at: place, "has a field twice", found: "\"\(key)\"")
      }
      members.append((key, value))
    }
    scanner.skipSpace()
    guard scanner.position == scanner.bytes.count else { throw scanner.unexpected("the end of the line") }
    return members
  }

  private init(bytes: [UInt8], place: String) {
    self.bytes = bytes
    self.place = place
  }

  private func unexpected(_ expected: String) -> InputError {
    let rest = String(decoding: bytes[min(position, bytes.count)...].prefix(40), as: UTF8.self).prefix(12)
    return InputError(
      at: place, "is not JSON at byte \(position + 1)", expected: expected,
      found: rest.isEmpty ? "the end of the line" : rest.debugDescription)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0D { position += 1 }
  }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: byte) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: Unicode.Scalar) throws {
    skipSpace()
    guard take(byte) else { throw unexpected("\(byte)") }
  }

  private mutating func value() throws -> Value {
    skipSpace()
    switch next {
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "{"):
      try object { _, _ in }
      return .object
    case UInt8(ascii: "["): return .list(try list())
    case UInt8(ascii: "t"): return .literal(try word("true"))
    case UInt8(ascii: "f"): return .literal(try word("false"))
    case UInt8(ascii: "n"):
      _ = try word("null")
      return .null
    default: return .literal(try number())
    }
  }

  private mutating func descend() throws {
    depth += 1
    guard depth <= 100 else { throw unexpected("at most 100 nested values") }
    position += 1
    skipSpace()
  }

  private mutating func object(_ member: (String, Value) throws -> Void) throws {
    guard next == UInt8(ascii: "{") else { throw unexpected("an object") }
    try descend()
    defer { depth -= 1 }
    if take("}") { return }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw unexpected("a key") }
      let key = try string()
      try expect(":")
      try member(key, try value())
      skipSpace()
      if take("}") { return }
      guard take(",") else { throw unexpected(", or }") }
    }
  }

  private mutating func list() throws -> [Value] {
    try descend()
    defer { depth -= 1 }
    var values: [Value] = []
    if take("]") { return values }
    while true {
      values.append(try value())
      skipSpace()
      if take("]") { return values }
      guard take(",") else { throw unexpected(", or ]") }
    }
  }

  private mutating func word(_ word: String) throws -> String {
    guard bytes[position...].starts(with: word.utf8) else { throw unexpected("a value") }
    position += word.utf8.count
    return word
  }

  /// A sign, digits without leading zeros, a fraction, an exponent.
  private mutating func number() throws -> String {
    let start = position
    func fail(_ scanner: inout JSONLine) -> InputError {
      scanner.position = start
      return scanner.unexpected("a value")
    }
    _ = take("-")
    let isZero = next == UInt8(ascii: "0")
    let digits = takeDigits()
    guard digits > 0, !isZero || digits == 1 else { throw fail(&self) }
    if take("."), takeDigits() == 0 { throw fail(&self) }
    if take("e") || take("E") {
      if !take("-") { _ = take("+") }
      if takeDigits() == 0 { throw fail(&self) }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func takeDigits() -> Int {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func string() throws -> String {
    position += 1
    var text: [UInt8] = []
    while true {
      guard let byte = next else { throw unexpected("the end of a text") }
      guard byte >= 0x20 else { throw unexpected("no control character in a text") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
      default: text.append(byte)
      }
    }
  }

  private mutating func escape() throws -> Unicode.Scalar {
    let plain: [(Unicode.Scalar, Unicode.Scalar)] = [
      ("\"", "\""), ("\\", "\\"), ("/", "/"), ("n", "\n"), ("t", "\t"), ("r", "\r"), ("b", "\u{8}"), ("f", "\u{C}"),
    ]
    for (letter, scalar) in plain where take(letter) { return scalar }
    guard take("u") else { throw unexpected("an escape") }
    let unit = try codeUnit()
    if (0xD800..<0xDC00).contains(unit), bytes[position...].starts(with: "\\u".utf8) {
      let rewind = position
      position += 2
      let low = try codeUnit()
      if (0xDC00..<0xE000).contains(low) {
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
      }
      position = rewind
    }
    return Unicode.Scalar(unit) ?? "\u{FFFD}"
  }

  private mutating func codeUnit() throws -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected("four hexadecimal digits")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}
