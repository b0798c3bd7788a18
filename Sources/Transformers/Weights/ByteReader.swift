import Support

/// Reads little-endian numbers and texts from bytes that may be anything; every read is checked against their end.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  /// The file, for errors.
  let place: String
  private(set) var position: Int

  /// The bytes that are left.
  var left: Int { bytes.count - position }

  /// - Parameter position: at most the number of bytes.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0, place: String) {
    self.bytes = bytes
    self.place = place
    self.position = position
  }

  func error(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(at: "\(place): byte \(position)", problem, expected: expected, found: found)
  }

  /// The next bytes, as many as a count in the file says.
  ///
  /// - Throws: `InputError` where so many are not left.
  mutating func take(_ count: some BinaryInteger) throws -> UnsafeRawBufferPointer {
    guard let count = Int(exactly: count), count >= 0, count <= left else {
      throw error(
        phrase("error.fileEndsEarly"), expected: phrase("byteReader.countMoreBytes", ["count": "\(count)"]),
        found: "\(left)")
    }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
    Number(littleEndian: try take(MemoryLayout<Number>.size).loadUnaligned(as: Number.self))
  }

  /// A text of so many bytes.
  ///
  /// - Throws: `InputError` where it is longer than `limit` or is not UTF-8.
  mutating func text(_ count: some BinaryInteger, limit: Int) throws -> String {
    guard count <= limit else {
      throw error(
        phrase("byteReader.textTooLong"), expected: phrase("byteReader.mostLimitBytes", ["limit": limit]),
        found: "\(count)")
    }
    let start = self
    guard let text = String(validating: try take(count), as: UTF8.self) else {
      throw start.error(phrase("byteReader.textNotUtf"))
    }
    return text
  }

  /// The bytes up to a line's end, without it.
  mutating func line(limit: Int) throws -> String {
    guard let end = bytes[position..<min(bytes.count, position + limit)].firstIndex(of: 0x0A) else {
      throw error(phrase("byteReader.lineDoesNot"), expected: phrase("byteReader.endWithinLimit", ["limit": limit]))
    }
    let text = try text(end - position, limit: limit)
    position += 1
    return text
  }
}

extension String {
  /// In quotes, control characters spelled out and long texts cut: fit for an error message.
  var quotedForMessage: String {
    let scalars = unicodeScalars
    guard scalars.count > 120 else { return debugDescription }
    return String(String.UnicodeScalarView(scalars.prefix(119)) + "…".unicodeScalars).debugDescription
  }
}
