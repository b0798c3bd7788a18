/// A message of the ICU's format, of which this is read: `{name}`, `{n, number}`, `{n, plural, =0 {none} one {# layer} other {# layers}}`,
/// `{name, select, a {…} other {…}}`, and text in apostrophes before braces (`'{'`); `''` is an apostrophe.
///
/// Source: ICU, "Formatting Messages".
struct MessageFormat: Sendable {
  indirect enum Piece: Sendable {
    case text(String)
    case argument(String)
    /// A count with its thousands apart.
    case number(String)
    /// `#`: the count of the plural around it.
    case count
    case plural(String, [(selector: String, message: MessageFormat)])
    case select(String, [(selector: String, message: MessageFormat)])
  }

  private(set) var pieces: [Piece] = []

  /// - Throws: `InputError` for braces that do not match, and for a choice without `other`.
  init(_ text: String, place: String) throws {
    var reader = MessageReader(text, place: place)
    self = try reader.message(isInside: false, isPlural: false)
  }

  fileprivate init(pieces: [Piece]) { self.pieces = pieces }

  var placeholders: Set<String> {
    pieces.reduce(into: []) { names, piece in
      switch piece {
      case .text, .count: break
      case .argument(let name), .number(let name): names.insert(name)
      case .plural(let name, let choices), .select(let name, let choices):
        names.insert(name)
        for choice in choices { names.formUnion(choice.message.placeholders) }
      }
    }
  }

  func text(_ arguments: [String: Message.Argument], in catalogue: Catalogue, count: Int? = nil) -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .argument(let name): arguments[name].map { catalogue.text($0) } ?? "{\(name)}"
      case .number(let name): arguments[name]?.number.map { $0.grouped } ?? "{\(name)}"
      case .count: count.map { $0.grouped } ?? "#"
      case .plural(let name, let choices):
        MessageFormat.plural(arguments[name], choices, catalogue).text(
          arguments, in: catalogue, count: arguments[name]?.number)
      case .select(let name, let choices):
        MessageFormat.choice(choices, arguments[name].map { catalogue.text($0) } ?? "other")
          .text(arguments, in: catalogue, count: count)
      }
    }.joined()
  }

  private static func plural(
    _ argument: Message.Argument?, _ choices: [(selector: String, message: MessageFormat)], _ catalogue: Catalogue
  ) -> MessageFormat {
    guard let count = argument?.number else { return choice(choices, "other") }
    return choices.first { $0.selector == "=\(count)" }?.message ?? choice(choices, catalogue.plural(count))
  }

  private static func choice(_ choices: [(selector: String, message: MessageFormat)], _ selector: String)
    -> MessageFormat
  {
    (choices.first { $0.selector == selector } ?? choices.first { $0.selector == "other" })?.message
      ?? MessageFormat(pieces: [])
  }
}

extension Message.Argument {
  fileprivate var number: Int? { if case .count(let count) = self { count } else { nil } }
}

private struct MessageReader {
  private let letters: [Character]
  private var at = 0
  private let place: String

  init(_ text: String, place: String) {
    letters = Array(text)
    self.place = place
  }

  private var next: Character? { at < letters.count ? letters[at] : nil }

  mutating func message(isInside: Bool, isPlural: Bool) throws -> MessageFormat {
    var pieces: [MessageFormat.Piece] = []
    var text = ""
    func flush() {
      if !text.isEmpty { pieces.append(.text(text)) }
      text = ""
    }
    while let letter = next {
      switch letter {
      case "'" where at + 1 < letters.count && letters[at + 1] == "'":
        text.append("'")
        at += 2
      case "'" where at + 1 < letters.count && ("{}".contains(letters[at + 1]) || isPlural && letters[at + 1] == "#"):
        at += 1
        while let quoted = next, quoted != "'" {
          text.append(quoted)
          at += 1
        }
        at += 1
      case "{":
        flush()
        at += 1
        pieces.append(try placeholder())
      case "}":
        guard isInside else { throw error("has a } without a {") }
        flush()
        return MessageFormat(pieces: pieces)
      case "#" where isPlural:
        flush()
        pieces.append(.count)
        at += 1
      default:
        text.append(letter)
        at += 1
      }
    }
    guard !isInside else { throw error("has a { without a }") }
    flush()
    return MessageFormat(pieces: pieces)
  }

  private mutating func placeholder() throws -> MessageFormat.Piece {
    let name = word()
    guard !name.isEmpty else { throw error("has a placeholder without a name") }
    if take("}") { return .argument(name) }
    guard take(",") else { throw error("has a placeholder that does not end", found: name) }
    let kind = word()
    if kind == "number", take("}") { return .number(name) }
    guard take(","), ["plural", "select"].contains(kind) else {
      throw error("has a placeholder of an unknown kind", expected: "plural or select", found: kind)
    }
    var choices: [(selector: String, message: MessageFormat)] = []
    while !take("}") {
      let selector = word()
      guard !selector.isEmpty, take("{") else { throw error("has a choice without a text", found: selector) }
      choices.append((selector, try message(isInside: true, isPlural: kind == "plural")))
      guard take("}") else { throw error("has a { without a }") }
    }
    guard choices.contains(where: { $0.selector == "other" }) else {
      throw error("has a choice without \"other\"", found: name)
    }
    return kind == "plural" ? .plural(name, choices) : .select(name, choices)
  }

  private mutating func word() -> String {
    skip()
    let start = at
    while let letter = next, letter.isLetter || letter.isNumber || "_-=".contains(letter) { at += 1 }
    return String(letters[start..<at])
  }

  private mutating func take(_ letter: Character) -> Bool {
    skip()
    guard next == letter else { return false }
    at += 1
    return true
  }

  private mutating func skip() {
    while let letter = next, letter.isWhitespace { at += 1 }
  }

  private func error(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(at: place, problem, expected: expected, found: found)
  }
}
