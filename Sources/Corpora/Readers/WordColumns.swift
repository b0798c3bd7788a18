import Support

/// What the columns of a file with a word a line are: as the job names them, else by custom and by what stands in the
/// first rows.
///
/// A first column that numbers the words of each sentence is their index (GermEval), one of labels before one of words is
/// the labels (MIT's corpora).
///
/// Errors (usage): columns that nobody named; names that are more or fewer; a first column that holds no words although
/// nobody said which one does.
struct WordColumns {
  let names: [String]
  let word: Int
  /// The column that numbers words; nil for none.
  let index: Int?
  private let hasTabs: Bool

  /// What columns are by custom, by how many there are.
  private static let customary = [
    2: ["word", "ner"], 3: ["word", "pos", "ner"], 4: ["word", "pos", "chunk", "ner"],
    5: ["word", "lemma", "pos", "chunk", "ner"],
  ]
  /// Names that a column of words has.
  private static let wordNames = ["word", "words", "form", "token", "tokens", "text"]
  /// How many rows are looked at.
  private static let sample = 2000

  init(_ lines: LineReader, _ file: CorpusFile) throws {
    var probe = lines
    var rows: [[String]] = []
    var sentences: [Int] = []
    var (place, isInside, hasTabs) = ("", false, false)
    while rows.count < Self.sample, let line = try probe.next() {
      if Self.isSeparator(line) {
        isInside = false
        continue
      }
      // A word may be a hash; a line that begins with one tells nothing of the columns.
      if line.hasPrefix("#"), rows.isEmpty || Self.isComment(line, columns: rows[0].count, hasTabs: hasTabs) {
        continue
      }
      if rows.isEmpty {
        place = "\(lines.path): line \(probe.line)"
        hasTabs = line.utf8.contains(UInt8(ascii: "\t"))
      }
      if !isInside { sentences.append(rows.count) }
      isInside = true
      rows.append(Self.cells(line))
    }
    self.hasTabs = hasTabs
    guard let count = rows.first?.count else {
      throw InputError(at: lines.path, phrase("error.hasNoDocuments"), found: phrase("found.anEmptyCorpus"))
    }
    let whole = rows.filter { $0.count == count }
    let isNumbered = Self.isNumbered(rows, sentences)
    let first = whole.map { $0[0] }
    let isLabelled = first.allSatisfy(Self.isLabel)

    if let columns = file.columns {
      guard columns.count == count else {
        throw InputError(
          .usage, at: place, phrase("error.hasAnotherNumberColumns"), expected: "\(columns.count)",
          found: "\(count)")
      }
      names = columns
    } else if isNumbered, let rest = Self.customary[count - 1] {
      // Two columns of entities are nested ones.
      let isNested = rest.count == 3 && whole.allSatisfy { Self.isLabel($0[2]) && Self.isLabel($0[3]) }
      names = ["index"] + (isNested ? ["word", "ner", "nested"] : rest)
    } else if count == 2, isLabelled, !whole.allSatisfy({ Self.isLabel($0[1]) }) {
      names = ["ner", "word"]
    } else {
      guard let customary = Self.customary[count] else {
        throw InputError(
          count == 1 ? .unreadable : .usage, at: place,
          count == 1 ? phrase("error.hasWordWithout") : phrase("error.hasColumnsWithout"),
          expected: phrase("expected.25Columns"), found: "\(count)")
      }
      names = customary
    }
    if let name = file.text {
      guard let word = names.firstIndex(of: name) else { throw missingColumn(name, among: names, at: place) }
      self.word = word
    } else {
      word = Self.wordNames.lazy.compactMap { [names] in names.firstIndex(of: $0) }.first ?? 0
      let isNumbers = whole.count > 1 && first.allSatisfy { Int($0) != nil }
      guard word > 0 || !isNumbers && !(isLabelled && whole.count > 1) else {
        throw InputError(
          .usage, at: place, phrase("error.noWordColumn", ["found": isNumbers ? "numbers" : "labels"]),
          expected: phrase("expected.namesAllColumns"), found: "\"\(first[0])\", \"\(first[1])\""
        )
      }
    }
    index = isNumbered && word > 0 ? 0 : nil
  }

  /// Whether the first column counts the words of each sentence from 0 or 1, or all of the file.
  private static func isNumbered(_ rows: [[String]], _ sentences: [Int]) -> Bool {
    let numbers = rows.map { Int($0[0]) }
    guard rows.count > 1, rows[0].count > 2, let start = numbers[0], start == 0 || start == 1 else { return false }
    let starts = Set(sentences)
    return numbers.indices.dropFirst().allSatisfy { row in
      numbers[row] == (numbers[row - 1] ?? 0) + 1 || starts.contains(row) && numbers[row] == start
    }
  }

  /// A label in one of the schemes of spans: `O`, `B-PER`, `I-PER`, `S-LOC`.
  private static func isLabel(_ cell: String) -> Bool {
    cell == "O" || cell.count > 2 && "BIESLUM".contains(cell.first ?? " ") && cell.dropFirst().first == "-"
  }

  /// Whether a line is a comment: begins with a hash and is no row.
  func isComment(_ line: String) -> Bool { Self.isComment(line, columns: names.count, hasTabs: hasTabs, index) }

  private static func isComment(_ line: String, columns: Int, hasTabs: Bool, _ index: Int? = nil) -> Bool {
    guard line.hasPrefix("#") else { return false }
    return index == 0 || cells(line).count != columns || hasTabs && !line.utf8.contains(UInt8(ascii: "\t"))
  }

  static func isSeparator(_ line: String) -> Bool { isBlank(line) || line.hasPrefix("-DOCSTART-") }

  static func cells(_ line: String) -> [String] {
    if line.utf8.contains(UInt8(ascii: "\t")) {
      return line.split(separator: "\t", omittingEmptySubsequences: false).map(trimmed)
    }
    return line.split(separator: " ").map(String.init)
  }
}
