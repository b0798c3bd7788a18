import Support

/// Sentences with a word a line and its labels behind it (CoNLL-2003, WNUT), a document a sentence; blank lines
/// separate them, and `-DOCSTART-` lines, which are skipped.
///
/// Columns stand between tabs, or in lines without one between white space. The text is the words joined by spaces. A
/// label that is empty or `_` is none.
///
/// Errors: a line of another number of columns than the first one; columns that nobody named; a line without a word.
struct WordColumnsReader {
  let columns: [String]
  private var word: Int
  private var lines: LineReader

  /// What columns are by custom, by how many there are.
  private static let customary = [
    2: ["word", "ner"], 3: ["word", "pos", "ner"], 4: ["word", "pos", "chunk", "ner"],
    5: ["word", "lemma", "pos", "chunk", "ner"],
  ]

  init(_ lines: LineReader, _ file: CorpusFile) throws {
    var probe = lines
    var count = 0
    while count == 0, let line = try probe.next() {
      if !WordColumnsReader.isSeparator(line) { count = WordColumnsReader.columns(line).count }
    }
    guard count > 0 else { throw InputError(at: lines.path, "has no documents", found: "an empty corpus") }
    let place = "\(lines.path): line \(probe.line)"
    if let columns = file.columns {
      guard columns.count == count else {
        throw InputError(
          .usage, at: place, "has another number of columns than are named", expected: "\(columns.count)",
          found: "\(count)")
      }
      self.columns = columns
    } else {
      guard let columns = WordColumnsReader.customary[count] else {
        throw InputError(
          count == 1 ? .unreadable : .usage, at: place,
          count == 1 ? "has a word without labels" : "has columns without names",
          expected: "2 to 5 columns between tabs or spaces, or the names of all", found: "\(count)")
      }
      self.columns = columns
    }
    word = 0
    self.lines = lines
    if let name = file.text {
      guard let word = columns.firstIndex(of: name) else { throw missingColumn(name, among: columns, at: place) }
      self.word = word
    }
  }

  /// Columns that can be a label.
  var labelColumns: [String] { columns.enumerated().filter { $0.offset != word }.map(\.element) }

  /// The next sentence, nil at the end.
  mutating func next(id: String) throws -> Document? {
    var text = ""
    var words: [Word] = []
    var end = 0
    while let line = try lines.next() {
      if WordColumnsReader.isSeparator(line) {
        if words.isEmpty { continue } else { break }
      }
      let cells = WordColumnsReader.columns(line)
      guard cells.count == columns.count else {
        throw error("has another number of columns", expected: "\(columns.count)", found: "\(cells.count)")
      }
      let form = cells[word]
      guard !form.isEmpty else { throw error("has no word") }
      if !words.isEmpty {
        text += " "
        end += 1
      }
      text += form
      let length = form.unicodeScalars.count
      var labels: [String: String] = [:]
      for (index, cell) in cells.enumerated() where index != word && !cell.isEmpty && cell != "_" {
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

  private static func isSeparator(_ line: String) -> Bool { isBlank(line) || line.hasPrefix("-DOCSTART-") }

  private static func columns(_ line: String) -> [String] {
    if line.utf8.contains(UInt8(ascii: "\t")) {
      return line.split(separator: "\t", omittingEmptySubsequences: false).map(trimmed)
    }
    return line.split(separator: " ").map(String.init)
  }
}
