import Support

/// Sentences with a word a line and its labels beside it (CoNLL-2003, WNUT, GermEval, MIT's corpora), a document a
/// sentence; blank lines separate them, and `-DOCSTART-` lines, which are skipped, as comments are.
///
/// Columns stand between tabs, or in lines without one between white space; `WordColumns` says what they are. The text
/// is the words joined by spaces. A label that is empty or `_` is none.
///
/// Errors: a line of another number of columns than the first one; columns that nobody named; a line without a word.
struct WordColumnsReader {
  let columns: [String]
  private let word: Int
  private var lines: LineReader
  private let layout: WordColumns

  init(_ lines: LineReader, _ file: CorpusFile) throws {
    layout = try WordColumns(lines, file)
    columns = layout.names
    word = layout.word
    self.lines = lines
  }

  /// Columns that can be a label.
  var labelColumns: [String] {
    columns.enumerated().filter { $0.offset != word && $0.offset != layout.index }.map(\.element)
  }

  /// The next sentence, nil at the end.
  mutating func next(id: String) throws -> Document? {
    var text = ""
    var words: [Word] = []
    var end = 0
    while let line = try lines.next() {
      if WordColumns.isSeparator(line) {
        if words.isEmpty { continue } else { break }
      }
      if layout.isComment(line) { continue }
      let cells = WordColumns.cells(line)
      guard cells.count == columns.count else {
        throw error(phrase("wordColumnsReader.hasAnotherNumber"), expected: "\(columns.count)", found: "\(cells.count)")
      }
      let form = cells[word]
      if form == "-DOCSTART-" { continue }
      guard !form.isEmpty else { throw error(phrase("wordColumnsReader.hasNoWord")) }
      if !words.isEmpty {
        text += " "
        end += 1
      }
      text += form
      let length = form.unicodeScalars.count
      var labels: [String: String] = [:]
      for (index, cell) in cells.enumerated()
      where index != word && index != layout.index && !cell.isEmpty && cell != "_" {
        labels[columns[index]] = cell
      }
      words.append(Word(text: form, range: end..<(end + length), labels: labels))
      end += length
    }
    return words.isEmpty ? nil : Document(id: id, text: text, words: words)
  }

  private func error(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(at: "\(lines.path): line \(lines.line)", problem, expected: expected, found: found)
  }
}
