/// One scalar of a text that is being normalised, and the scalars of the original that it stands for.
struct AlignedScalar: Sendable {
  var value: UInt32
  var start: Int32
  var end: Int32
}

/// A piece of a text, normalised or not, that knows for each of its bytes which scalars of the original it came from.
struct AlignedText: Sendable {
  var bytes: [UInt8]
  /// Half-open ranges of original scalars, one a byte; nil where the bytes are those of the original, from
  /// `originByte` on.
  var spans: [Span]?
  let originByte: Int

  struct Span: Sendable {
    var start: Int32
    var end: Int32
  }

  /// Part of the original.
  init(original bytes: [UInt8], at originByte: Int) {
    self.bytes = bytes
    self.originByte = originByte
  }

  init(_ scalars: [AlignedScalar]) {
    originByte = 0
    bytes = []
    var spans: [Span] = []
    bytes.reserveCapacity(scalars.count)
    spans.reserveCapacity(scalars.count)
    for scalar in scalars {
      bytes.append(scalar: scalar.value)
      while spans.count < bytes.count { spans.append(Span(start: scalar.start, end: scalar.end)) }
    }
    self.spans = spans
  }

  /// The scalars of a range of the bytes.
  func scalars(_ range: Range<Int>, _ index: ScalarIndex) -> [AlignedScalar] {
    var result: [AlignedScalar] = []
    result.reserveCapacity(range.count)
    bytes.withUnsafeBufferPointer { bytes in
      var position = range.lowerBound
      while position < range.upperBound {
        let (value, length) = bytes.scalar(at: position)
        let origin = originalScalars(position..<(position + length), index)
        result.append(AlignedScalar(value: value, start: Int32(origin.lowerBound), end: Int32(origin.upperBound)))
        position += length
      }
    }
    return result
  }

  /// The scalars of the original that a range of the bytes came from; a byte stands for its whole scalar.
  @inline(__always)
  func originalScalars(_ range: Range<Int>, _ index: ScalarIndex) -> Range<Int> {
    guard let spans else {
      let start = index.scalar(containing: originByte + range.lowerBound)
      if range.isEmpty { return start..<start }
      return start..<(index.scalar(containing: originByte + range.upperBound - 1) + 1)
    }
    guard !range.isEmpty else {
      let place =
        range.lowerBound < spans.count ? Int(spans[range.lowerBound].start) : spans.last.map { Int($0.end) } ?? 0
      return place..<place
    }
    let start = Int(spans[range.lowerBound].start)
    return start..<max(start, Int(spans[range.upperBound - 1].end))
  }

  /// A range of the bytes as a text of its own.
  func slice(_ range: Range<Int>) -> AlignedText {
    if range == bytes.indices { return self }
    guard let spans else { return AlignedText(original: Array(bytes[range]), at: originByte + range.lowerBound) }
    var slice = AlignedText(original: Array(bytes[range]), at: 0)
    slice.spans = Array(spans[range])
    return slice
  }
}

/// From bytes of a text to the numbers of its scalars.
struct ScalarIndex: Sendable {
  /// For every byte the number of the scalar that it is part of; nil for ASCII.
  private let numbers: [Int32]?

  init(_ bytes: [UInt8]) {
    guard bytes.contains(where: { $0 >= 0x80 }) else {
      numbers = nil
      return
    }
    var number: Int32 = -1
    numbers = [Int32](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      for (index, byte) in bytes.enumerated() {
        if byte & 0xC0 != 0x80 { number += 1 }
        buffer.initializeElement(at: index, to: number)
      }
      count = bytes.count
    }
  }

  @inline(__always)
  func scalar(containing byte: Int) -> Int {
    guard let numbers else { return byte }
    return byte < numbers.count ? Int(numbers[byte]) : Int(numbers.last ?? -1) + 1
  }
}
