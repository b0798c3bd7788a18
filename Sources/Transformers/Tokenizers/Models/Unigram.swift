import Support

/// A unigram language model: the cut of a word whose tokens have the largest sum of log-probabilities (Viterbi).
///
/// A character that no token covers alone costs 10 more than the rarest token; runs of such are one unknown token, or
/// the tokens of their bytes. Source: Kudo 2018.
struct Unigram: TokenModel {
  let vocabulary: Vocabulary
  let unknownToken: String?
  /// `WordToken.dropped` where the vocabulary has no unknown token.
  private let unknownID: Int32
  private let scores: [Double]
  private let unknownScore: Double
  private let trie: ByteTrie
  private let followsSentencePiece: Bool
  /// Ids of `<0x00>` … `<0xFF>`; empty unless the model falls back to bytes.
  private let fallbackIDs: [Int32]

  var spellsUnknownAsText: Bool { true }

  /// The `model` of a `tokenizer.json`.
  init(_ field: JSONField) throws {
    try self.init(
      try Self.pieces(try field.required("vocab")), unknownID: try field["unk_id"]?.id(),
      fallsBackToBytes: try field.boolean("byte_fallback", default: false), place: field.place)
  }

  /// The `vocab`: pairs of a token and its score.
  static func pieces(_ field: JSONField) throws -> [(token: String, score: Double)] {
    try field.array().map { entry in
      guard case .array(let parts) = entry.value, parts.count == 2, case .string(let token) = parts[0],
        case .number(let score) = parts[1]
      else { throw entry.error(phrase("unigram.aTokenAndItsScore")) }
      return (token, score.double)
    }
  }

  /// `isUsed`: tokens that a text can be cut into; the others only have ids. `worstScore`: that of the rarest token,
  /// where not all count. `followsSentencePiece`: as the SentencePiece library has it, in single precision, and the
  /// last byte of a character that is spelled in bytes stands for all of it, the others for nothing.
  init(
    _ entries: [(token: String, score: Double)], unknownID: Int32?, fallsBackToBytes: Bool, place: String,
    worstScore: Double? = nil, followsSentencePiece: Bool = false, isUsed: (Int) -> Bool = { _ in true }
  ) throws {
    if let unknownID, Int(unknownID) >= entries.count {
      throw InputError(at: place, phrase("error.hasUnknownToken"), found: "\(unknownID)")
    }
    let vocabulary = try Vocabulary(entries.enumerated().map { ($1.token, Int32($0)) }, place: place)
    var trie = ByteTrie(capacity: entries.count)
    for (id, entry) in entries.enumerated() where isUsed(id) && !entry.token.isEmpty {
      trie.insert(Array(entry.token.utf8), Int32(id))
    }
    self.vocabulary = vocabulary
    self.unknownID = unknownID ?? WordToken.dropped
    self.trie = trie
    unknownToken = unknownID.map { entries[Int($0)].token }
    scores = entries.map(\.score)
    unknownScore = (worstScore ?? entries.map(\.score).min() ?? 0) - 10
    self.followsSentencePiece = followsSentencePiece
    fallbackIDs = fallsBackToBytes ? vocabulary.byteFallbackIDs : []
  }

  private struct Node {
    var start: Int32 = -1
    var id: Int32 = -1
    var score = 0.0
  }

  func tokenize(_ word: UTF8Bytes, _ space: inout MergeSpace, into tokens: inout [WordToken]) {
    var nodes = [Node](repeating: Node(), count: word.count + 1)
    var start = 0
    func offer(_ end: Int, _ id: Int32, _ here: Double, _ step: Double) {
      let score = followsSentencePiece ? Double(Float(here) + Float(step)) : here + step
      if nodes[end].start < 0 || score > nodes[end].score {
        nodes[end] = Node(start: Int32(start), id: id, score: score)
      }
    }
    while start < word.count {
      let length = scalarLength(leadingByte: word[start])
      let here = nodes[start].score
      var isCovered = false
      trie.forEachPrefix(of: word, from: start) { end, id in
        offer(end, id, here, scores[Int(id)])
        if end - start == length { isCovered = true }
      }
      if !isCovered { offer(start + length, unknownID, here, unknownScore) }
      start += length
    }
    let first = tokens.count
    let fuses = !followsSentencePiece || fallbackIDs.isEmpty
    var end = word.count
    while end > 0 {
      let node = nodes[end]
      if fuses, node.id == unknownID, tokens.count > first, tokens[tokens.count - 1].id == unknownID {
        tokens[tokens.count - 1].start = node.start
      } else {
        tokens.append(WordToken(id: node.id, start: node.start, end: Int32(end)))
      }
      end = Int(node.start)
    }
    tokens[first...].reverse()
    if tokens[first...].contains(where: { $0.id == unknownID }) { spellUnknown(word, &tokens, from: first) }
  }

  /// Unknown runs that happen to be tokens, or that bytes can spell.
  private func spellUnknown(_ word: UTF8Bytes, _ tokens: inout [WordToken], from first: Int) {
    let result = tokens[first...].flatMap { token -> [WordToken] in
      guard token.id == unknownID else { return [token] }
      let text = word.slice(Int(token.start)..<Int(token.end))
      if !followsSentencePiece, let id = vocabulary.id(text) {
        return [WordToken(id: id, start: token.start, end: token.end)]
      }
      guard !fallbackIDs.isEmpty, text.allSatisfy({ fallbackIDs[Int($0)] >= 0 }) else { return [token] }
      return text.enumerated().map { index, byte in
        let isWhole = !followsSentencePiece || index == text.count - 1
        return WordToken(id: fallbackIDs[Int(byte)], start: token.start, end: isWhole ? token.end : token.start)
      }
    }
    tokens.replaceSubrange(first..., with: result)
  }
}

extension Vocabulary {
  /// Ids of `<0x00>` … `<0xFF>`, −1 where there is none.
  var byteFallbackIDs: [Int32] {
    let digits = Array("0123456789ABCDEF")
    return (0..<256).map { id("<0x\(digits[$0 >> 4])\(digits[$0 & 15])>") ?? -1 }
  }
}
