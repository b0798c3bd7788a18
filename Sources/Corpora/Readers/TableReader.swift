import Support

/// Rows of a table with tabs or commas between its cells, a document a row. Cells are in quotation marks as `CSVRows`
/// says; white space at the ends of the others is dropped, and of all texts.
///
/// The first line names the columns unless the job does. Every column but those of the text and its pair is a label, an
/// empty cell none; `alignment`, or what the job names, is also that of the words of text and pair. A row without text
/// is skipped.
///
/// Errors: no column for the text, the pair or the alignment (the nearest is named); a row of another number of cells; a row with only
/// one of text and pair.
struct TableReader {
  let columns: [String]
  private let text: Int
  private let pair: Int?
  private let alignment: (column: Int?, isNamed: Bool)
  private var rows: CSVRows

  init(_ rows: CSVRows, _ file: CorpusFile) throws {
    var rows = rows
    var place = rows.path
    if let columns = file.columns {
      self.columns = columns
    } else {
      guard let header = try rows.next() else {
        throw InputError(at: rows.path, phrase("error.hasNoDocuments"), found: phrase("found.anEmptyCorpus"))
      }
      columns = header.enumerated().map { $1.isEmpty ? "column \($0 + 1)" : $1 }
      place += ": line \(rows.line)"
      try CorpusFile.checkNames(columns, at: place, .unreadable)
    }
    guard let text = columns.firstIndex(of: file.text ?? "text") else {
      let error = missingColumn(file.text ?? "text", among: columns, at: place)
      if file.text != nil { throw error }
      throw InputError(
        .usage, at: place, phrase("error.hasNoColumn"),
        expected: phrase("expected.nameColumnText"), found: error.expected)
    }
    pair = columns.firstIndex(of: file.pair ?? "pair")
    if let name = file.pair, pair == nil { throw missingColumn(name, among: columns, at: place) }
    let aligned = columns.firstIndex(of: file.alignment ?? CorpusFile.alignmentColumn)
    if let name = file.alignment, aligned == nil { throw missingColumn(name, among: columns, at: place) }
    alignment = (aligned, file.alignment != nil)
    self.text = text
    self.rows = rows
  }

  /// Columns that can be a label.
  var labelColumns: [String] {
    columns.enumerated().filter { $0.offset != text && $0.offset != pair }.map(\.element)
  }

  /// The next document, nil at the end.
  mutating func next(id: String) throws -> Document? {
    while let cells = try rows.next() {
      let place = "\(rows.path): line \(rows.line)"
      guard cells.count == columns.count else {
        throw InputError(
          at: place, phrase("error.hasAnotherNumberCells"), expected: "\(columns.count)", found: "\(cells.count)")
      }
      let (first, second) = (trimmed(cells[text]), pair.map { trimmed(cells[$0]) })
      guard try hasText(first, pair: second, at: place) else { continue }
      var labels: [String: String] = [:]
      for (index, cell) in cells.enumerated() where index != text && index != pair && !cell.isEmpty {
        labels[columns[index]] = cell
      }
      var document = Document(id: id, text: first, pair: second, labels: labels)
      try document.align(alignment.column.map { cells[$0] }, isNamed: alignment.isNamed, at: place)
      return document
    }
    return nil
  }
}
