/// How a model reads a corpus: as text, or as images.
package enum CorpusReading: Sendable {
  case text(CorpusTokenizer)
  case images(CorpusImages)

  /// The column whose labels are carried to positions.
  package var label: String? {
    switch self {
    case .text(let tokenizer): tokenizer.label
    case .images(let images): images.label
    }
  }

  /// Nil for images.
  package var text: CorpusTokenizer? { if case .text(let tokenizer) = self { tokenizer } else { nil } }
}
