import Support
package import Transformers

/// What part a token plays; analyses leave some of them out.
package enum TokenKind: UInt8, Codable, Sendable {
  case ordinary, punctuation
  /// [CLS] or a beginning-of-sequence token.
  case opening
  /// [SEP] or an end-of-sequence token.
  case closing
}

/// A document of the corpus as the model reads it.
package struct TokenizedDocument: Sendable {
  /// Stable: `doc-12` is the 13th document of the corpus file.
  package var id: String
  package var ids: [Int32]
  /// Segment of each token (BERT's token types).
  package var typeIDs: [Int32]
  /// What the tokens are shown as: their text (`Tokenizer.text`).
  package var tokens: [String]
  /// The tokens as the vocabulary spells them; empty where they are of none.
  package var entries: [String]
  package var kinds: [TokenKind]
  /// The chosen label of the word that each token is a piece of; nil where there is none.
  package var labels: [String?]
  package var isTruncated: Bool
  /// The chosen label where the corpus gives it to the document as a whole.
  package var documentLabel: String?
  /// The id of the document that this is a window of.
  package var parent: String?
  /// The characters that its tokenizer lost; of a document in windows the first one has them.
  package var losses = CharacterLosses()
  /// Of what a decoder reads: what each position is to predict.
  package var prediction: Prediction?

  /// The tokens that the positions of a decoder predict, the last one the end.
  package struct Prediction: Sendable {
    /// As text, and as the vocabulary spells them.
    package var tokens: [String]
    package var entries: [String]
    /// With the source; nil where nobody aligned them.
    package var alignment: TokenAlignment?
    /// The corpus's own text; nil where the model wrote it.
    package var reference: String?
  }

  package init(
    id: String, ids: [Int32], typeIDs: [Int32], tokens: [String], entries: [String] = [], kinds: [TokenKind],
    labels: [String?], isTruncated: Bool
  ) {
    self.id = id
    self.ids = ids
    self.typeIDs = typeIDs
    self.tokens = tokens
    self.entries = entries
    self.kinds = kinds
    self.labels = labels
    self.isTruncated = isTruncated
  }

  /// A seedless hash of the id: decides which samples are kept, so that it does not depend on how the corpus was split.
  package var hash: UInt64 { stableHash(id) }

  /// The same for bootstrap weights: windows of one document are drawn together.
  package var bootstrapHash: UInt64 { stableHash(parent ?? id) }
}
