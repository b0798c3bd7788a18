import Support

/// Reads the JSON of a safetensors header and nothing more general: strict, and every error with its byte in the file.
struct SafetensorsScanner {
  private let bytes: UnsafeRawBufferPointer
  private let place: String
  private var index = 0

  init(_ bytes: UnsafeRawBufferPointer, place: String) {
    self.bytes = bytes
    self.place = place
  }

  mutating func header() throws -> (entries: [SafetensorsEntry], metadata: [(key: String, text: String)]) {
    var entries: [SafetensorsEntry] = []
    var metadata: [(key: String, text: String)]?
    try members { scanner, name in
      guard name == "__metadata__" else { return entries.append(try scanner.entry(name)) }
      guard metadata == nil else { throw scanner.error("__metadata__ occurs twice") }
      var texts: [(key: String, text: String)] = []
      try scanner.members { scanner, key in texts.append((key, try scanner.string())) }
      metadata = texts
    }
    skipSpace()
    guard index == bytes.count else { throw error("the header goes on after its object") }
    return (entries, metadata ?? [])
  }

  private mutating func entry(_ name: String) throws -> SafetensorsEntry {
    var dtype: SafetensorsType?
    var shape: [Int]?
    var offsets: [Int]?
    try members { scanner, key in
      switch key {
      case "dtype" where dtype == nil:
        let text = try scanner.string()
        guard let known = SafetensorsType(rawValue: text) else {
          throw scanner.error(
            "\(SafetensorsEntry.shown(name)) has an unknown dtype",
            expected: SafetensorsType.allCases.map(\.rawValue).joined(separator: ", "), found: text.debugDescription)
        }
        dtype = known
      case "shape" where shape == nil: shape = try scanner.integers()
      case "data_offsets" where offsets == nil: offsets = try scanner.integers()
      case "dtype", "shape", "data_offsets":
        throw scanner.error("\(SafetensorsEntry.shown(name)) has its \(key) twice")
      default:
        throw scanner.error(
          "\(SafetensorsEntry.shown(name)) has an unknown field", expected: "dtype, shape, data_offsets",
          found: key.debugDescription)
      }
    }
    guard let dtype, let shape, let offsets else {
      let absent = dtype == nil ? "dtype" : shape == nil ? "shape" : "data_offsets"
      throw error("\(SafetensorsEntry.shown(name)) has no \(absent)")
    }
    guard offsets.count == 2 else {
      throw error(
        "\(SafetensorsEntry.shown(name)) has wrong data_offsets", expected: "2 numbers", found: "\(offsets.count)")
    }
    return try SafetensorsEntry(
      name: name, dtype: dtype, shape: shape, offsets: (offsets[0], offsets[1]), file: place)
  }
}

extension SafetensorsScanner {
  private func error(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(at: "\(place): byte \(8 + index)", problem, expected: expected, found: found)
  }

  private func unexpected(_ expected: String) -> InputError {
    guard index < bytes.count else { return error("the header's JSON ends early", expected: expected) }
    let byte = bytes[index]
    let found =
      (0x21..<0x7f).contains(byte) ? "\"\(Character(UnicodeScalar(byte)))\"" : "0x" + String(byte, radix: 16)
    return error("the header is not valid JSON", expected: expected, found: found)
  }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[index]) { index += 1 }
  }

  /// Skips space; takes `byte` if it comes next.
  private mutating func take(_ byte: Character) -> Bool {
    skipSpace()
    guard index < bytes.count, bytes[index] == byte.asciiValue else { return false }
    index += 1
    return true
  }

  private mutating func expect(_ byte: Character) throws {
    guard take(byte) else { throw unexpected("\"\(byte)\"") }
  }

  private mutating func members(_ read: (inout Self, String) throws -> Void) throws {
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try read(&self, key)
    } while take(",")
    try expect("}")
  }

  private mutating func integers() throws -> [Int] {
    var list: [Int] = []
    try expect("[")
    if take("]") { return [] }
    repeat { list.append(try integer()) } while take(",")
    try expect("]")
    return list
  }

  /// A number of decimal digits that fits; no sign, fraction, exponent or leading zero.
  private mutating func integer() throws -> Int {
    skipSpace()
    let start = index
    var value = 0
    while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
      let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = tens.addingReportingOverflow(Int(bytes[index] - 0x30))
      guard !overflows, !overflowsToo else {
        index = start
        throw error("a number is too large", expected: "at most \(Int.max)")
      }
      value = sum
      index += 1
    }
    guard index > start, index == start + 1 || bytes[start] != 0x30 else { throw unexpected("a whole number ≥ 0") }
    return value
  }

  private mutating func string() throws -> String {
    try expect("\"")
    let start = index
    var text: [UInt8] = []
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x20 { throw unexpected("no control character in a string") }
      index += 1
      if byte == 0x22 {
        guard let valid = String(validating: text, as: UTF8.self) else {
          index = start
          throw error("a string is not valid UTF-8")
        }
        return valid
      }
      if byte == 0x5c { text.append(contentsOf: String(try escape()).utf8) } else { text.append(byte) }
    }
    throw unexpected("the end of a string")
  }

  /// What follows a backslash.
  private mutating func escape() throws -> UnicodeScalar {
    guard index < bytes.count else { throw unexpected("an escape") }
    let byte = bytes[index]
    switch byte {
    case 0x22, 0x5c, 0x2f:
      index += 1
      return UnicodeScalar(byte)
    case 0x62, 0x66, 0x6e, 0x72, 0x74:
      index += 1
      return byte == 0x62 ? "\u{8}" : byte == 0x66 ? "\u{c}" : byte == 0x6e ? "\n" : byte == 0x72 ? "\r" : "\t"
    case 0x75:
      index += 1
      let unit = try hexadecimal()
      if let scalar = UnicodeScalar(unit) { return scalar }
      guard unit < 0xdc00, index + 1 < bytes.count, bytes[index] == 0x5c, bytes[index + 1] == 0x75 else {
        throw error("half of a surrogate pair")
      }
      index += 2
      let low = try hexadecimal()
      guard (0xdc00..<0xe000).contains(low),
        let scalar = UnicodeScalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
      else { throw error("half of a surrogate pair") }
      return scalar
    default: throw unexpected("a known escape")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < bytes.count, let digit = Character(UnicodeScalar(bytes[index])).hexDigitValue else {
        throw unexpected("a hexadecimal digit")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}
