import Support

/// Reads the text of a Mustache template into nodes.
struct MustacheParser {
  private struct Open {
    var path: [String]
    var isInverted: Bool
    var nodes: [MustacheTemplate.Node]
    var line: Int
  }

  private let bytes: [UInt8]
  private let name: String
  private var index = 0
  private var delimiters = (open: Array("{{".utf8), close: Array("}}".utf8))
  private var stack = [Open(path: [], isInverted: false, nodes: [], line: 0)]

  init(_ text: String, name: String) {
    bytes = Array(text.utf8)
    self.name = name
  }

  mutating func nodes() throws -> [MustacheTemplate.Node] {
    while let start = find(delimiters.open, from: index) { try tag(at: start) }
    append(bytes[index...])
    guard stack.count == 1 else {
      throw InputError(
        .usage, at: phrase("error.templateNameLine", ["name": name, "line": stack[stack.count - 1].line]),
        phrase("error.sectionNotClosed"),
        expected: tagText("/" + stack[stack.count - 1].path.joined(separator: ".")))
    }
    return stack[0].nodes
  }

  /// The tag whose opening delimiter is at `start`, and the text before it.
  private mutating func tag(at start: Int) throws {
    let inner = start + delimiters.open.count
    let sigil = inner < bytes.count ? bytes[inner] : 0
    var close = delimiters.close
    if sigil == UInt8(ascii: "{") { close = Array("}".utf8) + close }
    if sigil == UInt8(ascii: "=") { close = Array("=".utf8) + close }
    let hasSigil = "#^/>&!{=".utf8.contains(sigil)
    guard let end = find(close, from: hasSigil ? inner + 1 : inner) else {
      throw InputError(
        .usage, at: phrase("error.templateNameLine", ["name": name, "line": line(start)]), phrase("error.tagNotClosed"))
    }
    let content = String(decoding: bytes[(hasSigil ? inner + 1 : inner)..<end], as: UTF8.self)
      .trimmingWhitespace
    let after = end + close.count

    // A tag other than an interpolation that has a line to itself takes the line with it.
    let indentation =
      hasSigil && sigil != UInt8(ascii: "&") && sigil != UInt8(ascii: "{") ? lineStart(before: start) : nil
    let lineEnd = indentation == nil ? nil : lineEnd(after: after)
    let isAlone = lineEnd != nil
    append(bytes[index..<(isAlone ? start - (indentation ?? 0) : start)])
    index = lineEnd ?? after

    switch sigil {
    case UInt8(ascii: "!"): break
    case UInt8(ascii: "="):
      let parts = content.split(whereSeparator: \.isWhitespace)
      guard parts.count == 2 else {
        throw InputError(
          .usage, at: phrase("error.templateNameLine", ["name": name, "line": line(start)]),
          phrase("error.needsTwoDelimiters"), found: "\(parts.count)")
      }
      delimiters = (Array(parts[0].utf8), Array(parts[1].utf8))
    case UInt8(ascii: "#"), UInt8(ascii: "^"):
      stack.append(
        Open(path: Self.path(content), isInverted: sigil == UInt8(ascii: "^"), nodes: [], line: line(start)))
    case UInt8(ascii: "/"):
      guard let open = stack.popLast(), !stack.isEmpty, open.path == Self.path(content) else {
        throw InputError(
          .usage, at: phrase("error.templateNameLine", ["name": name, "line": line(start)]),
          phrase("error.closesSectionNot"),
          found: tagText("/" + content))
      }
      add(.section(path: open.path, isInverted: open.isInverted, open.nodes))
    case UInt8(ascii: ">"):
      let indent = isAlone ? Array(bytes[(start - (indentation ?? 0))..<start]) : []
      add(.partial(MustacheTemplate.Partial(name: content, indentation: indent)))
    case UInt8(ascii: "{"), UInt8(ascii: "&"): add(.variable(path: Self.path(content), isEscaped: false))
    default: add(.variable(path: Self.path(content), isEscaped: true))
    }
  }

  private static func path(_ name: String) -> [String] {
    name == "." ? [] : name.split(separator: ".").map(String.init)
  }

  private mutating func add(_ node: MustacheTemplate.Node) { stack[stack.count - 1].nodes.append(node) }

  private mutating func append(_ text: ArraySlice<UInt8>) { if !text.isEmpty { add(.text(Array(text))) } }

  private func find(_ pattern: [UInt8], from start: Int) -> Int? {
    guard let first = pattern.first else { return nil }
    var at = start
    while at + pattern.count <= bytes.count {
      if bytes[at] == first, bytes[at..<at + pattern.count].elementsEqual(pattern) { return at }
      at += 1
    }
    return nil
  }

  /// How many spaces and tabs lie between `start` and the start of its line; nil where there is more than these.
  private func lineStart(before start: Int) -> Int? {
    var at = start
    while at > 0, bytes[at - 1] == 0x20 || bytes[at - 1] == 0x09 { at -= 1 }
    return at == 0 || bytes[at - 1] == 0x0a ? start - at : nil
  }

  /// The end of the line, its newline included, where only spaces and tabs lie between; else nil.
  private func lineEnd(after end: Int) -> Int? {
    var at = end
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
    if at == bytes.count { return at }
    if bytes[at] == 0x0a { return at + 1 }
    return bytes[at] == 0x0d && at + 1 < bytes.count && bytes[at + 1] == 0x0a ? at + 2 : nil
  }

  private func line(_ at: Int) -> Int { 1 + bytes[..<at].count { $0 == 0x0a } }

  private func tagText(_ content: String) -> String {
    String(decoding: delimiters.open, as: UTF8.self) + content + String(decoding: delimiters.close, as: UTF8.self)
  }
}

extension String {
  fileprivate var trimmingWhitespace: String {
    var rest = Substring(self)
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
