package import Foundation
package import Support

/// From text to the tokens of a model and back, as the model's directory says.
///
/// The stages are those of the `tokenizers` library: added tokens are found, the text is normalised, cut into words,
/// the words into tokens, and the family's own tokens are put around. It can be used from any thread.
package final class Tokenizer: Sendable {
  /// The problem of a model that has none, as an error says it.
  package static var absence: String {
    phrase("tokenizer.hasNoTokenizer")
  }

  /// Paths of the files that it was read from.
  package let files: [String]
  /// Paths of the settings beside them that count as well.
  package let settingsFiles: [String]
  package let roles: SpecialRoles
  /// What the family puts before and after a single text; empty where it adds nothing.
  package let openingTokens: [Int32]
  package let closingTokens: [Int32]
  /// What a reader has to know of how it was read: "The tokenizer is the BertTokenizer that …".
  package let remarks: [Message]
  /// The tokenizer of the second texts of a translation, where they have one of their own.
  package let target: Tokenizer?

  let normalizer: (any Normalizer)?
  let preTokenizer: (any PreTokenizer)?
  private let model: any TokenModel
  private let postProcessor: PostProcessor
  private let decoder: Decoder?
  private let plainTokens: AddedTokenSplitter
  private let normalizedTokens: AddedTokenSplitter
  private let spellings: TokenSpellings
  private let addedIDs: [String: Int32]
  private let specialIDs: Set<Int32>
  private let largestID: Int32
  /// An unknown token that is spelled as the text that it stands for.
  private let idSpelledAsText: Int32?
  private let unknownID: Int32?
  private let sentences: SentenceText?
  private let caches = WordCachePool()

  /// Reads the tokenizer of a model's directory: `tokenizer.json`, else a SentencePiece model
  /// (`tokenizer.model`, `spiece.model`; `source.spm` and `target.spm` with `vocab.json`), else the older files
  /// `vocab.json` with `merges.txt` (byte-level BPE) or `vocab.txt` (WordPiece). A directory without any takes those of
  /// its parent. `tokenizer_config.json` counts over `tokenizer.json` as it does in transformers 5.
  ///
  /// `sentences`: what is done to a text before; nil where nothing is.
  ///
  /// Errors: `InputError` with the file and the field; a component that is not supported is named.
  package convenience init(directory: URL, sentences: SentenceText? = nil) throws {
    let files = try TokenizerFiles(directory: directory)
    let components = try files.components()
    let target = try components.targetModel.map { target in
      var components = components
      components.model = target.model
      components.normalizer = target.normalizer
      return try Tokenizer(components, files)
    }
    try self.init(components, files, target: target, sentences: sentences)
  }

  init(
    _ components: TokenizerComponents, _ files: TokenizerFiles, target: Tokenizer? = nil,
    sentences: SentenceText? = nil
  ) throws {
    self.target = target
    self.sentences = sentences
    remarks = components.remarks
    self.files = files.names.map(files.path)
    settingsFiles = [files.settings, files.specialTokensMap, files.addedTokensFile].compactMap {
      files.carried == nil ? $0?.file : nil
    }
    normalizer = components.normalizer
    preTokenizer = components.preTokenizer
    model = components.model
    postProcessor = components.postProcessor
    decoder = components.decoder
    unknownID = model.unknownToken.flatMap(model.vocabulary.id)
    idSpelledAsText = model.spellsUnknownAsText ? model.unknownToken.flatMap(model.vocabulary.id) : nil
    let added = components.addedTokens
    let normalizer = components.normalizer
    plainTokens = AddedTokenSplitter(
      added.filter { $0.isMatched && !$0.isNormalized }, opening: components.openingCode
    ) { Array($0.content.utf8) }
    normalizedTokens = AddedTokenSplitter(added.filter { $0.isMatched && $0.isNormalized }) {
      normalizer?.normalized($0.content) ?? Array($0.content.utf8)
    }
    // The library spells tokens that it looks for in the normalised text as they stand there.
    let spelled = added.map { token in
      let isChanged = token.isMatched && token.isNormalized
      let bytes = isChanged ? normalizer?.normalized(token.content) : nil
      return (id: token.id, spelling: bytes.map { String(decoding: $0, as: UTF8.self) } ?? token.content)
    }
    spellings = TokenSpellings(model.vocabulary, added: spelled, spellsBytes: components.spellsBytes)
    addedIDs = Dictionary(added.map { ($0.content, $0.id) }) { first, _ in first }
    specialIDs = Set(added.filter(\.isSpecial).map(\.id))
    largestID = max(Int32(model.vocabulary.count) - 1, added.map(\.id).max() ?? -1)
    (openingTokens, closingTokens) = postProcessor.surroundings
    roles = try SpecialRoles(files, components)
  }

  /// One more than the largest id.
  package var vocabularySize: Int { Int(largestID) + 1 }

  /// The spelling of an id, nil where it has none.
  package func token(_ id: Int32) -> String? { spellings.token(id) }

  /// What a token is shown as, nil where an id has none: of a byte-level token the text of its bytes, with `⟨e6⟩` for a
  /// byte of a character that other tokens share; any other token as it is spelled (`▁the`, `##ing`, `<0xE6>`, `[CLS]`).
  package func text(_ id: Int32) -> String? { spellings.text(id) }

  /// The id of a token as it is spelled, nil where it has none.
  package func id(_ token: String) -> Int32? {
    if let (content, id) = addedIDs.first(where: { $0.key == token }), content.utf8.elementsEqual(token.utf8) {
      return id
    }
    return model.vocabulary.id(token)
  }

  /// Whether an id is one of the special tokens ([CLS], end of text…).
  package func isSpecial(_ id: Int32) -> Bool { specialIDs.contains(id) }

  /// How many tokens are added around a text or a pair.
  package func addedTokenCount(isPair: Bool = false) -> Int { postProcessor.addedCount(isPair: isPair) }

  /// Encodes a text, or a pair of them.
  ///
  /// `maximumLength` counts the added tokens, which are kept: the text is cut at its end, of a pair the longer text
  /// first. Where it leaves no room for any text, only the added tokens remain.
  package func encode(
    _ text: String, pair: String? = nil, addSpecialTokens: Bool = true, maximumLength: Int? = nil
  ) -> Encoding {
    var losses: CharacterLosses?
    return encode(
      text, pair: pair, addSpecialTokens: addSpecialTokens, maximumLength: maximumLength, counting: &losses)
  }

  /// The same; characters that are lost on the way are added to `losses`, also those of what is cut off.
  package func encode(
    _ text: String, pair: String? = nil, addSpecialTokens: Bool = true, maximumLength: Int? = nil,
    counting losses: inout CharacterLosses?
  ) -> Encoding {
    var cache = caches.take()
    var first = encode(text, sequence: 0, &cache, &losses)
    var second: Encoding?
    if let pair { second = encode(pair, sequence: 1, &cache, &losses) }
    caches.giveBack(cache)
    if let maximumLength {
      let room = max(0, maximumLength - (addSpecialTokens ? postProcessor.addedCount(isPair: pair != nil) : 0))
      if second != nil { Encoding.truncate(&first, &second!, to: room) } else { first.truncate(to: room) }
    }
    return postProcessor.process(first, second, addsTokens: addSpecialTokens)
  }

  /// The text that tokens spell; ids without a token are left out.
  package func decode(_ ids: [Int32], skipSpecialTokens: Bool = false) -> String {
    let tokens = ids.compactMap { skipSpecialTokens && isSpecial($0) ? nil : token($0) }
    guard let decoder else { return tokens.joined(separator: " ") }
    return decoder.decode(tokens).joined()
  }

  private func encode(
    _ text: String, sequence: Int, _ cache: inout WordCache, _ losses: inout CharacterLosses?
  ) -> Encoding {
    let bytes = Array(text.utf8)
    let index = ScalarIndex(bytes)
    var whole = AlignedText(original: bytes, at: 0)
    if let sentences { whole = sentences.prepared(whole, index) }
    var reach = losses.map { _ in TextReach(count: text.unicodeScalars.count) }
    var result = Encoding(spellings)
    var word = 0
    var tokens: [WordToken] = []

    func append(_ id: Int32, _ offsets: Range<Int>) {
      result.append(id, offsets, word: word, type: Int32(sequence), sequence: sequence, isAdded: false)
    }
    /// An added token is spelled as it was found, with the spaces that it took.
    func append(found id: Int32, in piece: AlignedText, _ range: Range<Int>) {
      let spelling = String(decoding: piece.bytes[range], as: UTF8.self)
      if let usual = spellings.token(id), !usual.utf8.elementsEqual(spelling.utf8) {
        result.spellings[result.count] = spelling
      }
      append(id, piece.originalScalars(range, index))
      reach?.mark(range, of: piece, index, .read)
      word += 1
    }
    func encodeWords(_ text: AlignedText) {
      var split = SplitText(text)
      preTokenizer?.split(&split, index)
      split.text.bytes.withUnsafeBufferPointer { bytes in
        for range in split.words {
          tokens.removeAll(keepingCapacity: true)
          cache.tokenize(bytes.slice(range), model, into: &tokens)
          reach?.mark(range, of: split.text, index, .read)
          for token in tokens {
            let place = (range.lowerBound + Int(token.start))..<(range.lowerBound + Int(token.end))
            if token.id == WordToken.dropped || token.id == unknownID {
              reach?.mark(place, of: split.text, index, token.id == WordToken.dropped ? .dropped : .unknown)
              if token.id == WordToken.dropped { continue }
            }
            if token.id == idSpelledAsText {
              result.spellings[result.count] = String(decoding: bytes[place], as: UTF8.self)
            }
            append(token.id, split.text.originalScalars(place, index))
          }
          word += 1
        }
      }
    }

    for part in whole.bytes.withUnsafeBufferPointer({ plainTokens.parts(of: $0) }) {
      var piece = whole.slice(part.range)
      if let id = part.token {
        append(found: id, in: piece, piece.bytes.indices)
        continue
      }
      if let normalizer, !(normalizer.keepsASCII && !piece.bytes.contains { $0 >= 0x80 }) {
        var scalars = piece.scalars(piece.bytes.indices, index)
        normalizer.normalize(&scalars)
        piece = AlignedText(scalars)
      }
      for inner in piece.bytes.withUnsafeBufferPointer({ normalizedTokens.parts(of: $0) }) {
        if let id = inner.token {
          append(found: id, in: piece, inner.range)
        } else {
          encodeWords(piece.slice(inner.range))
        }
      }
    }
    if let reach { losses?.add(text, reach) }
    return result
  }
}
