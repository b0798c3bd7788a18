/// The fixed places at which a corpus is cut, whatever the number of threads or machines.
package enum CorpusChunks {
  /// Documents of a chunk.
  package static let length = 64

  /// The chunks of a corpus, as ranges of documents.
  package static func all(documents: Int) -> [Range<Int>] {
    stride(from: 0, to: documents, by: length).map { $0..<min(documents, $0 + length) }
  }
}
