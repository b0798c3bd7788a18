package import Corpora
package import Support

/// A corpus file that has been read through once and found sound.
package struct CorpusSource: Sendable {
  package let file: CorpusFile
  /// How many documents are to be used.
  package let documents: Int
  /// What was left out, in sentences.
  package let notes: [Message]
  /// The images, in their order; empty for texts.
  package let imageTraits: [ImageTraits]
  private let unreadable: Set<String>
  /// The documents, where all of them take no more than `mostBytes`; else they are read again.
  private let kept: [Document]?

  private static let mostBytes = 1 << 27

  package var path: String { file.path }

  /// - Throws: `InputError` for a file that is missing, empty, malformed or not UTF-8, with the line.
  package init(_ file: CorpusFile, label: String?, limit: Int?) throws {
    self.file = file
    var reader = try CorpusReader(file)
    try reader.check(label)
    var kept: [Document]? = []
    var (count, bytes) = (0, 0)
    while count < limit ?? .max, let document = try reader.next() {
      count += 1
      bytes += document.bytes
      if bytes <= Self.mostBytes { kept?.append(document) } else { kept = nil }
    }
    guard count > 0 else { throw reader.emptiness }
    try reader.check(label, isAtEnd: true)
    documents = count
    notes = reader.notes
    imageTraits = reader.imageTraits
    unreadable = reader.unreadableImages?.names ?? []
    self.kept = kept
  }

  package func reader() throws -> CorpusReader { try CorpusReader(file, leavingOut: unreadable) }

  /// The documents from the first one on.
  package func stream() throws -> Stream { try stream(readingAgain: kept == nil) }

  func stream(readingAgain isReader: Bool) throws -> Stream {
    isReader ? Stream(kept: nil, reader: try reader()) : Stream(kept: kept, reader: nil)
  }

  /// Documents in their order, some of which may be passed over.
  package struct Stream {
    fileprivate let kept: [Document]?
    fileprivate var reader: CorpusReader?
    private var position = 0

    fileprivate init(kept: [Document]?, reader: CorpusReader?) {
      self.kept = kept
      self.reader = reader
    }

    /// - Parameter range: behind those that were read before.
    package mutating func read(_ range: Range<Int>) throws -> [Document] {
      if let kept { return Array(kept[range]) }
      var documents: [Document] = []
      while position < range.upperBound, let document = try reader?.next() {
        if position >= range.lowerBound { documents.append(document) }
        position += 1
      }
      return documents
    }
  }
}

extension Document {
  /// About how much memory it takes.
  fileprivate var bytes: Int {
    256 + text.utf8.count + (pair?.utf8.count ?? 0) + 128 * labels.count
      + words.reduce(0) { $0 + 128 + 64 * $1.labels.count }
  }
}
