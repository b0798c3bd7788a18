import Support

/// WordPiece: from the left, always the longest token that fits; pieces after the first carry a prefix (`##`).
///
/// A word that cannot be spelled in whole, or is too long, is the unknown token.
struct WordPiece: TokenModel {
  let vocabulary: Vocabulary
  let unknownToken: String?
  let unknownID: Int32
  let continuingPrefix: String
  let maximumCharacters: Int
  /// Tokens by the text that they match: at the start of a word, and after it (without their prefix).
  private let initial: ByteTable
  private let continuing: ByteTable
  private let longest: Int

  init(_ field: JSONField) throws {
    try self.init(
      vocabulary: Vocabulary(try field.required("vocab")),
      unknownToken: try field.string("unk_token", default: "[UNK]"),
      continuingPrefix: try field.string("continuing_subword_prefix", default: "##"),
      maximumCharacters: try field["max_input_chars_per_word"]?.integer() ?? 100, place: field.place)
  }

  init(
    vocabulary: Vocabulary, unknownToken: String, continuingPrefix: String, maximumCharacters: Int, place: String
  ) throws {
    guard let unknownID = vocabulary.id(unknownToken) else {
      throw InputError(at: place, phrase("error.hasNoUnknown"), expected: "\"\(unknownToken)\"")
    }
    self.vocabulary = vocabulary
    self.unknownToken = unknownToken
    self.unknownID = unknownID
    self.continuingPrefix = continuingPrefix
    self.maximumCharacters = maximumCharacters
    var initial = ByteTable(capacity: vocabulary.count)
    var continuing = ByteTable(capacity: vocabulary.count)
    var longest = 0
    let prefix = Array(continuingPrefix.utf8)
    for (id, token) in vocabulary.tokens.enumerated() {
      guard let token else { continue }
      let bytes = Array(token.utf8)
      longest = max(longest, bytes.count)
      initial.insert(bytes, Int32(id))
      if bytes.starts(with: prefix) { continuing.insert(Array(bytes.dropFirst(prefix.count)), Int32(id)) }
    }
    self.initial = initial
    self.continuing = continuing
    self.longest = longest
  }

  func tokenize(_ word: UTF8Bytes, _ space: inout MergeSpace, into tokens: inout [WordToken]) {
    let characters = word.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
    let first = tokens.count
    var start = 0
    while characters <= maximumCharacters, start < word.count {
      let table = start == 0 ? initial : continuing
      var end = min(word.count, start + longest)
      while end < word.count, word[end] & 0xC0 == 0x80 { end -= 1 }
      var id: Int32 = -1
      while end > start {
        id = table.value(word.slice(start..<end))
        if id >= 0 { break }
        repeat { end -= 1 } while end > start && word[end] & 0xC0 == 0x80
      }
      guard id >= 0 else { break }
      tokens.append(WordToken(id: id, start: Int32(start), end: Int32(end)))
      start = end
    }
    if start < word.count {
      tokens.removeSubrange(first...)
      tokens.append(WordToken(id: unknownID, start: 0, end: Int32(word.count)))
    }
  }
}
