import Support

/// A token that is found in a text as a whole, before the text is split.
struct AddedToken: Sendable {
  var id: Int32
  var content: String
  /// Is found only where no word character is beside it.
  var isSingleWord = false
  /// Takes the white space before it.
  var stripsLeft = false
  /// Takes the white space after it.
  var stripsRight = false
  /// Is looked for in the normalised text.
  var isNormalized = false
  var isSpecial = true
  /// Whether it is looked for in a text at all.
  var isMatched = true

  init(id: Int32, content: String) {
    self.id = id
    self.content = content
  }

  init(_ field: JSONField, id: Int32? = nil) throws {
    self.id = try id ?? field.required("id").id()
    content = try field.required("content").string()
    isSingleWord = try field.boolean("single_word", default: false)
    stripsLeft = try field.boolean("lstrip", default: false)
    stripsRight = try field.boolean("rstrip", default: false)
    isSpecial = try field.boolean("special", default: false)
    isNormalized = try field.boolean("normalized", default: !isSpecial)
  }
}

/// Finds added tokens in a text: from the left, the longest one.
struct AddedTokenSplitter: Sendable {
  /// A part of a text: an added token, or what lies between.
  struct Part {
    var range: Range<Int>
    var token: Int32?
  }

  private struct Entry {
    var bytes: [UInt8]
    var token: AddedToken
  }

  /// By first byte, the longest first.
  private let entries: [[Entry]]
  private let isEmpty: Bool
  private let opening: OpeningCode?

  /// `spelling`: what a token is looked for as. `opening`: a code that a text can begin with.
  init(_ tokens: [AddedToken], opening: OpeningCode? = nil, spelling: (AddedToken) -> [UInt8]) {
    self.opening = opening
    var entries = [[Entry]](repeating: [], count: 256)
    for token in tokens {
      let bytes = spelling(token)
      guard let first = bytes.first else { continue }
      entries[Int(first)].append(Entry(bytes: bytes, token: token))
    }
    for index in entries.indices { entries[index].sort { $0.bytes.count > $1.bytes.count } }
    self.entries = entries
    isEmpty = entries.allSatisfy(\.isEmpty) && opening == nil
  }

  func parts(of text: UTF8Bytes) -> [Part] {
    if isEmpty { return text.isEmpty ? [] : [Part(range: 0..<text.count)] }
    var parts: [Part] = []
    /// End of the last part, and where to look on.
    var done = 0
    var position = 0
    if let code = opening?.token(in: text) {
      parts.append(Part(range: 0..<code.length, token: code.id))
      (done, position) = (code.length, code.length)
    }
    while position < text.count {
      let candidates = entries[Int(text[position])]
      guard !candidates.isEmpty, let entry = candidates.first(where: { matches($0.bytes, text, position) }) else {
        position += 1
        continue
      }
      var range = position..<(position + entry.bytes.count)
      position = range.upperBound
      if entry.token.isSingleWord, touchesWord(text, range) { continue }
      if entry.token.stripsLeft { range = max(done, spaceStart(text, range.lowerBound))..<range.upperBound }
      if entry.token.stripsRight { range = range.lowerBound..<spaceEnd(text, range.upperBound) }
      if done < range.lowerBound { parts.append(Part(range: done..<range.lowerBound)) }
      parts.append(Part(range: range, token: entry.token.id))
      done = range.upperBound
      position = max(position, done)
    }
    if done < text.count { parts.append(Part(range: done..<text.count)) }
    return parts
  }

  private func matches(_ bytes: [UInt8], _ text: UTF8Bytes, _ position: Int) -> Bool {
    position + bytes.count <= text.count && bytes.indices.allSatisfy { text[position + $0] == bytes[$0] }
  }

  private func touchesWord(_ text: UTF8Bytes, _ range: Range<Int>) -> Bool {
    range.lowerBound > 0 && ScalarClass.of(text.scalar(before: range.lowerBound).value).contains(.word)
      || range.upperBound < text.count && ScalarClass.of(text.scalar(at: range.upperBound).value).contains(.word)
  }

  private func spaceStart(_ text: UTF8Bytes, _ position: Int) -> Int {
    var position = position
    while position > 0 {
      let (value, length) = text.scalar(before: position)
      guard ScalarClass.of(value).contains(.whiteSpace) else { break }
      position -= length
    }
    return position
  }

  private func spaceEnd(_ text: UTF8Bytes, _ position: Int) -> Int {
    var position = position
    while position < text.count {
      let (value, length) = text.scalar(at: position)
      guard ScalarClass.of(value).contains(.whiteSpace) else { break }
      position += length
    }
    return position
  }
}

/// A code in brackets that the texts of multilingual translation models begin with (`>>fra<<`): a token as it stands.
struct OpeningCode: Sendable {
  let opening: [UInt8]
  let closing: [UInt8]
  let vocabulary: Vocabulary
  /// For a code that is no token.
  let unknown: Int32

  func token(in text: UTF8Bytes) -> (length: Int, id: Int32)? {
    guard text.starts(with: opening), text.count >= opening.count + closing.count else { return nil }
    for start in 0...(text.count - closing.count) where text[start...].starts(with: closing) {
      let length = start + closing.count
      return (length, vocabulary.id(text.slice(0..<length)) ?? unknown)
    }
    return nil
  }
}
