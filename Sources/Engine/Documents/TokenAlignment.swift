package import Corpora
import Transformers

/// The alignment that people gave of a source and its target, in tokens.
package struct TokenAlignment: Codable, Sendable {
  package let gold: WordAlignment
  /// The word that each token of the source is a piece of; nil for those around the text.
  package let source: [Int?]
  /// The word that the token is a piece of which each position of the decoder predicts.
  package let target: [Int?]
  /// Whether words are missing because one of the texts was cut: it is not judged then.
  package let isCut: Bool
}

extension TokenAlignment {
  init(_ gold: WordAlignment, source: Encoding, target: Encoding) {
    self.init(
      gold: gold, source: words(for: source.offsets, of: gold.source),
      target: words(for: target.offsets, of: gold.target), isCut: source.wasTruncated || target.wasTruncated)
  }
}
