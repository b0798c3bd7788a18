import Support

/// An option that a command takes: its name, the type of its value, and a line of help.
struct Option: Sendable {
  enum Value: Sendable {
    /// An option that is there or not.
    case flag
    case text(String)
    case integer(String, ClosedRange<Int>)
    case choice([String])
    /// Names with commas between them; of `known` ones where these are given.
    case list(String, known: [String]?)
  }

  /// What `Arguments` gives for a value.
  enum Kind: Sendable { case flag, text, integer, list }

  /// Without the dashes: `fail-on`.
  let name: String
  let value: Value
  private let explanation: Message

  init(_ name: String, _ value: Value, _ explanation: Message) {
    self.name = name
    self.value = value
    self.explanation = explanation
  }

  /// A line of help.
  var help: String { explanation.text }

  var kind: Kind {
    switch value {
    case .flag: .flag
    case .text, .choice: .text
    case .integer: .integer
    case .list: .list
    }
  }

  /// `--limit N`
  var spelling: String {
    switch value {
    case .flag: "--\(name)"
    case .text(let placeholder), .integer(let placeholder, _), .list(let placeholder, _): "--\(name) \(placeholder)"
    case .choice(let choices): "--\(name) \(choices.joined(separator: "|"))"
    }
  }
}
