/// A sentence as data: the key of a catalogue's entry and what fills its placeholders.
///
/// It is written down like this and becomes words where it is printed, in the language of that day.
package struct Message: Hashable, Sendable {
  /// `attention.longDocuments`.
  package var key: String
  package var arguments: [String: Argument]

  /// What fills a placeholder.
  package indirect enum Argument: Hashable, Sendable {
    /// A count, after which plurals go.
    case count(Int)
    /// What is the same in every language: a name, a path, a number that is already spelled.
    case text(String)
    /// A part of the sentence with words of its own.
    case message(Message)
    /// "a, b and c".
    case list([Argument])
  }

  package init(_ key: String, _ arguments: [String: any MessageArgument] = [:]) {
    self.key = key
    self.arguments = arguments.mapValues(\.argument)
  }

  /// A text that is the same in every language, or comes from a run folder that kept sentences.
  package init(verbatim text: String) { self.init(Self.verbatim, ["text": text]) }
  /// The code of what no catalogue has.
  static let verbatim = "verbatim"

  /// In the current language.
  package var text: String { Catalogue.current.text(self) }
}

extension Message: ExpressibleByStringLiteral {
  /// A key, of a sentence without placeholders.
  package init(stringLiteral key: String) { self.init(key) }
}

/// The words of a key in the current language.
package func phrase(_ key: String, _ arguments: [String: any MessageArgument] = [:]) -> String {
  Message(key, arguments).text
}

/// A value that can fill a placeholder.
package protocol MessageArgument { var argument: Message.Argument { get } }

extension Message.Argument: MessageArgument { package var argument: Message.Argument { self } }
extension Message: MessageArgument { package var argument: Argument { .message(self) } }
extension String: MessageArgument { package var argument: Message.Argument { .text(self) } }
extension Substring: MessageArgument { package var argument: Message.Argument { .text(String(self)) } }
extension Double: MessageArgument { package var argument: Message.Argument { .text("\(self)") } }
extension Float: MessageArgument { package var argument: Message.Argument { .text("\(self)") } }
/// A shape: "[2, 3]".
extension Array: MessageArgument where Element: BinaryInteger {
  package var argument: Message.Argument { .text("\(self)") }
}

extension [String] {
  /// "a, b and c".
  package var listed: Message.Argument { .list(map { .text($0) }) }
}

extension MessageArgument where Self: BinaryInteger {
  package var argument: Message.Argument { Int(exactly: self).map { .count($0) } ?? .text("\(self)") }
}
extension Int: MessageArgument {}
extension Int32: MessageArgument {}
extension Int64: MessageArgument {}
extension UInt8: MessageArgument {}
extension UInt16: MessageArgument {}
extension UInt32: MessageArgument {}
extension UInt64: MessageArgument {}

extension Message.Argument: Codable {
  /// A number is a count, a string a text, an array a list, an object a message.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let count = try? container.decode(Int.self) {
      self = .count(count)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([Message.Argument].self) {
      self = .list(list)
    } else {
      self = .message(try container.decode(Message.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .count(let count): try container.encode(count)
    case .text(let text): try container.encode(text)
    case .list(let list): try container.encode(list)
    case .message(let message): try container.encode(message)
    }
  }
}

extension Message: Codable {
  private enum CodingKeys: String, CodingKey { case key = "code", arguments }

  /// A text alone, of an older file, is the same in every language.
  package init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      self.init(verbatim: text)
    } else {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      self.init(try fields.decode(String.self, forKey: .key))
      arguments = try fields.decodeIfPresent([String: Argument].self, forKey: .arguments) ?? [:]
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(key, forKey: .key)
    if !arguments.isEmpty { try fields.encode(arguments, forKey: .arguments) }
  }
}
