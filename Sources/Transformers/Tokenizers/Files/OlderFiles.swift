import Support

/// Tokenizers from the files that came before `tokenizer.json`.
extension TokenizerFiles {
  /// Byte-level BPE from `vocab.json` and `merges.txt`: as GPT-2 does it, or as RoBERTa and BART do where the settings,
  /// the model's type or the vocabulary (`<s>`, `</s>` and `<mask>`) say so.
  func byteLevelComponents() throws -> TokenizerComponents {
    let vocabulary = try Vocabulary(try json("vocab.json"))
    var merges: [(String, String)] = []
    for (number, line) in try lines("merges.txt").enumerated() where !line.isEmpty {
      if number == 0, line.hasPrefix("#version") { continue }
      merges.append(try BytePairEncoding.pair(line, place: "\(path("merges.txt")): line \(number + 1)"))
    }
    let isRoberta =
      try isFamily(["roberta", "bart", "longformer", "led"])
      ?? ["<s>", "</s>", "<mask>"].allSatisfy { vocabulary.id($0) != nil }
    let defaults =
      isRoberta
      ? [
        "bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>",
        "mask_token": "<mask>", "unk_token": "<unk>",
      ]
      : ["bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"]
    let addsPrefixSpace = try settings?["add_prefix_space"]?.boolean() ?? false

    var components = TokenizerComponents(
      model: try BytePairEncoding(vocabulary: vocabulary, merges: merges, place: path("merges.txt"), readsBytes: true))
    components.addedTokens = try addedTokens(vocabulary, defaults: defaults)
    if isRoberta {
      for index in components.addedTokens.indices where components.addedTokens[index].content == "<mask>" {
        components.addedTokens[index].stripsLeft = true
      }
    }
    components.preTokenizer = ByteLevelSplit(addsPrefixSpace: addsPrefixSpace, splitsWords: true, spellsBytes: false)
    components.decoder = .byteLevel
    func role(_ key: String) throws -> Int32 {
      let token = try specialToken(key) ?? defaults[key] ?? ""
      guard let id = components.addedTokens.first(where: { $0.content.utf8.elementsEqual(token.utf8) })?.id else {
        throw InputError(at: path("vocab.json"), "has no token for \(key)", expected: "\"\(token)\"")
      }
      return id
    }
    if isRoberta {
      components.postProcessor.surround(try role("cls_token"), try role("sep_token"), pairSeparators: 2, secondType: 0)
      components.postProcessor.trimsOffsets = try settings?["trim_offsets"]?.boolean() ?? true
      components.postProcessor.addedPrefixSpace = addsPrefixSpace
    } else if try settings?["add_bos_token"]?.boolean() ?? false {
      let bos = try role("bos_token")
      components.postProcessor.single.insert(.tokens([bos], type: 0), at: 0)
      components.postProcessor.pair =
        components.postProcessor.single + [.tokens([bos], type: 1), .sequence(1, type: 1)]
    }
    return components
  }

  /// WordPiece from `vocab.txt`, as BERT does it.
  ///
  /// A vocabulary of atoms (`[C@@H]`) without continuing pieces is one of molecules: text is cut as SMILES is.
  /// Text is lowercased if `do_lower_case` says so; where nothing does, if no token but those in brackets has a capital.
  func wordPieceComponents() throws -> TokenizerComponents {
    let place = path("vocab.txt")
    let tokens = try lines("vocab.txt")
    let vocabulary = try Vocabulary(tokens.enumerated().map { ($1, Int32($0)) }, place: place)
    let defaults = [
      "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "mask_token": "[MASK]", "unk_token": "[UNK]",
    ]
    let hasCapitals = tokens.contains { token in
      !token.hasPrefix("[") && token.unicodeScalars.contains { $0.properties.isUppercase }
    }
    let lowercases = try settings?["do_lower_case"]?.boolean() ?? !hasCapitals

    var components = TokenizerComponents(
      model: try WordPiece(
        vocabulary: vocabulary, unknownToken: try specialToken("unk_token") ?? "[UNK]", continuingPrefix: "##",
        maximumCharacters: 100, place: place))
    components.addedTokens = try addedTokens(vocabulary, defaults: defaults)
    components.normalizer = BertNormalizer(
      cleans: true, separatesChinese: try settings?["tokenize_chinese_chars"]?.boolean() ?? true,
      stripsAccents: try settings?["strip_accents"]?.boolean() ?? lowercases, lowercases: lowercases)
    components.preTokenizer = BertSplit()
    components.decoder = .wordPiece(prefix: Array("##".utf8), cleansUp: true)
    if vocabulary.id("[C@@H]") != nil, !tokens.contains(where: { $0.hasPrefix("##") }) {
      components.normalizer = nil
      components.preTokenizer = PatternSplit(
        pattern: .expression(try RegularExpression(Self.smiles, place: place)), behavior: .removed, isInverted: true)
      components.decoder = .fuse
    }
    func role(_ key: String) throws -> Int32 {
      let token = try specialToken(key) ?? defaults[key] ?? ""
      guard let id = vocabulary.id(token) else {
        throw InputError(at: place, "has no token for \(key)", expected: "\"\(token)\"")
      }
      return id
    }
    components.postProcessor.surround(try role("cls_token"), try role("sep_token"), pairSeparators: 1, secondType: 1)
    return components
  }

  /// The tokens of SMILES. Source: Schwaller et al. 2018.
  private static let smiles =
    #"\[[^\]]+\]|Br?|Cl?|N|O|S|P|F|I|b|c|n|o|s|p|\(|\)|\.|=|#|-|\+|\\|\/|:|~|@|\?|>>?|\*|\$|%[0-9]{2}|[0-9]"#

  /// Whether the settings or the model's configuration name one of some families; nil where they name none.
  private func isFamily(_ families: [String]) throws -> Bool? {
    let type = try modelConfig?["model_type"]?.string() ?? settings?["tokenizer_class"]?.string()
    guard let type = type?.lowercased(), type != "pretrainedtokenizerfast", type != "tokenizersbackend" else {
      return nil
    }
    return families.contains { type.hasPrefix($0) }
  }

  /// The special tokens of the settings or, failing these, the family's; and tokens that were added to the vocabulary.
  func addedTokens(_ vocabulary: Vocabulary, defaults: [String: String]) throws -> [AddedToken] {
    var tokens: [AddedToken] = []
    func add(_ token: AddedToken) {
      if !tokens.contains(where: { $0.content.utf8.elementsEqual(token.content.utf8) }) { tokens.append(token) }
    }
    if let members = try settings?["added_tokens_decoder"].map({ ($0, try $0.members()) }) {
      for member in members.1 {
        guard let id = Int32(member.key) else {
          throw InputError(at: members.0.place, "has a key that is no token id", found: "\"\(member.key)\"")
        }
        add(try AddedToken(JSONField(member.value, file: members.0.file, path: "\(members.0.path).\(id)"), id: id))
      }
    }
    for key in SpecialRoles.keys {
      guard let content = try specialToken(key) ?? defaults[key], let id = vocabulary.id(content) else { continue }
      add(AddedToken(id: id, content: content))
    }
    for field in try (settings?["additional_special_tokens"] ?? specialTokensMap?["additional_special_tokens"])?.array()
      ?? []
    {
      let content = try field["content"]?.string() ?? field.string()
      if let id = vocabulary.id(content) { add(AddedToken(id: id, content: content)) }
    }
    return tokens
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
}
