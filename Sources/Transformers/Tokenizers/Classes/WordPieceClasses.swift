import Support

/// Classes of WordPiece: BERT's cleaning and its splits.
extension TokenizerClass {
  func wordPieceComponents(_ settings: ClassSettings) throws -> TokenizerComponents {
    let vocabulary = settings.vocabulary
    var components = TokenizerComponents(
      model: try WordPiece(
        vocabulary: vocabulary.vocabulary, unknownToken: settings.token("unk") ?? "[UNK]", continuingPrefix: "##",
        maximumCharacters: 100, place: vocabulary.place))
    let lowercases = try settings.flag("do_lower_case", settings.file != nil || !vocabulary.vocabulary.hasCapitals)
    components.normalizer = BertNormalizer(
      cleans: try self != .funnel || settings.flag("clean_text", true),
      separatesChinese: try settings.flag("tokenize_chinese_chars", true),
      stripsAccents: try settings.optionalFlag("strip_accents") ?? lowercases, lowercases: lowercases)
    components.preTokenizer = BertSplit()
    components.decoder = .wordPiece(prefix: Array("##".utf8), cleansUp: true)
    return components
  }
}

extension Vocabulary {
  /// Whether a token has a capital that is no special one in brackets: old files that say nothing of case keep it then.
  fileprivate var hasCapitals: Bool {
    tokens.contains { token in
      guard let token, !token.hasPrefix("[") else { return false }
      return token.unicodeScalars.contains { $0.properties.isUppercase }
    }
  }
}
