/// Documents of plain text: its lines, or the blocks between blank lines. White space at the ends is dropped.
struct TextReader {
  let format: CorpusFormat
  private var lines: LineReader

  /// How many lines decide whether a text is read by paragraphs.
  private static let sample = 1000

  init(path: String, format: CorpusFormat) throws {
    lines = try LineReader(path: path)
    if format == .text {
      var probe = lines
      var total = 0
      var blank = 0
      while total < Self.sample, let line = try probe.next() {
        total += 1
        if isBlank(line) { blank += 1 }
      }
      self.format = blank > 0 && blank * 10 >= total && blank < total ? .paragraphs : .lines
    } else {
      self.format = format
    }
  }

  mutating func next() throws -> String? {
    var block: [String] = []
    while let line = try lines.next() {
      guard isBlank(line) else {
        if format == .lines { return trimmed(line) }
        block.append(line)
        continue
      }
      if !block.isEmpty { break }
    }
    return block.isEmpty ? nil : trimmed(block.joined(separator: "\n"))
  }
}
