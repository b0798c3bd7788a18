/// A message of Protocol Buffers' wire format, field by field.
///
/// Source: protobuf.dev, "Encoding". Groups, which nothing here uses, end the reading as unreadable.
struct ProtobufReader {
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The fields in the order in which they were written; nil where the bytes are no message.
  static func fields(_ bytes: ArraySlice<UInt8>) -> [(number: Int, value: Value)]? {
    var reader = ProtobufReader(bytes)
    var fields: [(number: Int, value: Value)] = []
    while !reader.rest.isEmpty {
      guard let key = reader.varint(), key >> 3 > 0, key >> 3 < 1 << 29, let value = reader.value(wire: key & 7) else {
        return nil
      }
      fields.append((Int(key >> 3), value))
    }
    return fields
  }

  private mutating func value(wire: UInt64) -> Value? {
    switch wire {
    case 0: return varint().map { .varint($0) }
    case 1: return fixed(8).map { .fixed64($0) }
    case 2:
      guard let count = varint(), count <= rest.count else { return nil }
      defer { rest = rest.dropFirst(Int(count)) }
      return .bytes(rest.prefix(Int(count)))
    case 5: return fixed(4).map { .fixed32(UInt32($0)) }
    default: return nil
    }
  }

  mutating func varint() -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    return nil
  }

  mutating func fixed(_ count: Int) -> UInt64? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Numbers written one after the other without keys.
  static func packed(_ bytes: ArraySlice<UInt8>, width: Int) -> [UInt64]? {
    guard bytes.count % width == 0 else { return nil }
    var reader = ProtobufReader(bytes)
    return (0..<bytes.count / width).compactMap { _ in reader.fixed(width) }
  }

  static func packedVarints(_ bytes: ArraySlice<UInt8>) -> [UInt64]? {
    var reader = ProtobufReader(bytes)
    var numbers: [UInt64] = []
    while !reader.rest.isEmpty {
      guard let number = reader.varint() else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}

/// The bytes of a message, field by field in the order in which they are added.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  private mutating func key(_ field: Int, _ wire: Int) { varint(UInt64(field << 3 | wire)) }

  private mutating func varint(_ number: UInt64) {
    var number = number
    while number >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: number) | 0x80)
      number >>= 7
    }
    bytes.append(UInt8(number))
  }

  private mutating func fixed(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  mutating func add(_ field: Int, _ number: Int) {
    key(field, 0)
    varint(UInt64(bitPattern: Int64(number)))
  }

  mutating func add(_ field: Int, _ number: Double) {
    key(field, 1)
    fixed(number.bitPattern)
  }

  mutating func add(_ field: Int, _ number: Float) {
    key(field, 5)
    fixed(number.bitPattern)
  }

  /// Adds a text of two parts.
  mutating func add(_ field: Int, _ text: String, _ rest: String = "") {
    key(field, 2)
    varint(UInt64(text.utf8.count + rest.utf8.count))
    bytes += text.utf8
    bytes += rest.utf8
  }

  mutating func add(_ field: Int, _ numbers: some Collection<Double>) {
    key(field, 2)
    varint(UInt64(8 * numbers.count))
    for number in numbers { fixed(number.bitPattern) }
  }

  mutating func add(_ field: Int, _ message: ProtobufWriter) {
    key(field, 2)
    varint(UInt64(message.bytes.count))
    bytes += message.bytes
  }

  /// Adds a message of the fields that `body` adds.
  mutating func add(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
    key(field, 2)
    // The length goes before what it is the length of, in one byte most often.
    bytes.append(0)
    let start = bytes.count
    body(&self)
    let length = bytes.count - start
    guard length >= 0x80 else { return bytes[start - 1] = UInt8(length) }
    var number = ProtobufWriter()
    number.varint(UInt64(length))
    bytes.replaceSubrange(start - 1..<start, with: number.bytes)
  }
}
