import Support

/// What a class is told: the settings of `tokenizer_config.json`, with the class's own defaults.
struct ClassSettings {
  let files: TokenizerFiles
  let tokenizerClass: TokenizerClass
  /// The stages of `tokenizer.json`; nil where there is none.
  let file: JSONField?
  let vocabulary: BareVocabulary
  /// The added tokens, by which special ones find their ids.
  let added: [AddedToken]

  func flag(_ key: String, _ usual: Bool) throws -> Bool { try files.settings?[key]?.boolean() ?? usual }
  func optionalFlag(_ key: String) throws -> Bool? { try files.settings?[key]?.boolean() }

  /// The spelling of a special token: `bos`, `cls` …
  func token(_ role: String) throws -> String? {
    try files.specialToken("\(role)_token") ?? tokenizerClass.specialTokens[role]
  }

  /// The id of a special token that stands around every text. Errors: neither vocabulary nor added tokens have it.
  func id(_ role: String) throws -> Int32 {
    let token = try token(role) ?? ""
    let found = added.first { $0.content.utf8.elementsEqual(token.utf8) }?.id ?? vocabulary.vocabulary.id(token)
    if let id = found
      ?? vocabulary.pieces.firstIndex(where: { $0.token.utf8.elementsEqual(token.utf8) }).map(Int32.init)
    {
      return id
    }
    throw InputError(at: vocabulary.place, phrase("error.hasNoToken", ["role": role]), expected: "\"\(token)\"")
  }

  /// The id of a token that stands around a text where `add_bos_token` or `add_eos_token` says so; nil where neither
  /// file nor class has such a token.
  func optionalID(_ role: String, _ isUsual: Bool) throws -> Int32? {
    guard try flag("add_\(role)_token", isUsual), try token(role) != nil else { return nil }
    return try id(role)
  }

  /// SentencePiece's character map, where a normalizer of `tokenizer.json` has it.
  func characterMap() throws -> [any Normalizer] {
    guard let normalizer = file?["normalizer"] else { return [] }
    let parts = try normalizer.type() == "Sequence" ? normalizer.required("normalizers").array() : [normalizer]
    guard let part = try parts.first(where: { try $0.type() == "Precompiled" }) else { return [] }
    return [try PrecompiledNormalizer(part)]
  }
}

extension TokenizerClass {
  /// The tokenizer of a class with a vocabulary: `file` is the `tokenizer.json` that it is from, `own` the tokens that
  /// this adds.
  func components(
    _ files: TokenizerFiles, _ vocabulary: BareVocabulary, _ file: JSONField? = nil, own: [AddedToken] = []
  ) throws -> TokenizerComponents {
    let pieces = Dictionary(vocabulary.pieces.enumerated().map { ([UInt8]($1.token.utf8), Int32($0)) }) { $1 }
    var table = AddedTokenTable(count: vocabulary.count) { vocabulary.vocabulary.id($0) ?? pieces[[UInt8]($0.utf8)] }
    try files.add(to: &table, own: own, usual: specialTokens)
    for content in extraTokens where !table.contains(content) {
      table.add(AddedToken(id: 0, content: content), isKept: false)
    }
    // The mask of RoBERTa's older files takes the space before it, unless its token is described.
    if self == .roberta, file == nil, files.settings?["added_tokens_decoder"] == nil { table.stripLeft("<mask>") }
    let settings = ClassSettings(
      files: files, tokenizerClass: self, file: file, vocabulary: vocabulary, added: table.tokens)
    var components = try components(settings)
    if let file, try components.cutsOtherwise(than: file) {
      components.remarks.append(
        Message("note.corpus.tokenizerClass", ["rawValue": rawValue]))
    }
    return components
  }

  /// The tokenizer of a class. What stands around a text is what `tokenizer.json` says, else what the settings say,
  /// where the class has no frame of its own.
  private func components(_ settings: ClassSettings) throws -> TokenizerComponents {
    var components =
      switch vocabularyKind {
      case .wordPiece: try wordPieceComponents(settings)
      case .bytePairs:
        switch self {
        case .llama, .codeLlama, .gemma: try llamaComponents(settings)
        default: try byteLevelComponents(settings)
        }
      case .unigram: try unigramComponents(settings)
      }
    components.addedTokens = settings.added
    if let frame = try frame(settings) {
      components.postProcessor = frame
    } else if let file = settings.file {
      if let field = file["post_processor"] { components.postProcessor = try PostProcessor(field) }
    } else {
      try components.postProcessor.surround(
        settings.optionalID("bos", self == .llama3), settings.optionalID("eos", false))
    }
    return components
  }

  /// What a class puts around every text; nil where it leaves that to the files.
  private func frame(_ settings: ClassSettings) throws -> PostProcessor? {
    var frame = PostProcessor()
    func surround(_ opening: String, _ closing: String, separators: Int, secondType: Int32) throws {
      try frame.surround(
        settings.id(opening), settings.id(closing), pairSeparators: separators, secondType: secondType)
    }
    switch self {
    case .albert where settings.file?["post_processor"] != nil: return nil
    case .bert, .albert, .debertaV2: try surround("cls", "sep", separators: 1, secondType: 1)
    case .funnel:
      try surround("cls", "sep", separators: 1, secondType: 1)
      let opening = PostProcessor.Piece.tokens([try settings.id("cls")], type: 2)
      (frame.single[0], frame.pair[0]) = (opening, opening)
    case .roberta, .mpnet, .clip:
      try surround(self == .clip ? "bos" : "cls", self == .clip ? "eos" : "sep", separators: 2, secondType: 0)
      frame.trimsOffsets = try self == .mpnet || self == .roberta && settings.flag("trim_offsets", true)
      frame.addedPrefixSpace = try self == .roberta && settings.flag("add_prefix_space", false)
    case .deberta: try surround("cls", "sep", separators: 2, secondType: 0)
    case .xlmRoberta, .camembert: try surround("bos", "eos", separators: 2, secondType: 0)
    case .t5, .pegasus:
      let closing = PostProcessor.Piece.tokens([try settings.id("eos")], type: 0)
      frame.single = [.sequence(0, type: 0), closing]
      frame.pair = [.sequence(0, type: 0)] + (self == .t5 ? [closing] : []) + [.sequence(1, type: 0), closing]
    case .gptNeoX:
      if settings.file == nil {
        try frame.surround(settings.optionalID("bos", false), settings.optionalID("eos", false))
      }
    default: return nil
    }
    return frame
  }
}

extension PostProcessor {
  /// `opening A closing`, and for pairs `… B closing` after as many separators in all as the family puts between.
  mutating func surround(_ opening: Int32, _ closing: Int32, pairSeparators: Int, secondType: Int32) {
    single = [.tokens([opening], type: 0), .sequence(0, type: 0), .tokens([closing], type: 0)]
    pair = single
    for _ in 1..<pairSeparators { pair.append(.tokens([closing], type: 0)) }
    pair += [.sequence(1, type: secondType), .tokens([closing], type: secondType)]
  }

  /// `beginning A end`, and for pairs `beginning B end` behind it; either can be left out.
  mutating func surround(_ beginning: Int32?, _ end: Int32?) {
    func surrounded(_ sequence: Int, type: Int32) -> [Piece] {
      func piece(_ id: Int32?) -> [Piece] { id.map { [.tokens([$0], type: type)] } ?? [] }
      return piece(beginning) + [.sequence(sequence, type: type)] + piece(end)
    }
    single = surrounded(0, type: 0)
    pair = single + surrounded(1, type: 1)
  }
}
