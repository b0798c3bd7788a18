import Foundation
import Support

/// A JSON value that keeps the order of its objects and every key, also keys that differ only by Unicode normalisation:
/// a vocabulary has both `é` and `e` + `◌́`, which a `Dictionary<String, …>` takes for one.
indirect enum JSONValue: Sendable {
  case null
  case boolean(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  /// What an error message calls it.
  var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// Reads JSON (RFC 8259).
///
/// Errors: `InputError` with the byte at which the text stops being JSON. A lone surrogate escape becomes U+FFFD.
struct JSONReader {
  private let bytes: [UInt8]
  private let place: String
  private var position = 0
  private var depth = 0

  static func read(_ url: URL) throws -> JSONValue {
    let path = url.path(percentEncoded: false)
    guard let data = try? Data(contentsOf: url) else { throw InputError(at: path, "cannot be read") }
    try LargeFilePointer.refuse(data, at: path)
    return try read([UInt8](data), place: path)
  }

  static func read(_ bytes: [UInt8], place: String) throws -> JSONValue {
    var reader = JSONReader(bytes: bytes, place: place)
    let value = try reader.value()
    reader.skipSpace()
    guard reader.position == bytes.count else { throw reader.error("the end") }
    return value
  }

  private init(bytes: [UInt8], place: String) {
    self.bytes = bytes
    self.place = place
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  private func error(_ expected: String) -> InputError {
    let found =
      position < bytes.count
      ? String(decoding: bytes[position..<min(position + 12, bytes.count)], as: UTF8.self) : "the end"
    return InputError(at: "\(place): byte \(position)", "is not JSON", expected: expected, found: found)
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func value() throws -> JSONValue {
    skipSpace()
    guard position < bytes.count else { throw error("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws -> JSONValue {
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count,
      (0..<count).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] })
    else { throw error("\(text)") }
    position += count
    return value
  }

  private mutating func nested<Result>(_ body: (inout JSONReader) throws -> Result) throws -> Result {
    depth += 1
    guard depth < 200 else { throw error("less than 200 nested values") }
    defer { depth -= 1 }
    position += 1
    return try body(&self)
  }

  private mutating func object() throws -> JSONValue {
    try nested { reader in
      var members: [(key: String, value: JSONValue)] = []
      reader.skipSpace()
      if reader.take(UInt8(ascii: "}")) { return .object(members) }
      while true {
        reader.skipSpace()
        guard reader.position < reader.bytes.count, reader.bytes[reader.position] == UInt8(ascii: "\"") else {
          throw reader.error("a key")
        }
        let key = try reader.string()
        reader.skipSpace()
        guard reader.take(UInt8(ascii: ":")) else { throw reader.error(":") }
        members.append((key, try reader.value()))
        reader.skipSpace()
        if reader.take(UInt8(ascii: "}")) { return .object(members) }
        guard reader.take(UInt8(ascii: ",")) else { throw reader.error(", or }") }
      }
    }
  }

  private mutating func array() throws -> JSONValue {
    try nested { reader in
      var elements: [JSONValue] = []
      reader.skipSpace()
      if reader.take(UInt8(ascii: "]")) { return .array(elements) }
      while true {
        elements.append(try reader.value())
        reader.skipSpace()
        if reader.take(UInt8(ascii: "]")) { return .array(elements) }
        guard reader.take(UInt8(ascii: ",")) else { throw reader.error(", or ]") }
      }
    }
  }

  private mutating func number() throws -> JSONValue {
    let start = position
    while position < bytes.count, "+-.0123456789eE".utf8.contains(bytes[position]) { position += 1 }
    guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      position = start
      throw error("a value")
    }
    return .number(number)
  }

  private mutating func string() throws -> String {
    position += 1
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\"),
      bytes[position] >= 0x20
    { position += 1 }
    if take(UInt8(ascii: "\"")) { return try checked(bytes[start..<(position - 1)]) }
    var text = Array(bytes[start..<position])
    while true {
      guard position < bytes.count, bytes[position] >= 0x20 else { throw error("the end of a string") }
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") { return try checked(text[...]) }
      if byte == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(byte) }
    }
  }

  private func checked(_ text: ArraySlice<UInt8>) throws -> String {
    guard let string = String(validating: text, as: UTF8.self) else {
      throw InputError(at: "\(place): byte \(position)", "has a string that is not UTF-8")
    }
    return string
  }

  private mutating func escape(into text: inout [UInt8]) throws {
    guard position < bytes.count else { throw error("an escape") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "u"):
      let unit = try codeUnit()
      var value = unit
      if (0xD800..<0xDC00).contains(unit), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      {
        let rewind = position
        position += 2
        let low = try codeUnit()
        if (0xDC00..<0xE000).contains(low) {
          value = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        } else {
          position = rewind
        }
      }
      text.append(contentsOf: String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
    default:
      position -= 1
      throw error("an escape")
    }
  }

  private mutating func codeUnit() throws -> UInt32 {
    guard position + 4 <= bytes.count,
      let value = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw error("four hexadecimal digits") }
    position += 4
    return value
  }
}
