package import Support

/// The documents of a corpus.
package struct Corpus: Sendable {
  package let path: String
  /// How the file was read; never `text`, which becomes `lines` or `paragraphs`.
  package let format: CorpusFormat
  package let documents: [Document]
  /// The chosen column; nil where none was.
  package let label: String?
  /// Columns that some word or document has a value in, in the file's or the format's order.
  package let labelColumns: [String]
  /// What was left out, in sentences.
  package let notes: [Message]

  /// Reads a corpus, its first `limit` documents where a limit is given.
  ///
  /// `label` is a column. Errors: `InputError`, `.usage` for an unknown column (the nearest one is named),
  /// settings that the format does not have, or a limit below 1; `.unreadable` for a file that is missing, empty, not
  /// UTF-8 (line and byte) or malformed (line), and for a folder without images that
  /// can be read.
  package static func read(_ file: CorpusFile, label: String? = nil, limit: Int? = nil) throws -> Corpus {
    if let limit, limit < 1 {
      throw InputError(
        .usage, at: phrase("error.corpusLimit"), phrase("error.isTooSmall"), expected: phrase("expected.atLeast1"),
        found: "\(limit)")
    }
    var reader = try CorpusReader(file)
    try reader.check(label)
    var documents: [Document] = []
    while documents.count < limit ?? .max, let document = try reader.next() { documents.append(document) }
    guard !documents.isEmpty else { throw reader.emptiness }
    try reader.check(label, isAtEnd: true)

    let present = documents.reduce(into: Set<String>()) { columns, document in
      columns.formUnion(document.labels.keys)
      for word in document.words { columns.formUnion(word.labels.keys) }
    }
    return Corpus(
      path: file.path, format: reader.format, documents: documents, label: label,
      labelColumns: reader.labelColumns.filter(present.contains), notes: reader.notes)
  }

  /// Reads a corpus whose parts have their usual names. Errors as above.
  package static func read(
    path: String, format: CorpusFormat? = nil, label: String? = nil, limit: Int? = nil
  ) throws -> Corpus {
    try read(CorpusFile(path: path, format: format), label: label, limit: limit)
  }
}

/// Reads a corpus document by document.
package struct CorpusReader {
  private enum Kind {
    case text(TextReader)
    case parallel(ParallelReader)
    case conllu(CoNLLUReader)
    case jsonLines(JSONLinesReader)
    case table(TableReader)
    case words(WordColumnsReader)
    case images(ImageFolder)
  }

  package let format: CorpusFormat
  package let path: String
  private var kind: Kind
  private var count = 0

  /// - Parameter left: images that are left out, and all others then taken for readable; nil where each is to be looked
  ///   at. Errors as for `Corpus.read`.
  package init(_ file: CorpusFile, leavingOut left: Set<String>? = nil) throws {
    path = file.path
    let named = try file.resolvedFormat()
    if let parallel = file.parallel {
      format = .lines
      kind = .parallel(
        ParallelReader(
          try LineReader(path: path), try LineReader(path: parallel),
          alignments: try file.alignment.map { try LineReader(path: $0) }))
      return
    }
    switch named {
    case .text, .lines, .paragraphs:
      let reader = try TextReader(path: path, format: named)
      format = reader.format
      kind = .text(reader)
      return
    case .conllu: kind = .conllu(CoNLLUReader(try LineReader(path: path)))
    case .jsonl: kind = .jsonLines(JSONLinesReader(try LineReader(path: path), file))
    case .tsv: kind = .table(try TableReader(CSVRows(LineReader(path: path), .tab), file))
    case .csv: kind = .table(try TableReader(CSVRows(LineReader(path: path), .comma), file))
    case .conll: kind = .words(try WordColumnsReader(try LineReader(path: path), file))
    case .images: kind = .images(try ImageFolder(file, leavingOut: left))
    }
    format = named
  }

  /// The next document, nil at the end.
  package mutating func next() throws -> Document? {
    let id = "doc-\(count)"
    let document: Document?
    switch kind {
    case .text(var reader):
      document = try reader.next().map { Document(id: id, text: $0) }
      kind = .text(reader)
    case .parallel(var reader):
      document = try reader.next(id: id)
      kind = .parallel(reader)
    case .conllu(var reader):
      document = try reader.next(id: id)
      kind = .conllu(reader)
    case .jsonLines(var reader):
      document = try reader.next(id: id)
      kind = .jsonLines(reader)
    case .table(var reader):
      document = try reader.next(id: id)
      kind = .table(reader)
    case .words(var reader):
      document = try reader.next(id: id)
      kind = .words(reader)
    case .images(var folder):
      document = try folder.next(id: id)
      kind = .images(folder)
    }
    if document != nil { count += 1 }
    return document
  }

  /// Columns that words or documents can have a label in; of JSON Lines those of the documents that were read.
  package var labelColumns: [String] {
    switch kind {
    case .text, .parallel: []
    case .conllu: CoNLLUReader.columns
    case .jsonLines(let reader): reader.labelColumns
    case .table(let reader): reader.labelColumns
    case .words(let reader): reader.labelColumns
    case .images(let folder): folder.labelColumns
    }
  }

  /// The images that were read so far; empty for texts.
  package var imageTraits: [ImageTraits] { if case .images(let folder) = kind { folder.traits } else { [] } }

  /// The names of the images that could not be read so far, and a sentence about them; nil where there is none.
  package var unreadableImages: (names: Set<String>, note: Message)? {
    guard case .images(let folder) = kind, let note = folder.note else { return nil }
    return (Set(folder.unreadable.map(\.name)), note)
  }

  /// What was left out so far, in sentences.
  package var notes: [Message] {
    switch kind {
    case .jsonLines(let reader): reader.note.map { [$0] } ?? []
    default: unreadableImages.map { [$0.note] } ?? []
    }
  }

  /// The error of a corpus in which there was no document.
  package var emptiness: InputError {
    if case .jsonLines(let reader) = kind, let line = reader.missing.first {
      return InputError(
        at: "\(path): line \(line)", phrase("error.hasNoText"), expected: "a text",
        found: phrase("found.nullNanMissing", ["missing": reader.missing.count]))
    }
    return InputError(at: path, phrase("error.hasNoDocuments"), found: phrase("found.anEmptyCorpus"))
  }

  /// The column that folders of images fill.
  package static let classColumn = ImageFolder.classColumn

  /// What images have in a column, each value once, in the order of their bytes; nothing where they have no such column
  /// or the corpus holds none.
  package func values(ofImageColumn column: String) -> [String] {
    guard case .images(let folder) = kind else { return [] }
    return folder.values(of: column)
  }

  /// - Throws: `InputError(.usage)` where the corpus has no such column. JSON Lines can tell only once they were read.
  package func check(_ label: String?, isAtEnd: Bool = false) throws {
    guard let label else { return }
    if case .jsonLines(let reader) = kind {
      guard isAtEnd else { return }
      if let misfit = reader.misfits[label] { throw misfit }
    }
    let known = labelColumns
    guard !known.contains(label) else { return }
    guard !known.isEmpty else {
      let isText = format == .lines || format == .paragraphs
      throw InputError(
        .usage, at: path, isText ? phrase("error.plainTextHas") : phrase("error.hasNoLabel"),
        found: "label \"\(label)\"")
    }
    throw missingColumn(label, among: known, at: path, what: phrase("error.labelColumn"))
  }
}
