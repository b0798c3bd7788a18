package import Corpora
import Foundation
package import Transformers

/// Turns the documents of a corpus into what the model reads.
package struct CorpusTokenizer: Sendable {
  package let tokenizer: Tokenizer
  /// The column whose labels are carried to tokens.
  package let label: String?
  /// To how many tokens documents are cut.
  package let maximumLength: Int

  package init(tokenizer: Tokenizer, label: String?, maximumLength: Int) {
    self.tokenizer = tokenizer
    self.label = label
    self.maximumLength = maximumLength
  }

  /// The tokens of a document, its pair behind it, with their kinds and labels; nothing of it is lost but what lies beyond the length.
  package func tokenize(_ document: Document) -> TokenizedDocument {
    let encoding = tokenizer.encode(document.text, pair: document.pair, maximumLength: maximumLength)
    let isSecond = encoding.sequences.map { $0 == 1 }
    var labels = [String?](repeating: nil, count: encoding.count)
    if let label {
      labels = Corpora.labels(for: encoding.offsets, of: document, column: label)
      // The words are those of the first text; of the second one only the whole document has a label.
      for index in labels.indices where isSecond[index] {
        labels[index] = encoding.offsets[index].isEmpty ? nil : document.labels[label]
      }
    }
    let scalars = Array(document.text.unicodeScalars), pair = document.pair.map { Array($0.unicodeScalars) } ?? []
    let kinds = (0..<encoding.count).map { index in
      kind(
        encoding.ids[index], isAdded: encoding.isAdded[index],
        text: (isSecond[index] ? pair : scalars)[encoding.offsets[index]])
    }
    return TokenizedDocument(
      id: document.id, ids: encoding.ids, typeIDs: encoding.typeIDs, tokens: encoding.tokens, kinds: kinds,
      labels: zip(labels, encoding.isAdded).map { $1 ? nil : $0 }, isTruncated: encoding.wasTruncated)
  }

  private func kind(_ id: Int32, isAdded: Bool, text: ArraySlice<Unicode.Scalar>) -> TokenKind {
    if isAdded || tokenizer.isSpecial(id) {
      let roles = tokenizer.roles
      // GPT-2's one special token opens and closes: as the first of a text it opens.
      if id == roles.classification || id == roles.beginning { return .opening }
      if id == roles.separator || id == roles.end { return .closing }
    }
    let visible = text.filter { !$0.properties.isWhitespace }
    let isPunctuation = !visible.isEmpty && visible.allSatisfy { punctuation.contains($0.properties.generalCategory) }
    return isPunctuation ? .punctuation : .ordinary
  }
}

private let punctuation: Set<Unicode.GeneralCategory> = [
  .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
  .otherPunctuation,
]
