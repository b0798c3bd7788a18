/// The fixed places at which a corpus is cut, whatever the number of threads or machines.
package struct CorpusChunks: Sendable {
  /// Documents of a chunk.
  package static let length = 64

  package let documents: Int
  private let length: Int

  package init(documents: Int, length: Int = CorpusChunks.length) {
    self.documents = documents
    self.length = length
  }

  package var count: Int { (documents + length - 1) / length }

  /// The documents of a chunk.
  package subscript(chunk: Int) -> Range<Int> {
    chunk * length..<min(documents, (chunk + 1) * length)
  }
}
