package import Transformers

extension TokenKind {
  /// Of a token that a family puts between or around texts; nil for any other.
  init?(special id: Int32, _ roles: SpecialRoles) {
    // GPT-2's one special token opens and closes: as the first of a text it opens.
    if id == roles.classification || id == roles.beginning {
      self = .opening
    } else if id == roles.separator || id == roles.end {
      self = .closing
    } else {
      return nil
    }
  }

  /// Of a token that stands for a text.
  init(text: some Collection<Unicode.Scalar>) {
    let visible = text.filter { !$0.properties.isWhitespace }
    let isPunctuation =
      !visible.isEmpty && visible.allSatisfy { TokenKind.punctuationMarks.contains($0.properties.generalCategory) }
    self = isPunctuation ? .punctuation : .ordinary
  }

  private static let punctuationMarks: Set<Unicode.GeneralCategory> = [
    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
    .finalPunctuation, .otherPunctuation,
  ]
}

/// The kind of every token of a vocabulary, for batches of which nothing but ids is known.
///
/// It is the kind that `CorpusTokenizer` gives a token in its text, but for one that is only some bytes of a punctuation
/// mark: alone it spells none and is ordinary.
package struct TokenKinds: Sendable {
  private let kinds: [TokenKind]

  package init(_ tokenizer: Tokenizer) {
    let added = Set(tokenizer.openingTokens + tokenizer.closingTokens)
    kinds = (0..<Int32(tokenizer.vocabularySize)).map { id in
      if added.contains(id) || tokenizer.isSpecial(id), let kind = TokenKind(special: id, tokenizer.roles) {
        return kind
      }
      return TokenKind(text: tokenizer.decode([id]).unicodeScalars)
    }
  }

  /// Every token is ordinary.
  package init() { kinds = [] }

  package subscript(id: Int32) -> TokenKind { kinds.indices.contains(Int(id)) ? kinds[Int(id)] : .ordinary }
}

extension ModelInput {
  /// The rows as documents without text: what each stack reads, with the kinds of its positions. Of an image the
  /// positions before the patches open it; the first token of a decoder opens its target.
  package func documents(_ kinds: TokenKinds, of d: ModelDescription) -> (
    sources: [TokenizedDocument], targets: [TokenizedDocument]
  ) {
    func documents(_ ids: [Int32], _ mask: [UInt8], _ length: Int, isTarget: Bool = false) -> [TokenizedDocument] {
      (0..<batch).map { row in
        let range = row * length..<(row + 1) * length
        let real = range.prefix(mask[range].count { $0 != 0 })
        let own = d.image == nil || isTarget ? Array(ids[real]) : real.indices.map { Int32($0 - range.lowerBound) }
        var document = TokenizedDocument(
          id: "row-\(row)", ids: own, typeIDs: [], tokens: [], kinds: own.map { kinds[$0] }, labels: [],
          isTruncated: false)
        if isTarget, !own.isEmpty { document.kinds[0] = .opening }
        if let image = d.image, !isTarget {
          document.kinds = own.map { $0 < image.leadingTokens ? .opening : .ordinary }
        }
        return document
      }
    }
    let targets = target.map { documents($0.ids, $0.mask, $0.length, isTarget: true) }
    return (documents(ids, mask, length), targets ?? [])
  }
}
