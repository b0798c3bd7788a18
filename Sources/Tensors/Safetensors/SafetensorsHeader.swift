import Support

extension SafetensorsHeader {
  /// Reads and checks the header in `bytes`, the whole file called `place` in errors.
  ///
  /// Every tensor must be of a known type, as long as its shape says, and the tensors' ranges must cover the data
  /// exactly: reversed, overlapping, missing and left-over bytes are all errors, as are names that occur twice.
  init(_ bytes: UnsafeRawBufferPointer, place: String) throws {
    guard bytes.count >= 8 else {
      throw InputError(
        at: place, phrase("error.tooShortSafetensors"), expected: phrase("expected.least8Bytes"),
        found: "\(bytes.count)")
    }
    let announced = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard announced <= UInt64(bytes.count - 8) else {
      throw InputError(
        at: phrase("error.placeByte0", ["place": place]), phrase("error.headerReachesBeyond"),
        expected: phrase("expected.mostBytesBytes", ["bytes": bytes.count - 8]), found: "\(announced)")
    }
    guard announced <= UInt64(Self.longest) else {
      throw InputError(
        at: phrase("error.placeByte0", ["place": place]), phrase("error.headerTooLong"),
        expected: phrase("expected.mostLongestBytes", ["longest": Self.longest]),
        found: "\(announced)")
    }
    length = 8 + Int(announced)
    let text = UnsafeRawBufferPointer(rebasing: bytes[8..<length])
    let header = JSONField(try JSON(text, place: place, Self.json), file: place)
    (entries, metadata) = ([], [])
    for (name, field) in try header.fields() {
      if name == "__metadata__" {
        metadata = try field.fields().map { ($0.key, try $0.field.string()) }
      } else {
        entries.append(try SafetensorsEntry(name, field, file: place))
      }
    }
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    try checkCoverage(of: bytes.count - length, place: place)
  }

  /// As the format's own reader takes it: no name twice, no half of a surrogate pair.
  private static let json = JSONOptions(duplicates: .refused, replacesSurrogates: false, position: .byte(8))

  private func checkCoverage(of size: Int, place: String) throws {
    var end = 0
    for entry in entries {
      let start = "\(entry.place(in: place)), byte \(length + entry.range.lowerBound)"
      guard entry.range.upperBound <= size else {
        throw InputError(
          at: start, phrase("error.dataReachBeyond"), expected: phrase("expected.endWithinSize", ["size": size]),
          found: "\(entry.range.upperBound)")
      }
      guard entry.range.lowerBound == end else {
        throw InputError(
          at: start,
          entry.range.lowerBound < end ? phrase("error.dataOverlapThose") : phrase("error.holeLiesBefore"),
          expected: phrase("expected.startOffsetEnd", ["end": end]), found: "\(entry.range.lowerBound)")
      }
      end = entry.range.upperBound
    }
    guard end == size else {
      throw InputError(
        at: "\(place): byte \(length + end)", phrase("error.bytesFollowLast"),
        expected: phrase("expected.theEndOfTheFile"),
        found: phrase("found.endMoreBytes", ["end": size - end]))
    }
  }
}

extension SafetensorsEntry {
  /// `model.safetensors: tensor "wte.weight"`.
  func place(in file: String) -> String { "\(file): \(Self.shown(name))" }

  /// `tensor "wte.weight"`, with control characters spelled out and long names cut.
  static func shown(_ name: String) -> String {
    let scalars = name.unicodeScalars
    let cut = scalars.count > 120 ? String(String.UnicodeScalarView(scalars.prefix(119))) + "…" : name
    return "tensor \(cut.debugDescription)"
  }

  /// - Parameter field: `{"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}`.
  init(_ name: String, _ field: JSONField, file: String) throws {
    let place = "\(file): \(Self.shown(name))", known = ["dtype", "shape", "data_offsets"]
    let members = try field.members()
    if let key = members.keys.first(where: { !known.contains($0) }) {
      throw InputError(
        at: place, phrase("error.hasUnknownField"), expected: known.joined(separator: ", "), found: key.debugDescription
      )
    }
    if let absent = known.first(where: { members[$0] == nil }) {
      throw InputError(at: place, phrase("error.hasNoAbsent", ["absent": absent]))
    }
    func wholes(_ key: String) throws -> [Int] {
      guard let elements = members[key]?.elements else {
        throw InputError(
          at: place, phrase("error.hasWrongKey", ["key": key]), expected: "a list", found: members[key]?.shown)
      }
      return try elements.map { element in
        // Digits alone: 2.0 is no size.
        guard let number = element.number, let whole = Int(number.text), whole >= 0 else {
          throw InputError(
            at: place, phrase("error.hasWrongKey", ["key": key]),
            expected: phrase("expected.wholeNumbersFrom", ["max": Int.max]), found: element.shown)
        }
        return whole
      }
    }
    guard let dtype = members["dtype"]?.string.flatMap(SafetensorsType.init) else {
      throw InputError(
        at: place, phrase("error.hasUnknownDtype"),
        expected: SafetensorsType.allCases.map(\.rawValue).joined(separator: ", "),
        found: members["dtype"]?.shown)
    }
    let offsets = try wholes("data_offsets")
    guard offsets.count == 2 else {
      throw InputError(at: place, phrase("error.hasWrongData"), expected: "2 numbers", found: "\(offsets.count)")
    }
    try self.init(
      name: name, dtype: dtype, shape: try wholes("shape"), offsets: (offsets[0], offsets[1]), file: file)
  }

  /// - Throws: `InputError` where the shape's size overflows or is not that of the offsets.
  init(name: String, dtype: SafetensorsType, shape: [Int], offsets: (Int, Int), file: String) throws {
    let place = "\(file): \(Self.shown(name))"
    // The product of the axes other than zero has to fit too: it is what strides are made of.
    var count = 1
    for axis in shape where axis != 0 {
      let (product, overflows) = count.multipliedReportingOverflow(by: axis)
      guard !overflows else { throw InputError(at: place, phrase("error.productShapeShape", ["shape": shape])) }
      count = product
    }
    let (bits, overflows) = count.multipliedReportingOverflow(by: dtype.bits)
    guard !overflows, bits <= Int.max - 7 else {
      throw InputError(at: place, phrase("error.sizeShapeShape", ["shape": shape]))
    }
    guard offsets.0 <= offsets.1 else {
      throw InputError(
        at: place, phrase("error.dataOffsetsReversed"), expected: "start ≤ end", found: "[\(offsets.0), \(offsets.1)]")
    }
    let expected = shape.contains(0) ? 0 : (bits + 7) / 8
    guard offsets.1 - offsets.0 == expected else {
      throw InputError(
        at: place,
        phrase(
          "error.dataOffsetsOffsets",
          ["offsets": offsets.0, "offsets2": offsets.1, "dtype": dtype.rawValue, "shape": shape]),
        expected: phrase("expected.expectedBytes", ["expected": expected]), found: "\(offsets.1 - offsets.0)")
    }
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.range = offsets.0..<offsets.1
  }
}
