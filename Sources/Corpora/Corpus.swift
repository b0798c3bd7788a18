import Tensors

/// The documents of a corpus file.
package struct Corpus: Sendable {
  package let path: String
  /// How the file was read; never `text`, which becomes `lines` or `paragraphs`.
  package let format: CorpusFormat
  package let documents: [Document]
  /// The chosen column; nil where none was.
  package let label: String?

  /// Columns that some word or document has a value in, in the format's order.
  package var labelColumns: [String] {
    let present = documents.reduce(into: Set<String>()) { columns, document in
      columns.formUnion(document.labels.keys)
      for word in document.words { columns.formUnion(word.labels.keys) }
    }
    return format.labelColumns.filter(present.contains)
  }

  /// Reads a corpus, its first `limit` documents where a limit is given.
  ///
  /// `format` is a name of `CorpusFormat`, guessed from the file's extension where it is nil; `label` a column. Errors:
  /// `InputError`, `.usage` for an unknown format or column (the nearest one is named) or a limit below 1,
  /// `.unreadable` for a file that is missing, empty, not UTF-8 (line and byte) or malformed (line).
  package static func read(
    path: String, format: String? = nil, label: String? = nil, limit: Int? = nil
  ) throws -> Corpus {
    if let limit, limit < 1 {
      throw InputError(.usage, at: "corpus limit", "is too small", expected: "at least 1", found: "\(limit)")
    }
    var reader = try CorpusReader(path: path, format: format)
    if let label { try check(label, reader.format, path) }
    var documents: [Document] = []
    while documents.count < limit ?? .max, let document = try reader.next() { documents.append(document) }
    guard !documents.isEmpty else { throw InputError(at: path, "has no documents", found: "an empty corpus") }
    return Corpus(path: path, format: reader.format, documents: documents, label: label)
  }

  /// - Throws: `InputError(.usage)` where a format has no such column.
  package static func check(_ label: String, _ format: CorpusFormat, _ path: String) throws {
    let known = format.labelColumns
    guard !known.contains(label) else { return }
    guard let near = nearest(label, among: known) else {
      throw InputError(.usage, at: path, "is plain text and has no label columns", found: "label \"\(label)\"")
    }
    throw InputError(
      .usage, at: path, "has no label column \"\(label)\"; did you mean \"\(near)\"?",
      expected: known.joined(separator: ", "))
  }
}

/// Reads a corpus document by document.
package struct CorpusReader {
  private enum Kind {
    case text(TextReader)
    case conllu(CoNLLUReader)
  }

  package let format: CorpusFormat
  private var kind: Kind
  private var count = 0

  /// Errors as for `Corpus.read`.
  package init(path: String, format: String? = nil) throws {
    let named = try CorpusFormat(named: format, path: path)
    switch named {
    case .conllu:
      self.format = .conllu
      kind = .conllu(CoNLLUReader(try LineReader(path: path)))
    case .text, .lines, .paragraphs:
      let reader = try TextReader(path: path, format: named)
      self.format = reader.format
      kind = .text(reader)
    }
  }

  /// The next document, nil at the end.
  package mutating func next() throws -> Document? {
    let id = "doc-\(count)"
    let document: Document?
    switch kind {
    case .text(var reader):
      document = try reader.next().map { Document(id: id, text: $0) }
      kind = .text(reader)
    case .conllu(var reader):
      document = try reader.next(id: id)
      kind = .conllu(reader)
    }
    if document != nil { count += 1 }
    return document
  }
}
