import Support

/// Where a corpus stands, and what the parts of its documents are called there.
package struct CorpusFile: Sendable, Hashable {
  package var path: String
  /// Nil for the one that the file's extension says.
  package var format: CorpusFormat?
  /// The file whose lines are the pairs (the translations) of those of `path`; nil where there is none.
  package var parallel: String?
  /// Names of the columns in their order, for a table that does not name them itself.
  package var columns: [String]?
  /// The column of the text; nil for `text`, of words for the first one.
  package var text: String?
  /// The column of the second text; nil for `pair`, where there is one.
  package var pair: String?
  /// The column that aligns the words of the two texts, of parallel text the file that does so line by line; nil for
  /// `alignment`, where there is one.
  package var alignment: String?
  /// The CSV file of the labels of images; nil where there is none.
  package var labels: String?

  package init(
    path: String, format: CorpusFormat? = nil, parallel: String? = nil, columns: [String]? = nil, text: String? = nil,
    pair: String? = nil, alignment: String? = nil, labels: String? = nil
  ) {
    self.path = path
    self.format = format
    self.parallel = parallel
    self.columns = columns
    self.text = text
    self.pair = pair
    self.alignment = alignment
    self.labels = labels
  }

  /// The format, once all that is said of the corpus fits it.
  ///
  /// Errors (usage): an extension that says no format; columns named that the format does not have, or two of one name; a parallel file
  /// of anything but lines; a file of labels of anything but images.
  package func resolvedFormat() throws -> CorpusFormat {
    if parallel != nil {
      guard [nil, .text, .lines].contains(format) else {
        throw error(
          phrase("corpusFile.cannotHaveParallel"), expected: phrase("corpusFile.textDocumentLine"),
          found: format?.rawValue)
      }
      try refuse(
        ["columns": columns != nil, "text": text != nil, "pair": pair != nil, "labels": labels != nil],
        by: phrase("corpusFile.parallelText"))
      return .lines
    }
    let format = try format ?? CorpusFormat(of: path)
    if ![.tsv, .jsonl].contains(format) { try refuse(["alignment": alignment != nil], by: format.rawValue) }
    if format != .images { try refuse(["labels": labels != nil], by: format.rawValue) }
    switch format {
    case .text, .lines, .paragraphs, .conllu, .images:
      try refuse(["columns": columns != nil, "text": text != nil, "pair": pair != nil], by: format.rawValue)
    case .jsonl: try refuse(["columns": columns != nil], by: format.rawValue)
    case .conll: try refuse(["pair": pair != nil], by: format.rawValue)
    case .tsv, .csv: break
    }
    if let columns { try CorpusFile.checkNames(columns, at: path, .usage) }
    if let pair, pair == text ?? "text" {
      throw error(
        phrase("corpusFile.hasOneColumn"), expected: phrase("corpusFile.twoColumns"), found: "\"\(pair)\" twice")
    }
    return format
  }

  /// What a column of alignments is called where the job does not say.
  static let alignmentColumn = "alignment"

  /// - Throws: `InputError` where two columns have one name.
  static func checkNames(_ names: [String], at place: String, _ category: InputError.Category) throws {
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw InputError(category, at: place, phrase("error.hasTwoColumns"), found: "\"\(name)\"")
    }
  }

  private func refuse(_ settings: KeyValuePairs<String, Bool>, by format: String) throws {
    for (name, isGiven) in settings where isGiven {
      throw error(phrase("error.readFormatTakes", ["format": format, "name": name]))
    }
  }

  private func error(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(.usage, at: path, problem, expected: expected, found: found)
  }
}

/// The error of a column that a file does not have; the nearest one is named.
func missingColumn(
  _ name: String, among names: [String], at place: String, _ category: InputError.Category = .usage,
  what: String = "column"
) -> InputError {
  let shown = names.prefix(12).map { $0.count > 40 ? "\($0.prefix(40))…" : $0 } + (names.count > 12 ? ["…"] : [])
  return InputError(
    category, at: place,
    phrase("error.missingColumn", ["what": what, "name": name]) + suggestion(for: name, among: names),
    expected: names.isEmpty ? nil : shown.joined(separator: ", "))
}
