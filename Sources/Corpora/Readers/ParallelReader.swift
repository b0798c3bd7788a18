import Support

/// Two files whose lines belong together, a document a pair of lines. White space at the ends is dropped; a line that
/// is blank in both is skipped. A third file can have the alignment of their words.
///
/// Errors: a line that is blank in one file only; a file that ends before another; a line of the third that is no
/// alignment.
struct ParallelReader {
  private var first: LineReader
  private var second: LineReader
  private var alignments: LineReader?

  init(_ first: LineReader, _ second: LineReader, alignments: LineReader? = nil) {
    self.first = first
    self.second = second
    self.alignments = alignments
  }

  /// The next document, nil at the end.
  mutating func next(id: String) throws -> Document? {
    while true {
      let alignment = try alignments?.next()
      switch (try first.next(), try second.next()) {
      case (let text?, let pair?):
        if let alignments, alignment == nil { throw Self.ended(alignments, before: first) }
        guard try first.hasText(text, pair: pair, in: second.path) else { continue }
        var document = Document(id: id, text: trimmed(text), pair: trimmed(pair))
        if let alignments {
          try document.align(alignment, isNamed: true, at: "\(alignments.path): line \(alignments.line)")
        }
        return document
      case (let text?, nil): return try Self.finish(text, &first, second)
      case (nil, let pair?): return try Self.finish(pair, &second, first)
      case (nil, nil):
        if var alignments, let alignment { return try Self.finish(alignment, &alignments, first) }
        return nil
      }
    }
  }

  /// Nothing but blank lines may follow in the longer file.
  private static func finish(_ line: String, _ longer: inout LineReader, _ shorter: LineReader) throws -> Document? {
    var line: String? = line
    while let text = line {
      guard isBlank(text) else { throw ended(shorter, before: longer) }
      line = try longer.next()
    }
    return nil
  }

  private static func ended(_ shorter: LineReader, before longer: LineReader) -> InputError {
    InputError(
      at: shorter.path, phrase("error.endsBeforeParallel"),
      expected: phrase("expected.lineLineLonger", ["line": longer.line, "longer": longer.path]),
      found: phrase("found.lineLines", ["line": shorter.line]))
  }
}

extension LineReader {
  /// Whether the line that was read last holds a document: not where its text and pair are blank. Errors as below.
  func hasText(_ text: String, pair: String?, in pairFile: String? = nil) throws -> Bool {
    try Corpora.hasText(text, pair: pair, at: "\(path): line \(line)", pairAt: pairFile.map { "\($0): line \(line)" })
  }
}

/// Whether there is a document: not where a text and its pair are blank.
///
/// - Throws: `InputError` where only one of them is.
func hasText(_ text: String, pair: String?, at place: String, pairAt pairPlace: String? = nil) throws -> Bool {
  let isTextBlank = isBlank(text)
  guard let pair, isBlank(pair) != isTextBlank else { return !isTextBlank }
  throw InputError(
    at: isTextBlank ? place : pairPlace ?? place,
    phrase("error.missingPairText", ["missing": isTextBlank ? "text" : "pair"]),
    expected: phrase("expected.bothOrNeither"))
}
