import Support

/// Sentences of CoNLL-U (universaldependencies.org/format.html).
///
/// The text is that of `# text =`, with the written forms aligned to it in order; where they do not fit, or without
/// that comment, it is the forms joined by spaces (`SpaceAfter=No` respected). Of a multiword token (`3-4`) whose words
/// spell it, each word has its own part; else all have the range of the whole. Empty nodes (`8.1`) are skipped.
///
/// Errors: a line that has not ten columns, an id that does not follow, a head that is no word of the sentence; each with
/// its line.
struct CoNLLUReader {
  /// Columns of words, then those of sentences; `newdoc` and `newpar` are the ids in force.
  static let columns = ["lemma", "upos", "xpos", "feats", "deprel", "head", "sent_id", "newdoc", "newpar"]
  private static let fields = [(2, "lemma"), (3, "upos"), (4, "xpos"), (5, "feats"), (7, "deprel"), (6, "head")]

  private var lines: LineReader
  private var document: String?
  private var paragraph: String?

  init(_ lines: LineReader) { self.lines = lines }

  /// The next sentence that has words, nil at the end.
  mutating func next(id: String) throws -> Document? {
    var sentence = Sentence()
    while let line = try lines.next() {
      if isBlank(line) {
        if !sentence.words.isEmpty { break }
      } else if line.hasPrefix("#") {
        comment(line.dropFirst(), &sentence)
      } else {
        try add(line, to: &sentence)
      }
    }
    guard !sentence.words.isEmpty else { return nil }
    try link(&sentence)
    return sentence.document(id: id)
  }

  private func error(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(at: "\(lines.path): line \(lines.line)", problem, expected: expected, found: found)
  }

  private mutating func comment(_ line: Substring, _ sentence: inout Sentence) {
    let parts = line.split(separator: "=", maxSplits: 1).map(trimmed)
    guard let key = parts.first else { return }
    let value = parts.count == 2 ? parts[1] : nil
    switch key {
    case "text": sentence.text = value
    case "sent_id": sentence.labels["sent_id"] = value
    case "newdoc", "newdoc id":
      document = value
      paragraph = nil
    case "newpar", "newpar id": paragraph = value
    default: break
    }
    if let document { sentence.labels["newdoc"] = document }
    if let paragraph { sentence.labels["newpar"] = paragraph }
  }

  private mutating func add(_ line: String, to sentence: inout Sentence) throws {
    if sentence.words.isEmpty {
      if let document { sentence.labels["newdoc"] = document }
      if let paragraph { sentence.labels["newpar"] = paragraph }
    }
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard columns.count == 10 else {
      throw error(
        phrase("coNLLUReader.notConllU"), expected: phrase("coNLLUReader.10ColumnsBetween"), found: "\(columns.count)")
    }
    let id = columns[0]
    let form = String(columns[1])
    guard !form.isEmpty else { throw error(phrase("coNLLUReader.hasNoForm")) }
    let isGlued = columns[9].split(separator: "|").contains("SpaceAfter=No")
    if id.contains(".") { return }
    if let dash = id.firstIndex(of: "-") {
      guard let first = Int(id[..<dash]), let last = Int(id[id.index(after: dash)...]),
        first == sentence.words.count + 1,
        last >= first, last - first < 100, first > sentence.covered
      else {
        throw error(phrase("coNLLUReader.hasIdDoes"), expected: "\(sentence.words.count + 1)-…", found: "\"\(id)\"")
      }
      sentence.covered = last
      sentence.forms.append(.init(text: form, words: (first - 1)..<last, isGlued: isGlued))
      return
    }
    guard Int(id) == sentence.words.count + 1 else {
      throw error(phrase("coNLLUReader.hasIdDoes"), expected: "\(sentence.words.count + 1)", found: "\"\(id)\"")
    }
    var labels: [String: String] = [:]
    for (column, name) in Self.fields where columns[column] != "_" { labels[name] = String(columns[column]) }
    let number = sentence.words.count
    sentence.words.append(Word(text: form, range: 0..<0, labels: labels))
    sentence.lines.append(lines.line)
    if number >= sentence.covered {
      sentence.covered = number + 1
      sentence.forms.append(.init(text: form, words: number..<(number + 1), isGlued: isGlued))
    }
  }

  /// Turns the heads' numbers into indices.
  private func link(_ sentence: inout Sentence) throws {
    guard sentence.covered <= sentence.words.count else {
      throw error(
        phrase("coNLLUReader.endsSentenceBefore"),
        expected: phrase("coNLLUReader.wordCovered", ["covered": sentence.covered]))
    }
    for index in sentence.words.indices {
      guard let text = sentence.words[index].labels["head"] else { continue }
      guard let head = Int(text), (0...sentence.words.count).contains(head) else {
        throw InputError(
          at: "\(lines.path): line \(sentence.lines[index])", phrase("error.hasHeadNo"),
          expected: phrase("expected.0ToWords", ["words": sentence.words.count]), found: "\"\(text)\"")
      }
      sentence.words[index].head = head == 0 ? nil : head - 1
    }
  }
}
