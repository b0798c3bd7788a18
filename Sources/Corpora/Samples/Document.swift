/// A text of a corpus: a sentence, a line or a paragraph, whatever the format takes for one; or an image.
package struct Document: Sendable, Hashable {
  /// `doc-12` is the 13th document of the corpus.
  package var id: String
  /// Of an image the name of its file, which is shown and not read.
  package var text: String
  /// The second text: the other sentence of a pair, or the translation; nil where there is none.
  package var pair: String?
  /// Which words of the two texts translate each other; nil where the corpus does not say.
  package var alignment: WordAlignment?
  /// The annotated words of `text` in order; empty where the corpus has none. Words that share a written form (the two of
  /// "don't", where they cannot be told apart) share its range.
  package var words: [Word]
  /// What the corpus says of the document as a whole, by column.
  package var labels: [String: String]
  /// Where the image lies; nil for a text.
  package var image: String?

  package init(
    id: String, text: String, pair: String? = nil, words: [Word] = [], labels: [String: String] = [:],
    image: String? = nil
  ) {
    self.id = id
    self.text = text
    self.pair = pair
    self.words = words
    self.labels = labels
    self.image = image
  }
}

/// A word as the corpus cuts them.
package struct Word: Sendable, Hashable {
  package var text: String
  /// Unicode scalars of the document's text.
  package var range: Range<Int>
  /// What the corpus says of the word, by column; a column without a value is absent.
  package var labels: [String: String]
  /// Index of the word that it depends on; nil for a root, or where there are no dependencies.
  package var head: Int?

  package init(text: String, range: Range<Int>, labels: [String: String] = [:], head: Int? = nil) {
    self.text = text
    self.range = range
    self.labels = labels
    self.head = head
  }
}
