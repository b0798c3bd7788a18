import Support

/// A token of a word, and the bytes of the word that it covers.
struct WordToken: Sendable {
  /// In place of an id: bytes for which the model has no token, not even an unknown one.
  static let dropped: Int32 = -1

  var id: Int32
  var start: Int32
  var end: Int32
}

/// The third stage: cuts a word into tokens of the vocabulary.
protocol TokenModel: Sendable {
  var vocabulary: Vocabulary { get }
  /// What stands for a word, or a part of one, that the vocabulary cannot spell.
  var unknownToken: String? { get }
  /// Appends the tokens of a non-empty word.
  func tokenize(_ word: UTF8Bytes, _ space: inout MergeSpace, into tokens: inout [WordToken])
  /// Whether an unknown token is spelled as the text that it stands for.
  var spellsUnknownAsText: Bool { get }
}

extension TokenModel {
  var spellsUnknownAsText: Bool { false }
}

/// Models by the `type` in `tokenizer.json`.
func tokenModel(_ field: JSONField, readsBytes: Bool) throws -> any TokenModel {
  let isUnigram = if case .array? = field["vocab"]?.value { true } else { false }
  let type = try field["type"]?.string() ?? (field["merges"] != nil ? "BPE" : isUnigram ? "Unigram" : "WordPiece")
  switch type {
  case "BPE": return try BytePairEncoding(field, readsBytes: readsBytes)
  case "WordPiece": return try WordPiece(field)
  case "WordLevel": return try WordLevel(field)
  case "Unigram": return try Unigram(field)
  default: throw field.unknown(phrase("tokenModel.tokenizerModel"), type)
  }
}

extension Vocabulary {
  /// From an object of tokens and ids.
  init(_ field: JSONField) throws {
    try self.init(
      field.members().map { member in
        (member.key, try JSONField(member.value, file: field.file, path: "\(field.path).\(member.key)").id())
      }, place: field.place)
  }
}
