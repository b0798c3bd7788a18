extension JSONReader {
  /// An error about what stands at the position.
  func error(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(options.category, at: "\(place): \(spot)", problem, expected: expected, found: found)
  }

  /// Something else than JSON has here.
  func unexpected(_ expected: String) -> InputError {
    if firstInvalid(in: position..<min(position + 4, bytes.count)) == position { return notUTF8 }
    return error(
      phrase("error.notValidJSON", ["format": options.isJSON5 ? "JSON5" : "JSON"]), expected: expected, found: found
    )
  }

  private var notUTF8: InputError {
    error(phrase("jsonReader.notValidUtf"), found: "byte 0x" + String(bytes[position], radix: 16))
  }

  private var found: String {
    guard position < bytes.count else { return phrase("jsonReader.theEnd") }
    let rest = String(decoding: bytes[position..<min(position + 48, bytes.count)], as: UTF8.self)
    let shown = rest.prefix { !$0.isNewline }.prefix(12).description.debugDescription
    return shown.replacing("\\'", with: "'").replacing("\\\"", with: "\"")
  }

  /// `line 3, column 7`, columns counted in Unicode scalars; or `byte 120`.
  private var spot: String {
    switch options.position {
    case .byte(let first): return "byte \(first + position)"
    case .line(let first):
      var (line, start) = (first, bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
      for index in start..<max(start, position) where bytes[index] == 0x0A { (line, start) = (line + 1, index + 1) }
      let column = 1 + bytes[start..<max(start, position)].count { $0 & 0xC0 != 0x80 }
      return phrase("jsonReader.lineLineColumn", ["line": line, "column": column])
    }
  }

  /// Where the first sequence that is no UTF-8 begins.
  func firstInvalid(in range: Range<Int>) -> Int? {
    var decoder = UTF8()
    var iterator = bytes[range].makeIterator()
    var place = range.lowerBound
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): place += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return place
      }
    }
  }

  /// - Throws: `InputError` with the byte, where the range is not UTF-8.
  mutating func text(_ range: Range<Int>) throws(InputError) -> String {
    let bytes = UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[range])
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    position = firstInvalid(in: range) ?? range.lowerBound
    throw notUTF8
  }
}
