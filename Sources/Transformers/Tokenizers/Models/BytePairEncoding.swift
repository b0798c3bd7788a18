import Support

/// Byte-pair encoding: a word starts as single symbols, and the neighbours with the earliest merge are joined until
/// none is left.
///
/// Symbols are the characters of the word, or, for byte-level vocabularies, its bytes.
struct BytePairEncoding: TokenModel {
  let vocabulary: Vocabulary
  let unknownToken: String?
  private let unknownID: Int32?
  private let merges: MergeTable
  private let readsBytes: Bool
  private let fusesUnknown: Bool
  /// Whether a word that is a token stays whole, merges or not.
  private let prefersWholeWords: Bool
  private let continuingPrefix: [UInt8]
  private let endingSuffix: [UInt8]
  /// Ids of single bytes as byte-level vocabularies spell them; −1 where there is none.
  private let byteIDs: [Int32]
  /// Ids of `<0x00>` … `<0xFF>`, for characters that are no tokens; empty unless the model falls back to bytes.
  private let fallbackIDs: [Int32]

  /// The `model` of a `tokenizer.json`.
  init(_ field: JSONField, readsBytes: Bool) throws {
    let vocabulary = try Vocabulary(try field.required("vocab"))
    let merges = try field.required("merges")
    try self.init(
      vocabulary: vocabulary, merges: try merges.array().map(Self.pair), place: merges.place, readsBytes: readsBytes,
      unknownToken: try field["unk_token"]?.string(), fusesUnknown: try field.boolean("fuse_unk", default: false),
      fallsBackToBytes: try field.boolean("byte_fallback", default: false),
      prefersWholeWords: try field.boolean("ignore_merges", default: false),
      continuingPrefix: try field.string("continuing_subword_prefix", default: ""),
      endingSuffix: try field.string("end_of_word_suffix", default: ""))
  }

  /// Merges are pairs of tokens in order of their rank. Errors: a token that is not in the vocabulary.
  init(
    vocabulary: Vocabulary, merges: [(String, String)], place: String, readsBytes: Bool, unknownToken: String? = nil,
    fusesUnknown: Bool = false, fallsBackToBytes: Bool = false, prefersWholeWords: Bool = false,
    continuingPrefix: String = "", endingSuffix: String = ""
  ) throws {
    self.vocabulary = vocabulary
    self.unknownToken = unknownToken
    self.readsBytes = readsBytes
    self.fusesUnknown = fusesUnknown
    self.prefersWholeWords = prefersWholeWords
    self.continuingPrefix = Array(continuingPrefix.utf8)
    self.endingSuffix = Array(endingSuffix.utf8)
    unknownID = unknownToken.flatMap { vocabulary.id($0) }
    if let unknownToken, unknownID == nil {
      throw InputError(at: place, phrase("error.hasNoUnknown"), expected: "\"\(unknownToken)\"")
    }

    func id(_ token: String, _ rank: Int) throws -> Int32 {
      guard let id = vocabulary.id(token) else {
        throw InputError(at: place, phrase("error.mergeRankHas", ["rank": rank]), found: "\"\(token)\"")
      }
      return id
    }
    var table = MergeTable(capacity: merges.count)
    for (rank, merge) in merges.enumerated() {
      let tail = merge.1.utf8.dropFirst(continuingPrefix.utf8.count)
      let joined = merge.0 + String(decoding: tail, as: UTF8.self)
      table.insert(
        left: try id(merge.0, rank), right: try id(merge.1, rank), rank: UInt32(rank), joined: try id(joined, rank))
    }
    self.merges = table
    byteIDs = ByteAlphabet.spelling.map { vocabulary.id(String($0)) ?? -1 }
    fallbackIDs = fallsBackToBytes ? vocabulary.byteFallbackIDs : []
  }

  /// A merge as `"a b"` or `["a", "b"]`.
  static func pair(_ field: JSONField) throws -> (String, String) {
    if case .array(let parts) = field.value, parts.count == 2, case .string(let left) = parts[0],
      case .string(let right) = parts[1]
    {
      return (left, right)
    }
    return try pair(try field.string(), place: field.place)
  }

  static func pair(_ line: String, place: String) throws -> (String, String) {
    let parts = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 2, let left = String(parts[0]), let right = String(parts[1]) else {
      throw InputError(
        at: place, phrase("error.isNoMerge"), expected: phrase("expected.twoTokensSpace"), found: "\"\(line)\"")
    }
    return (left, right)
  }

  func tokenize(_ word: UTF8Bytes, _ space: inout MergeSpace, into tokens: inout [WordToken]) {
    if prefersWholeWords, let id = wholeWord(word) {
      tokens.append(WordToken(id: id, start: 0, end: Int32(word.count)))
      return
    }
    space.symbols.removeAll(keepingCapacity: true)
    if readsBytes, continuingPrefix.isEmpty, endingSuffix.isEmpty, unknownID == nil {
      guard word.allSatisfy({ byteIDs[Int($0)] >= 0 }) else {
        return tokenizeKnownBytes(of: word, &space, into: &tokens)
      }
      for byte in word { space.append(byteIDs[Int(byte)], length: 1) }
    } else {
      spell(word, &space, &tokens)
    }
    space.merge(merges)
    Self.append(space, &tokens)
  }

  private static func append(_ space: MergeSpace, _ tokens: inout [WordToken]) {
    var position: Int32 = 0
    for symbol in space.symbols where symbol.length > 0 {
      tokens.append(WordToken(id: symbol.id, start: position, end: position + symbol.length))
      position += symbol.length
    }
  }

  /// A word with bytes that the vocabulary lacks: they are left out, and the tokens behind them move forward in the
  /// word as it is spelled, as in the reference implementation.
  private func tokenizeKnownBytes(of word: UTF8Bytes, _ space: inout MergeSpace, into tokens: inout [WordToken]) {
    var bytes: [Int32] = []
    for (index, byte) in word.enumerated() {
      let length = ByteAlphabet.spelling[Int(byte)].isASCII ? 1 : 2
      bytes += repeatElement(Int32(index), count: length)
      if byteIDs[Int(byte)] >= 0 {
        space.append(byteIDs[Int(byte)], length: Int32(length))
      } else {
        tokens.append(WordToken(id: WordToken.dropped, start: Int32(index), end: Int32(index) + 1))
      }
    }
    space.merge(merges)
    let first = tokens.count
    Self.append(space, &tokens)
    for index in first..<tokens.count {
      tokens[index].start = bytes[Int(tokens[index].start)]
      tokens[index].end = bytes[Int(tokens[index].end) - 1] + 1
    }
  }

  private func wholeWord(_ word: UTF8Bytes) -> Int32? {
    guard readsBytes else { return vocabulary.id(word) }
    var spelled: [UInt8] = []
    for byte in word { spelled.append(scalar: ByteAlphabet.spelling[Int(byte)].value) }
    return vocabulary.id(spelled)
  }

  /// The symbols that a word starts as, and what it loses.
  private func spell(_ word: UTF8Bytes, _ space: inout MergeSpace, _ tokens: inout [WordToken]) {
    var unknownLength: Int32 = 0
    func flush() {
      if unknownLength > 0, let unknownID { space.append(unknownID, length: unknownLength) }
      unknownLength = 0
    }
    var position = 0
    var text: [UInt8] = []
    while position < word.count {
      let length = readsBytes ? 1 : scalarLength(leadingByte: word[position])
      text.removeAll(keepingCapacity: true)
      if position > 0 { text += continuingPrefix }
      if readsBytes {
        text.append(scalar: ByteAlphabet.spelling[Int(word[position])].value)
      } else {
        text += word[position..<(position + length)]
      }
      position += length
      if position == word.count { text += endingSuffix }

      if let id = vocabulary.id(text) {
        flush()
        space.append(id, length: Int32(length))
      } else if !fallbackIDs.isEmpty, text.allSatisfy({ fallbackIDs[Int($0)] >= 0 }) {
        for byte in text { space.append(fallbackIDs[Int(byte)], length: 1) }
      } else if unknownID != nil {
        if !fusesUnknown { flush() }
        unknownLength += Int32(length)
      } else {
        tokens.append(
          WordToken(id: WordToken.dropped, start: Int32(position - length), end: Int32(position)))
      }
    }
    flush()
  }
}
