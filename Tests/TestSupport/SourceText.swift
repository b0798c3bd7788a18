import Foundation

/// A Swift file of the package as a reader of its words sees it: string literals with their lines, and the keys of the
/// catalogue that it names.
package struct SourceText {
  package struct Literal {
    package var text: String
    package var line: Int
    /// Where it begins, and where what follows it begins.
    var start: Int
    var end: Int
    /// Whether something is put into it.
    package var isInterpolated: Bool

    /// Three words or more, or two of which one is not a name.
    package var isSentence: Bool {
      let words = text.split { !$0.isLetter && $0 != "’" && $0 != "'" && $0 != "-" }.filter { $0.count > 1 }
      let isWordy = text.contains(/[a-z,;:.] [a-z(]/) && words.count { $0.allSatisfy(\.isLowercase) } >= 2
      return isWordy && !text.contains(/[<>{}\\|=_]|:\/\/|^\.|--/)
    }
  }

  package struct Use {
    package var key: String
    package var line: Int
    /// Names that are filled; nil where they are put together at run time.
    package var arguments: Set<String>?
  }

  package let name: String
  package let literals: [Literal]
  private let code: [Character]
  /// Where a literal ends, by where it begins.
  private let ends: [Int: Int]

  package static func all(under folder: String) -> [SourceText] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let files = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
    let urls = (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
    return urls.sorted { $0.path < $1.path }.compactMap { url in
      (try? String(contentsOf: url, encoding: .utf8)).map { SourceText(url.lastPathComponent, $0) }
    }
  }

  package init(_ name: String, _ text: String) {
    self.name = name
    code = Array(text)
    var scanner = LiteralScanner(code)
    literals = scanner.literals()
    ends = Dictionary(literals.map { ($0.start, $0.end) }) { first, _ in first }
  }

  /// Calls of `phrase` and `Message` with a literal key.
  package var keys: [Use] {
    literals.compactMap { literal in
      let before = String(code[max(0, literal.start - 40)..<literal.start])
      guard before.contains(/\b(phrase|Message)\(\s*$/) else { return nil }
      guard !literal.isInterpolated else { return nil }
      let rest = code[literal.end...].drop(while: \.isWhitespace)
      if rest.first == ")" { return Use(key: literal.text, line: literal.line, arguments: []) }
      guard rest.first == ",", let open = rest.firstIndex(of: "["), let close = end(of: open) else {
        return Use(key: literal.text, line: literal.line, arguments: nil)
      }
      let names = literals.filter { inner in
        inner.start > open && inner.end < close && depth(from: open, to: inner.start) == 1
          && code[inner.end...].drop(while: \.isWhitespace).first == ":"
          && code[..<inner.start].last(where: { !$0.isWhitespace }).map("[,".contains) == true
      }
      return Use(key: literal.text, line: literal.line, arguments: Set(names.map(\.text)))
    }
  }

  /// Whether a literal is what a trap says, which is a programmer's error and no reader's.
  package func isOfTrap(_ literal: Literal) -> Bool {
    let names = ["precondition(", "preconditionFailure(", "fatalError(", "assert("]
    let before = String(code[max(0, literal.start - 300)..<literal.start])
    return names.contains { name in
      guard let call = before.range(of: name, options: .backwards) else { return false }
      let between = before[call.upperBound...]
      return 1 + between.count { $0 == "(" } - between.count { $0 == ")" } > 0
    }
  }

  /// Whether a literal is handed over as what a reader sees beside numbers: the title of an axis, a column, a panel, a
  /// stage, the name of a curve, the noun of a count.
  package func isLabel(_ literal: Literal) -> Bool {
    guard literal.text.contains(/[a-zA-Z][a-z]/), code[literal.end...].first != ":" else { return false }
    let before = String(code[max(0, literal.start - 40)..<literal.start]).replacing(": String = ", with: ": ")
    if before.hasSuffix(": ") {
      let word = before.dropLast(2).reversed().prefix { $0.isLetter }.reversed()
      if Self.labels.contains(String(word)) { return true }
    }
    // The call that the literal stands in.
    var depth = 0, index = literal.start - 1
    while index >= max(0, literal.start - 300) {
      if ")]}".contains(code[index]) { depth += 1 }
      if "([{".contains(code[index]) {
        if depth == 0 { break }
        depth -= 1
      }
      index -= 1
    }
    guard index >= 0, code[index] == "(" else { return false }
    return Self.calls.contains(String(code[..<index].reversed().prefix { $0.isLetter }.reversed()))
  }

  private static let labels: Set = [
    "title", "label", "name", "header", "heading", "caption", "axis", "quantity", "noun", "unit", "place", "one",
    "many",
    "meaning", "remark",
  ]
  private static let calls: Set = [
    "Column", "Cell", "heading", "Panel", "Curve", "begin", "indices", "integers", "categories", "tokens", "sequential",
    "diverging", "categorical", "Axis", "LegendEntry", "RuleMark", "SpanMark", "dots", "heatmap", "bars",
  ]

  /// The first arguments of calls of a name, where they are literals.
  package func firstArguments(of name: String) -> [String] {
    literals.filter { literal in
      let before = String(code[max(0, literal.start - 60)..<literal.start])
      return before.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix(" \(name)(")
    }.map(\.text)
  }

  private func depth(from open: Int, to position: Int) -> Int {
    var depth = 0, index = open
    while index < position {
      if let end = ends[index] {
        index = end
        continue
      }
      if "([{".contains(code[index]) { depth += 1 }
      if ")]}".contains(code[index]) { depth -= 1 }
      index += 1
    }
    return depth
  }

  private func end(of open: Int) -> Int? {
    var depth = 0, index = open
    while index < code.count {
      if let end = ends[index] {
        index = end
        continue
      }
      if "([{".contains(code[index]) { depth += 1 }
      if ")]}".contains(code[index]) {
        depth -= 1
        if depth == 0 { return index }
      }
      index += 1
    }
    return nil
  }
}

private struct LiteralScanner {
  private let code: [Character]
  private var at = 0
  private var line = 1
  private var found: [SourceText.Literal] = []

  init(_ code: [Character]) { self.code = code }

  mutating func literals() -> [SourceText.Literal] {
    while at < code.count {
      if starts(with: "//") {
        while at < code.count, code[at] != "\n" { at += 1 }
      } else if code[at] == "#", let hashes = rawHashes {
        let close = "\"" + String(repeating: "#", count: hashes)
        at += hashes + 1
        while at < code.count, !starts(with: close) { advance() }
        at += hashes + 1
      } else if code[at] == "\"" {
        literal()
      } else {
        advance()
      }
    }
    return found.sorted { $0.start < $1.start }
  }

  private var rawHashes: Int? {
    let count = code[at...].prefix { $0 == "#" }.count
    return at + count < code.count && code[at + count] == "\"" ? count : nil
  }

  private mutating func advance() {
    if code[at] == "\n" { line += 1 }
    at += 1
  }

  private func starts(with text: String) -> Bool {
    code[at...].prefix(text.count).elementsEqual(text)
  }

  private mutating func literal() {
    let (start, first) = (at, line)
    let quotes = starts(with: "\"\"\"") ? "\"\"\"" : "\""
    at += quotes.count
    var text = "", isInterpolated = false
    while at < code.count, !starts(with: quotes) {
      if code[at] == "\\", at + 1 < code.count {
        if code[at + 1] == "(" {
          at += 2
          isInterpolated = true
          interpolation()
          text.append("…")
        } else {
          at += 1
          if code[at] == "u" { while at < code.count, code[at] != "}" { at += 1 } }
          advance()
        }
        continue
      }
      text.append(code[at])
      advance()
    }
    at += quotes.count
    found.append(.init(text: text, line: first, start: start, end: min(at, code.count), isInterpolated: isInterpolated))
  }

  private mutating func interpolation() {
    var depth = 1
    while at < code.count, depth > 0 {
      if code[at] == "\"" {
        literal()
        continue
      }
      if code[at] == "(" { depth += 1 }
      if code[at] == ")" { depth -= 1 }
      advance()
    }
  }
}
