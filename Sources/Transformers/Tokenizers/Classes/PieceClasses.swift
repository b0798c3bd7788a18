import Support

/// Classes of SentencePiece's vocabularies: spaces are marks.
extension TokenizerClass {
  private static let mark: Unicode.Scalar = "\u{2581}"

  /// Byte pairs of marked text, with bytes for what has no token.
  func llamaComponents(_ settings: ClassSettings) throws -> TokenizerComponents {
    var components = TokenizerComponents(
      model: try settings.vocabulary.bytePairs(
        readsBytes: false, unknown: self == .llama ? nil : settings.token("unk"), fusesUnknown: true,
        fallsBackToBytes: true))
    let spaces = Decoder.replace(.literal(Array(String(Self.mark).utf8)), " ")
    if self == .gemma {
      components.normalizer = Replacing(pattern: .literal([0x20]), content: String(Self.mark))
      components.preTokenizer = PatternSplit(
        pattern: .literal([0x20]), behavior: .mergedWithPrevious, isInverted: false)
      components.decoder = .sequence([spaces, .byteFallback, .fuse])
      return components
    }
    let addsPrefixSpace = try settings.flag("add_prefix_space", true)
    let isLegacy = try self == .llama && settings.flag("legacy", false)
    components.preTokenizer = MetaspaceSplit(
      mark: Self.mark, prepending: !addsPrefixSpace ? .never : isLegacy ? .always : .first, splitsWords: false)
    let strip = addsPrefixSpace || self == .codeLlama ? [Decoder.strip(" ", start: 1, stop: 0)] : []
    components.decoder = .sequence([spaces, .byteFallback, .fuse] + strip)
    return components
  }

  /// Unigram models.
  func unigramComponents(_ settings: ClassSettings) throws -> TokenizerComponents {
    let pieces = settings.vocabulary.pieces
    let unknown = try settings.token("unk") ?? ""
    func place(_ isUnscored: Bool) -> Int32? {
      pieces.firstIndex { $0.token.utf8.elementsEqual(unknown.utf8) && (!isUnscored || $0.score == 0) }.map(Int32.init)
    }
    let unknownID: Int32
    switch self {
    case .t5: unknownID = 2
    case .albert: unknownID = 1
    case .xlmRoberta: unknownID = 3
    case .camembert: unknownID = place(false) ?? 0
    default: unknownID = try place(true) ?? settings.files.settings?["unk_id"]?.id() ?? 1
    }
    var components = TokenizerComponents(model: try settings.vocabulary.unigram(unknownID: unknownID))
    let isPrefixed = try self == .t5 || self == .pegasus || settings.flag("add_prefix_space", true)
    let prepending: MetaspaceSplit.Prepending = isPrefixed ? .always : self == .debertaV2 ? .first : .never
    let marks = MetaspaceSplit(mark: Self.mark, prepending: prepending, splitsWords: true)
    let spaces = ClassSplit(classes: .whiteSpace, behavior: .removed)
    switch self {
    case .debertaV2:
      let splitsPunctuation = try settings.flag("split_by_punct", false)
      let punctuation = ClassSplit(classes: .punctuation, behavior: .isolated)
      components.preTokenizer = PreTokenizerSequence(parts: splitsPunctuation ? [punctuation, marks] : [marks])
    case .pegasus: components.preTokenizer = marks
    default: components.preTokenizer = PreTokenizerSequence(parts: [spaces, marks])
    }
    components.normalizer = try unigramNormalizer(settings)
    components.decoder = .metaspace(mark: String(Self.mark), prepends: prepending != .never)
    return components
  }

  private func unigramNormalizer(_ settings: ClassSettings) throws -> (any Normalizer)? {
    func replacing(_ pattern: String, _ content: String) throws -> Replacing {
      Replacing(pattern: .expression(try RegularExpression(pattern, place: rawValue)), content: content)
    }
    var parts: [any Normalizer] = []
    switch self {
    case .albert:
      for quotes in ["``", "''"] { parts.append(Replacing(pattern: .literal(Array(quotes.utf8)), content: "\"")) }
      if try !settings.flag("keep_accents", false) {
        parts += [FormNormalizer(composes: false, compatibility: true), MarkStripping()] as [any Normalizer]
      }
      if try settings.flag("do_lower_case", true) { parts.append(CaseNormalizer()) }
      parts += try settings.characterMap()
    case .debertaV2:
      if try settings.flag("do_lower_case", false) { parts.append(CaseNormalizer()) }
      parts.append(try replacing(#"\s{2,}|[\n\r\t]"#, " "))
      parts.append(FormNormalizer(composes: true, compatibility: false))
      parts.append(SpaceStripping(left: false, right: true))
    case .pegasus:
      parts = try settings.characterMap()
      if parts.isEmpty { parts.append(try replacing(#"\n"#, " ")) }
      parts.append(try replacing(" {2,}", " "))
    default: parts = try settings.characterMap()
    }
    return parts.isEmpty ? nil : NormalizerSequence(parts: parts)
  }
}
