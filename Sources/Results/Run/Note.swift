package import Support

/// A sentence about how something was measured that a reader has to know, with what it is about.
package struct Note: Hashable, Sendable {
  /// What a note is about within its analysis: only what shows that has to carry it.
  package enum Subject: Hashable, Sendable {
    case everything, repeatedTokens, histograms
    /// One document of the corpus, by its id.
    case document(String)
  }

  package var message: Message
  /// The stack of an encoder–decoder; `.only` for the model as a whole.
  package var stack: Component.Stack
  package var subject: Subject

  package init(_ message: Message, stack: Component.Stack = .only, about subject: Subject = .everything) {
    self.message = message
    self.stack = stack
    self.subject = subject
  }

  package var text: String { message.text }
  /// For a list of all stacks' notes: "Decoder: 3 of 4 documents …".
  package var sentence: String { stack == .only ? text : "\(stack.title): \(text)" }
}

extension Note.Subject {
  private static let document = "document:"

  /// As it is written down: empty for everything.
  var id: String {
    switch self {
    case .everything: ""
    case .repeatedTokens: "repeatedTokens"
    case .histograms: "histograms"
    case .document(let id): Self.document + id
    }
  }

  /// What is not known is about everything.
  init(id: String) {
    let known: [Self] = [.repeatedTokens, .histograms]
    self =
      id.hasPrefix(Self.document)
      ? .document(String(id.dropFirst(Self.document.count))) : known.first { $0.id == id } ?? .everything
  }
}

extension Note: Codable {
  private enum Key: String, CodingKey { case stack, about, text }

  /// A message, with the stack and what it is about; a text alone, or in the message's place, in older run folders.
  package init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      self.init(Message(verbatim: text))
      return
    }
    let fields = try decoder.container(keyedBy: Key.self)
    let older = try fields.decodeIfPresent(String.self, forKey: .text).map { Message(verbatim: $0) }
    self.init(
      try older ?? Message(from: decoder),
      stack: try fields.decodeIfPresent(Component.Stack.self, forKey: .stack) ?? .only,
      about: Subject(id: try fields.decodeIfPresent(String.self, forKey: .about) ?? ""))
  }

  package func encode(to encoder: any Encoder) throws {
    try message.encode(to: encoder)
    var fields = encoder.container(keyedBy: Key.self)
    if stack != .only { try fields.encode(stack, forKey: .stack) }
    if subject != .everything { try fields.encode(subject.id, forKey: .about) }
  }
}
