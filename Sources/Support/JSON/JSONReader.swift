package import Foundation

/// How a JSON text is read.
package struct JSONOptions: Sendable {
  package enum Duplicates: Sendable { case refused, lastWins }

  /// What errors count from the beginning of the text.
  package enum Position: Sendable {
    /// Lines, of which the first has this number, and columns.
    case line(Int)
    /// Bytes, of which the first has this number.
    case byte(Int)
  }

  /// Comments, trailing commas, single quotes, unquoted keys, hexadecimal numbers and the rest of json5.org.
  package var isJSON5 = false
  /// `NaN`, `Infinity` and `-Infinity`, as Python writes them.
  package var hasNonFinite = false
  /// Keys that an object has twice.
  package var duplicates = Duplicates.lastWins
  /// Whether half of a surrogate pair becomes U+FFFD or is refused.
  package var replacesSurrogates = true
  /// How many values may lie within one another.
  package var depth = 512
  package var position = Position.line(1)
  package var category = InputError.Category.unreadable

  package init(
    isJSON5: Bool = false, hasNonFinite: Bool = false, duplicates: Duplicates = .lastWins,
    replacesSurrogates: Bool = true, position: Position = .line(1), category: InputError.Category = .unreadable
  ) {
    self.isJSON5 = isJSON5
    self.hasNonFinite = hasNonFinite
    self.duplicates = duplicates
    self.replacesSurrogates = replacesSurrogates
    self.position = position
    self.category = category
  }

  /// RFC 8259.
  package static let strict = JSONOptions()
  /// What Python's `json` writes and reads: files of Hugging Face, logs, corpora.
  package static let python = JSONOptions(hasNonFinite: true)
  /// Files that people write: jobs, thresholds.
  package static let json5 = JSONOptions(isJSON5: true, hasNonFinite: true, duplicates: .refused, category: .usage)
}

extension JSON {
  /// Reads a text in UTF-8.
  ///
  /// - Parameter place: the file, for errors.
  /// - Throws: `InputError` with line and column (or the byte) where it stops being JSON or UTF-8.
  package init(_ text: some ContiguousBytes, place: String, _ options: JSONOptions = .strict) throws {
    self = try text.withUnsafeBytes { bytes in
      var reader = JSONReader(bytes, place: place, options)
      return try reader.document()
    }
  }

  /// Reads a file. Errors as above, and where it cannot be read.
  package init(contentsOf url: URL, _ options: JSONOptions = .python) throws {
    let place = url.relativePath
    guard let data = try? Data(contentsOf: url) else {
      let isThere = FileManager.default.fileExists(atPath: url.path(percentEncoded: false))
      throw InputError(
        options.category, at: place, isThere ? phrase("error.cannotBeRead") : phrase("error.doesNotExist"))
    }
    try LargeFilePointer.refuse(data, at: place)
    try self.init(data, place: place, options)
  }
}

/// The state of reading a JSON text: values, objects and arrays.
struct JSONReader {
  let bytes: UnsafeRawBufferPointer
  let place: String
  let options: JSONOptions
  var position = 0
  private var depth = 0

  init(_ bytes: UnsafeRawBufferPointer, place: String, _ options: JSONOptions) {
    self.bytes = bytes
    self.place = place
    self.options = options
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func document() throws(InputError) -> JSON {
    let value = try value()
    try skipSpace()
    guard position == bytes.count else { throw unexpected(phrase("jsonReader.theEnd")) }
    return value
  }

  /// The byte that comes next; 0, which is nothing that JSON has, at the end.
  var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: byte) else { return false }
    position += 1
    return true
  }

  mutating func take(word: StaticString) -> Bool {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, (position..<end).allSatisfy({ bytes[$0] == word.utf8Start[$0 - position] }) else {
      return false
    }
    position = end
    return true
  }

  private mutating func value() throws(InputError) -> JSON {
    try skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "'") where options.isJSON5: return .string(try string())
    case UInt8(ascii: "t") where take(word: "true"): return .bool(true)
    case UInt8(ascii: "f") where take(word: "false"): return .bool(false)
    case UInt8(ascii: "n") where take(word: "null"): return .null
    default: return .number(try number())
    }
  }

  private mutating func object() throws(InputError) -> JSON {
    try open()
    var members: [JSONObject.Member] = []
    var places: [Int] = []
    while true {
      try skipSpace()
      if members.isEmpty || options.isJSON5, take("}") { break }
      if options.duplicates == .refused { places.append(position) }
      let key = try key()
      try skipSpace()
      guard take(":") else { throw unexpected(":") }
      members.append((key, try value()))
      try skipSpace()
      if take("}") { break }
      guard take(",") else { throw unexpected(", or }") }
    }
    depth -= 1
    let repeated = JSONObject.repeated(members)
    if let (place, _) = repeated.first, options.duplicates == .refused {
      position = places[place]
      throw error(phrase("jsonReader.hasKeyTwice"), found: "\"\(members[place].key)\"")
    }
    return .object(JSONObject(unique: repeated.isEmpty ? members : JSONObject.merged(members, repeated)))
  }

  private mutating func key() throws(InputError) -> String {
    if next == UInt8(ascii: "\"") || options.isJSON5 && next == UInt8(ascii: "'") { return try string() }
    guard options.isJSON5 else { throw unexpected("a key") }
    return try identifier()
  }

  private mutating func array() throws(InputError) -> JSON {
    try open()
    var elements: [JSON] = []
    while true {
      try skipSpace()
      if elements.isEmpty || options.isJSON5, take("]") { break }
      elements.append(try value())
      try skipSpace()
      if take("]") { break }
      guard take(",") else { throw unexpected(", or ]") }
    }
    depth -= 1
    return .array(elements)
  }

  private mutating func open() throws(InputError) {
    depth += 1
    guard depth <= options.depth else {
      throw unexpected(phrase("jsonReader.mostDepthNested", ["depth": options.depth]))
    }
    position += 1
  }
}
