import Support

/// The vocabulary of a tokenizer without the stages around it, from whatever file has it.
struct BareVocabulary: Sendable {
  enum Kind: Sendable { case bytePairs, wordPiece, unigram }

  /// Tokens of byte pairs and WordPiece.
  var vocabulary = Vocabulary()
  var merges: [(String, String)] = []
  /// Tokens of a unigram model with their log-probabilities.
  var pieces: [(token: String, score: Double)] = []
  var place: String

  /// How many tokens there are, which is the id that the first added one gets.
  var count: Int { pieces.isEmpty ? vocabulary.tokens.count { $0 != nil } : pieces.count }

  init(_ vocabulary: Vocabulary, merges: [(String, String)] = [], place: String) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.place = place
  }

  /// The `model` of a `tokenizer.json`; nil where it is of another kind.
  init?(_ model: JSONField, _ kind: Kind) throws {
    let isUnigram = if case .array? = model["vocab"]?.value { true } else { false }
    let type = try model["type"]?.string() ?? (model["merges"] != nil ? "BPE" : isUnigram ? "Unigram" : "WordPiece")
    guard type == [.bytePairs: "BPE", .wordPiece: "WordPiece", .unigram: "Unigram"][kind] else { return nil }
    place = model.place
    if kind == .unigram {
      pieces = try Unigram.pieces(try model.required("vocab"))
    } else {
      vocabulary = try Vocabulary(try model.required("vocab"))
    }
    if kind == .bytePairs { merges = try model.required("merges").array().map(BytePairEncoding.pair) }
  }

  func bytePairs(
    readsBytes: Bool, unknown: String? = nil, fusesUnknown: Bool = false, fallsBackToBytes: Bool = false,
    prefersWholeWords: Bool = false, endingSuffix: String = ""
  ) throws -> BytePairEncoding {
    try BytePairEncoding(
      vocabulary: vocabulary, merges: merges, place: place, readsBytes: readsBytes,
      unknownToken: unknown.flatMap { vocabulary.id($0) == nil ? nil : $0 }, fusesUnknown: fusesUnknown,
      fallsBackToBytes: fallsBackToBytes, prefersWholeWords: prefersWholeWords, endingSuffix: endingSuffix)
  }

  func unigram(unknownID: Int32) throws -> Unigram {
    try Unigram(pieces, unknownID: unknownID, fallsBackToBytes: false, place: place)
  }
}
