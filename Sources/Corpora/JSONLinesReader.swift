import Support

/// Objects of JSON Lines, a document a line; or those of one JSON array, in which a text is a document, too.
///
/// `text` and `pair` (or as the job names them) are the document's texts, every other field that is a text, a number or
/// a truth value is a label. Where the text is a list of words, they are joined by spaces, and a field that is a list
/// of labels, as many, is one of the words. `alignment` (or as the job names it) is that of the words of text and pair, as
/// a text (`0-0 1-2`) or a list of such texts or of pairs of numbers. Lines that are blank or have a blank text are skipped.
///
/// Errors: a line that is no JSON object; one without its text (the nearest field is named), or without its pair where
/// the job names one; beside words a list of texts that is longer or shorter.
struct JSONLinesReader {
  private let text: String
  private let pair: String?
  private let alignment: String?
  private var lines: LineReader
  /// Where the file is one array.
  private var elements: JSONElements?
  /// Fields that were a label so far, in the order in which they occurred.
  private(set) var labelColumns: [String] = []
  /// Of fields with a list of numbers that is longer or shorter than the words, the first one's error. It counts where
  /// the field is chosen as the label: numbers may be about something else than words.
  private(set) var misfits: [String: InputError] = [:]
  private var isFirst = true

  init(_ lines: LineReader, _ file: CorpusFile) {
    self.lines = lines
    elements = JSONElements(lines)
    text = file.text ?? "text"
    pair = file.pair
    alignment = file.alignment
  }

  /// The next document, nil at the end.
  mutating func next(id: String) throws -> Document? {
    while let line = try nextLine() {
      if isBlank(line) { continue }
      let place = "\(lines.path): line \(elements?.line ?? lines.line)"
      if elements != nil, line.hasPrefix("\"") {
        let members = try JSONLine.members("{\"text\":\(line)}", place: place)
        guard case .text(let text)? = members.first?.value, !isBlank(text) else { continue }
        return Document(id: id, text: text)
      }
      let members = try JSONLine.members(line, place: place)
      var document = Document(id: id, text: "")
      switch try value(of: text, in: members, place) {
      case .text(let text): document.text = text
      case .list(let words): join(try words.map { try word($0, place) }, in: &document)
      default: throw InputError(at: place, "has a \"\(text)\" that is no text", expected: "a text or a list of words")
      }
      if pair != nil || members.contains(where: { $0.key == "pair" && $0.value != .null }) {
        let name = pair ?? "pair"
        guard case .text(let text) = try value(of: name, in: members, place) else {
          throw InputError(at: place, "has a \"\(name)\" that is no text")
        }
        document.pair = text
      }
      let aligned = try aligned(members, &document, place)
      isFirst = false
      for (key, value) in members where key != text && key != pair ?? "pair" && key != aligned {
        try add(value, as: key, to: &document, place)
      }
      if try hasText(document.text, pair: document.pair, at: place) { return document }
    }
    return nil
  }

  /// The field that the document's alignment was read from.
  private func aligned(
    _ members: [(key: String, value: JSONLine.Value)], _ document: inout Document, _ place: String
  ) throws -> String? {
    let name = alignment ?? CorpusFile.alignmentColumn
    guard alignment != nil || members.contains(where: { $0.key == name }) else { return nil }
    try document.align(
      try value(of: name, in: members, place).links, isNamed: alignment != nil, at: place)
    return document.alignment == nil ? nil : name
  }

  private mutating func nextLine() throws -> String? {
    elements == nil ? try lines.next() : try elements?.nextText()
  }

  private func value(
    of name: String, in members: [(key: String, value: JSONLine.Value)], _ place: String
  ) throws -> JSONLine.Value {
    if let member = members.first(where: { $0.key == name }) { return member.value }
    throw missingColumn(
      name, among: members.map(\.key), at: place, isFirst ? .usage : .unreadable, what: "field")
  }

  private func word(_ value: JSONLine.Value, _ place: String) throws -> String {
    guard case .text(let word) = value, !word.isEmpty else {
      throw InputError(
        at: place, "has a \"\(text)\" with something that is no word", expected: "texts that are not empty")
    }
    return word
  }

  private func join(_ words: [String], in document: inout Document) {
    document.text = words.joined(separator: " ")
    var start = 0
    for word in words {
      let end = start + word.unicodeScalars.count
      document.words.append(Word(text: word, range: start..<end))
      start = end + 1
    }
  }

  private mutating func add(
    _ value: JSONLine.Value, as column: String, to document: inout Document, _ place: String
  ) throws {
    if case .list(let values) = value {
      guard !document.words.isEmpty else { return }
      guard values.count == document.words.count else {
        let areTexts = !values.isEmpty && values.allSatisfy { if case .text = $0 { true } else { false } }
        let error = InputError(
          at: place, "has another number of labels \"\(column)\" than words", expected: "\(document.words.count)",
          found: "\(values.count)")
        if areTexts { throw error }
        if misfits[column] == nil { misfits[column] = error }
        return
      }
      for (index, value) in values.enumerated() {
        if let label = JSONLinesReader.label(value) { document.words[index].labels[column] = label }
      }
      guard values.contains(where: { JSONLinesReader.label($0) != nil }) else { return }
    } else {
      guard let label = JSONLinesReader.label(value) else { return }
      document.labels[column] = label
    }
    if !labelColumns.contains(column) { labelColumns.append(column) }
  }

  private static func label(_ value: JSONLine.Value) -> String? {
    switch value {
    case .text(let text): text.isEmpty ? nil : text
    case .literal(let text): text
    case .null, .list, .object: nil
    }
  }
}

extension JSONLine.Value {
  /// An alignment as it is written in text: `[[0, 0], [1, 2]]` and `["0-0", "1-2"]` are `0-0 1-2`. Empty for null, so that
  /// a document can be without one; nil for anything else.
  fileprivate var links: String? {
    switch self {
    case .null: ""
    case .text(let text): text
    case .list(let items):
      items.map { item -> String in
        if case .list(let pair) = item, case (.literal(let source), .literal(let target)) = (pair.first, pair.last),
          pair.count == 2
        {
          return "\(source)-\(target)"
        }
        if case .text(let text) = item { return text }
        return "?"
      }.joined(separator: " ")
    case .literal, .object: "?"
    }
  }
}
