import Foundation
import Support

/// Tokenizers from a SentencePiece `.model` file.
extension TokenizerFiles {
  /// The family of `tokenizer_config.json` or `config.json` says what is put around a text: T5 closes with the end
  /// token, others (Llama, Mistral, Gemma) open with the beginning token where the file has one, as far as
  /// `add_bos_token` and `add_eos_token` do not say otherwise. Control pieces are not looked for in a text.
  ///
  /// Errors: families that number the pieces otherwise than the file does; word and character models.
  func sentencePieceComponents(_ name: String) throws -> TokenizerComponents {
    try sentencePieceComponents(SentencePieceFile(directory.appending(path: name)), place: path(name))
  }

  func sentencePieceComponents(_ file: SentencePieceFile, place: String) throws -> TokenizerComponents {
    let family = try (settings?["tokenizer_class"]?.string() ?? modelConfig?["model_type"]?.string() ?? "").lowercased()
    for other in Self.familiesOfTheirOwn where family.hasPrefix(other) {
      throw InputError(at: place, phrase("error.belongsFamilyWhose"), found: "\"\(family)\"")
    }
    let stages = try SentencePieceStages(file, place: place)
    let model = stages.model
    var components = TokenizerComponents(model: model)
    components.normalizer = stages.normalizer
    components.decoder = .sentencePiece(stages.decoder)

    var table = AddedTokenTable(count: model.vocabulary.tokens.count { $0 != nil }) { model.vocabulary.id($0) }
    try add(to: &table, own: [])
    components.addedTokens = table.tokens
    for (id, piece) in file.pieces.enumerated() where piece.kind == .control || piece.kind == .unknown {
      if components.addedTokens.contains(where: { $0.id == id }) { continue }
      var token = AddedToken(id: Int32(id), content: piece.text)
      token.isMatched = false
      components.addedTokens.append(token)
    }
    let isT5 = ["t5", "mt5", "umt5", "byt5"].contains { family.hasPrefix($0) }
    func surrounding(_ flag: String, _ key: String, _ usual: String, default isAdded: Bool) throws -> Int32? {
      guard try settings?[flag]?.boolean() ?? isAdded else { return nil }
      return model.vocabulary.id(try specialToken(key) ?? usual)
    }
    if let opening = try surrounding("add_bos_token", "bos_token", "<s>", default: !isT5) {
      components.postProcessor.single.insert(.tokens([opening], type: 0), at: 0)
      components.postProcessor.pair.insert(.tokens([opening], type: 0), at: 0)
    }
    if let closing = try surrounding("add_eos_token", "eos_token", "</s>", default: isT5) {
      components.postProcessor.single.append(.tokens([closing], type: 0))
      components.postProcessor.pair.insert(
        .tokens([closing], type: 0), at: components.postProcessor.pair.count - 1)
      components.postProcessor.pair.append(.tokens([closing], type: 1))
    }
    return components
  }

  /// Families that number pieces otherwise than their `.model` files do, or prepare text in a way of their own.
  private static let familiesOfTheirOwn = [
    "xlm", "camembert", "mbart", "marian", "bigbird", "big_bird", "deberta", "albert", "xlnet", "pegasus", "fnet",
    "m2m",
    "nllb", "speech", "xglm", "barthez", "bartpho", "plbart", "rembert", "reformer", "cpm", "gptsw3", "gpt-sw3",
    "siglip", "udop", "seamless", "mluke", "layoutxlm", "bertgeneration", "bert-generation", "byt5",
  ]
}

/// What a SentencePiece file does to a text.
struct SentencePieceStages {
  let model: any TokenModel
  let normalizer: SentencePieceNormalizer
  let decoder: SentencePieceDecoder

  /// Errors: word and character models.
  init(_ file: SentencePieceFile, place: String) throws {
    var userDefined: ByteTrie?
    for (id, piece) in file.pieces.enumerated() where piece.kind == .userDefined && !piece.text.isEmpty {
      if userDefined == nil { userDefined = ByteTrie(capacity: 16) }
      userDefined?.insert(Array(piece.text.utf8), Int32(id))
    }
    switch file.modelType {
    case 1: model = try Unigram(file, place: place)
    case 2: model = try SentencePieceBPE(file, userDefined: userDefined, place: place)
    default:
      throw InputError(
        at: place, phrase("error.hasModelType"), expected: phrase("expected.unigramOrBpe"), found: "\(file.modelType)")
    }
    normalizer = SentencePieceNormalizer(
      map: file.characterMap.isEmpty ? nil : try CharacterMap(file.characterMap, place: place),
      userDefined: userDefined, addsDummyPrefix: file.addsDummyPrefix, removesExtraSpaces: file.removesExtraSpaces,
      escapesSpaces: file.escapesSpaces, treatsSpaceAsSuffix: file.treatsSpaceAsSuffix)
    decoder = SentencePieceDecoder(
      controls: Set(file.pieces.filter { $0.kind == .control }.map(\.text)), unknown: model.unknownToken ?? "",
      unknownSurface: file.unknownSurface, addsDummyPrefix: file.addsDummyPrefix,
      removesExtraSpaces: file.removesExtraSpaces)
  }
}

extension Unigram {
  /// User-defined pieces win over every other cut; unused ones only have ids.
  init(_ file: SentencePieceFile, place: String) throws {
    let normal = file.pieces.filter { $0.kind == .normal }.map(\.score)
    let best = normal.max() ?? 0
    let entries = file.pieces.map { piece in
      let score = piece.kind == .userDefined ? Float(piece.text.utf8.count) * best - 0.1 : piece.score
      return (token: piece.text, score: Double(score))
    }
    try self.init(
      entries, unknownID: Int32(file.pieces.firstIndex { $0.kind == .unknown } ?? 0),
      fallsBackToBytes: file.fallsBackToBytes, place: place, worstScore: Double(normal.min() ?? 0),
      followsSentencePiece: true
    ) { file.pieces[$0].kind == .normal || file.pieces[$0].kind == .userDefined }
  }
}
