import Support

/// Classes of byte-level BPE: a normaliser, a pattern, and bytes.
extension TokenizerClass {
  func byteLevelComponents(_ settings: ClassSettings) throws -> TokenizerComponents {
    let addsPrefixSpace = try settings.flag("add_prefix_space", self == .blenderbot)
    func bytes(splitsWords: Bool) -> ByteLevelSplit {
      ByteLevelSplit(
        addsPrefixSpace: self == .clip ? false : addsPrefixSpace, splitsWords: splitsWords, spellsBytes: false)
    }
    func split(_ pattern: String, inverted: Bool = false) throws -> PatternSplit {
      PatternSplit(
        pattern: .expression(try RegularExpression(pattern, place: rawValue)),
        behavior: inverted ? .removed : .isolated, isInverted: inverted)
    }
    var components = TokenizerComponents(
      model: try settings.vocabulary.bytePairs(
        readsBytes: true, unknown: self == .clip ? settings.token("unk") : nil, prefersWholeWords: self == .llama3,
        endingSuffix: self == .clip ? "</w>" : ""))
    components.decoder = .byteLevel
    switch self {
    case .qwen2, .qwen35, .llama3:
      if self != .llama3 { components.normalizer = FormNormalizer(composes: true, compatibility: false) }
      let letters = self == .qwen35 ? #"\p{L}\p{M}"# : #"\p{L}"#
      components.preTokenizer = PreTokenizerSequence(parts: [
        try split(Self.words(letters, digits: self == .llama3 ? #"\p{N}{1,3}"# : #"\p{N}"#)), bytes(splitsWords: false),
      ])
    case .gptNeoX, .cohere:
      components.normalizer = FormNormalizer(composes: true, compatibility: false)
      let digits: [any PreTokenizer] = self == .cohere ? [ClassSplit(classes: .digit, behavior: .isolated)] : []
      components.preTokenizer = PreTokenizerSequence(parts: digits + [bytes(splitsWords: true)])
    case .clip:
      components.normalizer = NormalizerSequence(parts: [
        FormNormalizer(composes: true, compatibility: false),
        Replacing(pattern: .expression(try RegularExpression(#"\s+"#, place: rawValue)), content: " "),
        CaseNormalizer(),
      ])
      components.preTokenizer = PreTokenizerSequence(parts: [
        try split(
          #"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#,
          inverted: true), bytes(splitsWords: true),
      ])
      components.decoder = .sequence([
        .byteLevel, .replace(.literal(Array("</w>".utf8)), " "), .strip(" ", start: 0, stop: 1),
      ])
    default: components.preTokenizer = bytes(splitsWords: true)
    }
    return components
  }

  /// GPT-4's pattern as Qwen and Llama 3 have it; they differ in how many digits are a word.
  private static func words(_ letters: String, digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\#(letters)]+|\#(digits)| ?[^\s\#(letters)\p{N}]+[\r\n]*"#
      + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
}
