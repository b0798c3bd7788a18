import Support

/// Whole words alone: one that the vocabulary lacks is the unknown token.
struct WordLevel: TokenModel {
  let vocabulary: Vocabulary
  let unknownToken: String?
  private let unknownID: Int32

  init(_ field: JSONField) throws {
    vocabulary = try Vocabulary(try field.required("vocab"))
    let token = try field.string("unk_token", default: "<unk>")
    unknownID = vocabulary.id(token) ?? WordToken.dropped
    unknownToken = unknownID < 0 ? nil : token
  }

  func tokenize(_ word: UTF8Bytes, _ space: inout MergeSpace, into tokens: inout [WordToken]) {
    tokens.append(WordToken(id: vocabulary.id(word) ?? unknownID, start: 0, end: Int32(word.count)))
  }
}
