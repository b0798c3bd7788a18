package import Corpora
import Support

/// A corpus file that has been read through once and found sound.
package struct CorpusSource: Sendable {
  package let file: CorpusFile
  /// How many documents are to be used.
  package let documents: Int
  /// What was left out, in sentences.
  package let notes: [String]
  /// The images, in their order; empty for texts.
  package let imageTraits: [ImageTraits]
  private let unreadable: Set<String>

  package var path: String { file.path }

  /// - Throws: `InputError` for a file that is missing, empty, malformed or not UTF-8, with the line.
  package init(_ file: CorpusFile, label: String?, limit: Int?) throws {
    self.file = file
    var reader = try CorpusReader(file)
    try reader.check(label)
    var count = 0
    while count < limit ?? .max, try reader.next() != nil { count += 1 }
    guard count > 0 else { throw reader.emptiness }
    try reader.check(label, isAtEnd: true)
    documents = count
    notes = reader.notes
    imageTraits = reader.imageTraits
    unreadable = reader.unreadableImages?.names ?? []
  }

  package func reader() throws -> CorpusReader { try CorpusReader(file, leavingOut: unreadable) }
}
