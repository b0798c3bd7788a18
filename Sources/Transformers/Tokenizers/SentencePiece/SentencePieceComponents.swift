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
    for other in ["xlm", "camembert", "mbart", "marian", "bigbird", "deberta", "albert", "xlnet", "pegasus", "fnet"]
    where family.hasPrefix(other) {
      throw InputError(at: place, "belongs to a family whose .model files are not supported", found: "\"\(family)\"")
    }
    var userDefined: ByteTrie?
    for (id, piece) in file.pieces.enumerated() where piece.kind == .userDefined && !piece.text.isEmpty {
      if userDefined == nil { userDefined = ByteTrie(capacity: 16) }
      userDefined?.insert(Array(piece.text.utf8), Int32(id))
    }
    let model: any TokenModel
    switch file.modelType {
    case 1: model = try Unigram(file, place: place)
    case 2: model = try SentencePieceBPE(file, userDefined: userDefined, place: place)
    default:
      throw InputError(
        at: place, "has a model type that is not supported", expected: "unigram or bpe", found: "\(file.modelType)")
    }
    var components = TokenizerComponents(model: model)
    components.normalizer = SentencePieceNormalizer(
      map: file.characterMap.isEmpty ? nil : try CharacterMap(file.characterMap, place: place),
      userDefined: userDefined, addsDummyPrefix: file.addsDummyPrefix, removesExtraSpaces: file.removesExtraSpaces,
      escapesSpaces: file.escapesSpaces, treatsSpaceAsSuffix: file.treatsSpaceAsSuffix)
    let controls = file.pieces.filter { $0.kind == .control }.map(\.text)
    components.decoder = .sentencePiece(
      SentencePieceDecoder(
        controls: Set(controls), unknown: model.unknownToken ?? "", unknownSurface: file.unknownSurface,
        addsDummyPrefix: file.addsDummyPrefix, removesExtraSpaces: file.removesExtraSpaces))

    components.addedTokens = try addedTokens(model.vocabulary, defaults: [:])
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
