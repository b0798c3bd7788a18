import Support

/// Objects of JSON Lines, a document a line; or those of one JSON array, in which a text is a document, too.
///
/// `text` and `pair` (or as the job names them) are the document's texts, every other field that is a text, a number or
/// a truth value is a label. Where the text is a list of words, they are joined by spaces, and a field that is a list
/// of labels, as many, is one of the words. `alignment` (or as the job names it) is that of the words of text and pair,
/// as a text (`0-0 1-2`) or a list of such texts or of pairs of numbers. Lines that are blank or have a blank text are
/// skipped. What is null or NaN is missing, as pandas and datasets have it: a label is absent then, and a line without
/// its text or pair is left out and counted.
///
/// Errors: a line that is no JSON object; one without the field of its text (the nearest is named), or of its pair where
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
  /// Lines whose text or pair is missing.
  private(set) var missing: [Int] = []
  private var isFirst = true

  init(_ lines: LineReader, _ file: CorpusFile) {
    self.lines = lines
    elements = JSONElements(lines)
    text = file.text ?? "text"
    pair = file.pair
    alignment = file.alignment
  }

  /// A sentence about the lines that were left out; nil where none was.
  var note: Message? {
    guard !missing.isEmpty else { return nil }
    let shown = missing.prefix(8).map(String.init).joined(separator: ", ") + (missing.count > 8 ? ", …" : "")
    return missing.count == 1
      ? Message("note.corpus.missingLine", ["shown": shown])
      : Message("note.corpus.missingLines", ["missing": missing.count, "shown": shown])
  }

  /// The next document, nil at the end.
  mutating func next(id: String) throws -> Document? {
    while let line = try nextLine() {
      if isBlank(line) { continue }
      let number = elements?.line ?? lines.line, place = "\(lines.path): line \(number)"
      let members = try members(line, number)
      let first = try value(of: text, in: members, place)
      let isPair = pair != nil || !(members["pair"]?.isMissing ?? true)
      let second = isPair ? try value(of: pair ?? "pair", in: members, place) : nil
      if first.isMissing || second?.isMissing ?? false {
        isFirst = false
        missing.append(number)
        continue
      }
      var document = Document(id: id, text: "")
      switch first {
      case .string(let text): document.text = text
      case .array(let words): join(try words.map { try word($0, place) }, in: &document)
      default:
        throw InputError(
          at: place, phrase("error.hasTextNo", ["text": text]), expected: phrase("expected.textListWords"))
      }
      if let second {
        guard let text = second.string else {
          throw InputError(at: place, phrase("error.hasPairNo", ["pair": pair ?? "pair"]))
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
  private func aligned(_ members: JSONObject, _ document: inout Document, _ place: String) throws -> String? {
    let name = alignment ?? CorpusFile.alignmentColumn
    guard alignment != nil || members[name] != nil else { return nil }
    try document.align(
      try value(of: name, in: members, place).links, isNamed: alignment != nil, at: place)
    return document.alignment == nil ? nil : name
  }

  private mutating func nextLine() throws -> String? {
    elements == nil ? try lines.next() : try elements?.nextText()
  }

  /// The members of a line's object; a text that is an element of an array is a document by itself.
  private func members(_ line: String, _ number: Int) throws -> JSONObject {
    let options = JSONOptions(hasNonFinite: true, duplicates: .refused, position: .line(number))
    let value = try JSON(Array(line.utf8), place: lines.path, options)
    if elements != nil, value.string != nil { return [text: value] }
    guard let members = value.members else {
      throw InputError(
        at: "\(lines.path): line \(number)", phrase("error.notJsonObject"), expected: phrase("expected.onePerLine"),
        found: value.shown)
    }
    return members
  }

  private func value(
    of name: String, in members: JSONObject, _ place: String
  ) throws -> JSON {
    if let value = members[name] { return value }
    throw missingColumn(
      name, among: members.keys, at: place, isFirst ? .usage : .unreadable, what: "field")
  }

  private func word(_ value: JSON, _ place: String) throws -> String {
    guard let word = value.string, !word.isEmpty else {
      throw InputError(
        at: place, phrase("error.hasTextSomething", ["text": text]), expected: phrase("expected.textsNotEmpty"))
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
    _ value: JSON, as column: String, to document: inout Document, _ place: String
  ) throws {
    if let values = value.elements {
      guard !document.words.isEmpty else { return }
      guard values.count == document.words.count else {
        let areTexts = !values.isEmpty && values.allSatisfy { $0.string != nil }
        let error = InputError(
          at: place, phrase("error.hasAnotherNumberLabels", ["column": column]), expected: "\(document.words.count)",
          found: "\(values.count)")
        if areTexts { throw error }
        if misfits[column] == nil { misfits[column] = error }
        return
      }
      for (index, value) in values.enumerated() {
        if let label = value.label { document.words[index].labels[column] = label }
      }
      guard values.contains(where: { $0.label != nil }) else { return }
    } else {
      guard let label = value.label else { return }
      document.labels[column] = label
    }
    if !labelColumns.contains(column) { labelColumns.append(column) }
  }
}

extension JSON {
  /// Null, or NaN, which is pandas's name for it.
  fileprivate var isMissing: Bool { self == .null || number?.text == "NaN" }

  /// A text that is not empty, a number or a truth value as it is written.
  fileprivate var label: String? {
    switch self {
    case .string(let text): text.isEmpty ? nil : text
    case .number(let number): isMissing ? nil : number.text
    case .bool(let value): "\(value)"
    case .null, .array, .object: nil
    }
  }
}

extension JSON {
  /// An alignment as it is written in text: `[[0, 0], [1, 2]]` and `["0-0", "1-2"]` are `0-0 1-2`. Empty for null, so that
  /// a document can be without one; nil for anything else.
  fileprivate var links: String? {
    switch self {
    case .null: ""
    case .string(let text): text
    case .array(let items):
      items.map { item -> String in
        if let pair = item.elements, pair.count == 2, let source = pair[0].number, let target = pair[1].number {
          return "\(source.text)-\(target.text)"
        }
        return item.string ?? "?"
      }.joined(separator: " ")
    case .number, .bool, .object: "?"
    }
  }
}
