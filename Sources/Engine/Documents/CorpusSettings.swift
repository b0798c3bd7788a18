package import Corpora
import Support

/// What a job says of its corpus: where it stands, which of its documents are read, and how long these may be.
package struct CorpusSettings: Hashable, Sendable {
  package var file: CorpusFile
  /// The column that labels tokens; nil where there are no labels.
  package var label: String?
  /// How many documents are read; nil for all.
  package var limit: Int?
  /// To how many tokens a document is cut; nil for what the model can take.
  package var maxTokens: Int?
  /// Tokens of the windows that longer documents are read in, and from one window to the next; nil where they are cut.
  package var window: Int?
  package var stride: Int?

  package init(file: CorpusFile, label: String? = nil, limit: Int? = nil, maxTokens: Int? = nil) {
    self.file = file
    self.label = label
    self.limit = limit
    self.maxTokens = maxTokens
  }

  /// How documents are read that are longer than a window; nil where they are cut. Half a window is the stride where
  /// none is set.
  ///
  /// - Throws: `InputError(.usage)` for a stride without a window, and for a window where documents are to be cut.
  package func windows() throws -> DocumentWindows? {
    guard let window else {
      if stride != nil {
        throw InputError(
          .usage, at: "stride", phrase("error.isThatOfWindows"), expected: phrase("expected.windowAsWell"))
      }
      return nil
    }
    if maxTokens != nil {
      throw InputError(
        .usage, at: "window", phrase("error.readsDocumentsWhole"), expected: phrase("expected.noMaxTokens"))
    }
    return DocumentWindows(length: window, stride: stride ?? max(1, window / 2))
  }
}
