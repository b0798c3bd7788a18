import Support

/// Tokenizers from the files that came before `tokenizer.json`.
extension TokenizerFiles {
  /// Byte-level BPE from `vocab.json` and `merges.txt`, with the pattern and the normaliser of its class. Where the
  /// files name none, the vocabulary's special tokens tell RoBERTa, Llama 3 and GPT-2 apart.
  ///
  /// Errors: a class that reads such files in a way of its own which is not supported.
  func byteLevelComponents() throws -> TokenizerComponents {
    let vocabulary = try Vocabulary(try json("vocab.json"))
    func has(_ tokens: String...) -> Bool { tokens.allSatisfy { vocabulary.id($0) != nil } }
    var merges: [(String, String)] = []
    for (number, line) in try lines("merges.txt").enumerated() where !line.isEmpty {
      if number == 0, line.hasPrefix("#version") { continue }
      merges.append(try BytePairEncoding.pair(line, place: "\(path("merges.txt")): line \(number + 1)"))
    }
    let guess: TokenizerClass =
      has("<s>", "</s>", "<mask>") ? .roberta : has("<|begin_of_text|>", "<|end_of_text|>") ? .llama3 : .gpt2
    return try olderClass(or: guess, .bytePairs, file: "vocab.json").components(
      self, BareVocabulary(vocabulary, merges: merges, place: path("vocab.json")))
  }

  /// WordPiece from `vocab.txt`, as BERT does it.
  ///
  /// A vocabulary of atoms (`[C@@H]`) without continuing pieces is one of molecules: text is cut as SMILES is.
  func wordPieceComponents() throws -> TokenizerComponents {
    let place = path("vocab.txt")
    let tokens = try lines("vocab.txt")
    let vocabulary = try Vocabulary(tokens.enumerated().map { ($1, Int32($0)) }, place: place)
    let isOfMolecules = vocabulary.id("[C@@H]") != nil && !tokens.contains { $0.hasPrefix("##") }
    let named = isOfMolecules ? .bert : try olderClass(or: .bert, .wordPiece, file: "vocab.txt")
    var components = try named.components(self, BareVocabulary(vocabulary, place: place))
    if isOfMolecules {
      components.normalizer = nil
      components.preTokenizer = PatternSplit(
        pattern: .expression(try RegularExpression(Self.smiles, place: place)), behavior: .removed, isInverted: true)
      components.decoder = .fuse
    }
    return components
  }

  /// The tokens of SMILES. Source: Schwaller et al. 2018.
  private static let smiles =
    #"\[[^\]]+\]|Br?|Cl?|N|O|S|P|F|I|b|c|n|o|s|p|\(|\)|\.|=|#|-|\+|\\|\/|:|~|@|\?|>>?|\*|\$|%[0-9]{2}|[0-9]"#

  /// The class that is named, if files of this kind can be its own; else a guess.
  private func olderClass(or guess: TokenizerClass, _ kind: BareVocabulary.Kind, file: String) throws -> TokenizerClass
  {
    switch try reader() {
    case .known(let named) where named.vocabularyKind == kind && ![.llama, .codeLlama, .gemma].contains(named):
      return named
    case .other(let name):
      throw InputError(
        at: path(file), phrase("error.belongsTokenizerWhose"), expected: phrase("expected.aTokenizerJson"),
        found: name)
    default: return guess
    }
  }
}
