import Foundation

/// What a trained tokenizer consists of: its symbols by id and, for byte pairs, the pairs that are joined.
package struct TrainedVocabulary: Sendable {
  /// In the spelling of the vocabulary file; special tokens first.
  package var tokens: [String]
  package var merges: [(String, String)]

  package init(tokens: [String], merges: [(String, String)]) {
    self.tokens = tokens
    self.merges = merges
  }
}

/// Learns vocabularies from the words of texts.
package enum TokenizerTrainer {
  /// Byte-level byte pairs: special tokens, the 256 bytes, then what is joined.
  package static func bytePairs(
    _ words: [(bytes: [UInt8], count: Int)], special: [String], size: Int, minimumCount: Int
  ) -> TrainedVocabulary {
    // By their characters, as the library numbers them.
    let alphabet = (0..<256).sorted { ByteAlphabet.spelling[$0].value < ByteAlphabet.spelling[$1].value }
    var idOfByte = [Int32](repeating: 0, count: 256)
    for (rank, byte) in alphabet.enumerated() { idOfByte[byte] = Int32(special.count + rank) }
    // Special tokens hold their ids by spellings that no bytes have: they are longer than any word.
    let symbols = special.map { Array(("\u{0}" + $0 + "\u{0}").utf8) } + alphabet.map { [UInt8($0)] }
    var training = MergeTraining(
      symbols: symbols, words: words.map { ($0.bytes.map { idOfByte[Int($0)] }, $0.count) })
    training.run(size: size, least: minimumCount)
    func spelled(_ id: Int32) -> String {
      if Int(id) < special.count { return special[Int(id)] }
      return String(String.UnicodeScalarView(training.symbols[Int(id)].map { ByteAlphabet.spelling[Int($0)] }))
    }
    return TrainedVocabulary(
      tokens: training.symbols.indices.map { spelled(Int32($0)) },
      merges: training.merges.map { (spelled($0.left), spelled($0.right)) })
  }

  /// WordPiece, learned as byte pairs over characters: special tokens, the characters that begin words or continue
  /// them (`##`), then what is joined.
  package static func wordPieces(
    _ words: [(bytes: [UInt8], count: Int)], special: [String], size: Int, minimumCount: Int
  ) -> TrainedVocabulary {
    let sorted = words.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    let characters = sorted.map {
      String(decoding: $0.bytes, as: UTF8.self).unicodeScalars.map { Array(String($0).utf8) }
    }
    var symbols = special.map { Array(("\u{0}" + $0 + "\u{0}").utf8) }
    var ids: [[UInt8]: Int32] = [:]
    func id(_ symbol: [UInt8]) -> Int32 {
      if let known = ids[symbol] { return known }
      symbols.append(symbol)
      ids[symbol] = Int32(symbols.count - 1)
      return Int32(symbols.count - 1)
    }
    let prefix = Array("##".utf8)
    // Every character has an id of its own, in their order; those inside words come as they are met.
    for character in Set(characters.joined()).sorted(by: { $0.lexicographicallyPrecedes($1) }) { _ = id(character) }
    let spelled = characters.map { word in word.enumerated().map { id($0 == 0 ? $1 : prefix + $1) } }
    var training = MergeTraining(
      symbols: symbols, words: zip(spelled, sorted).map { ($0, $1.count) }, continuation: prefix)
    training.run(size: size, least: minimumCount)
    return TrainedVocabulary(
      tokens: training.symbols.enumerated().map {
        $0 < special.count ? special[$0] : String(decoding: $1, as: UTF8.self)
      }, merges: [])
  }
}

extension Tokenizer {
  /// The words of a text as the model would get them, normalised, in the text's order.
  package func words(of text: String) -> [[UInt8]] {
    let bytes = Array(text.utf8), index = ScalarIndex(bytes)
    var piece = AlignedText(original: bytes, at: 0)
    if let normalizer, !(normalizer.keepsASCII && !piece.bytes.contains { $0 >= 0x80 }) {
      var scalars = piece.scalars(piece.bytes.indices, index)
      normalizer.normalize(&scalars)
      piece = AlignedText(scalars)
    }
    var split = SplitText(piece)
    preTokenizer?.split(&split, index)
    return split.words.map { Array(split.text.bytes[$0]) }
  }
}
