/// UTF-8 bytes that are known to be valid.
typealias UTF8Bytes = UnsafeBufferPointer<UInt8>

extension UTF8Bytes {
  /// The scalar that starts at `index`, and its length in bytes.
  @inline(__always)
  func scalar(at index: Int) -> (value: UInt32, length: Int) {
    let first = UInt32(self[index])
    if first < 0x80 { return (first, 1) }
    if first < 0xE0 { return ((first & 0x1F) << 6 | continuation(index + 1), 2) }
    if first < 0xF0 { return ((first & 0x0F) << 12 | continuation(index + 1) << 6 | continuation(index + 2), 3) }
    return (
      (first & 0x07) << 18 | continuation(index + 1) << 12 | continuation(index + 2) << 6 | continuation(index + 3), 4
    )
  }

  /// The scalar that ends before `index`, and its length in bytes.
  @inline(__always)
  func scalar(before index: Int) -> (value: UInt32, length: Int) {
    var start = index - 1
    while self[start] & 0xC0 == 0x80 { start -= 1 }
    return scalar(at: start)
  }

  @inline(__always)
  private func continuation(_ index: Int) -> UInt32 { UInt32(self[index] & 0x3F) }

  @inline(__always)
  func slice(_ range: Range<Int>) -> UTF8Bytes { UTF8Bytes(rebasing: self[range]) }
}

/// Length of the scalar that a leading byte opens.
@inline(__always)
func scalarLength(leadingByte: UInt8) -> Int {
  leadingByte < 0x80 ? 1 : leadingByte < 0xE0 ? 2 : leadingByte < 0xF0 ? 3 : 4
}

extension [UInt8] {
  /// Appends the UTF-8 form of a scalar.
  @inline(__always)
  mutating func append(scalar: UInt32) {
    if scalar < 0x80 {
      append(UInt8(scalar))
    } else if scalar < 0x800 {
      append(UInt8(0xC0 | scalar >> 6))
      append(UInt8(0x80 | scalar & 0x3F))
    } else if scalar < 0x10000 {
      append(UInt8(0xE0 | scalar >> 12))
      append(UInt8(0x80 | scalar >> 6 & 0x3F))
      append(UInt8(0x80 | scalar & 0x3F))
    } else {
      append(UInt8(0xF0 | scalar >> 18))
      append(UInt8(0x80 | scalar >> 12 & 0x3F))
      append(UInt8(0x80 | scalar >> 6 & 0x3F))
      append(UInt8(0x80 | scalar & 0x3F))
    }
  }
}
