import Support

/// A sentence about how something was measured that a reader has to know, with what it is about.
package struct Note: Hashable, Sendable {
  /// What a note is about within its analysis: only what shows that has to carry it.
  package enum Subject: Hashable, Sendable {
    case everything, repeatedTokens, histograms
    /// One document of the corpus, by its id.
    case document(String)
  }

  package var text: String
  /// The stack of an encoder–decoder; `.only` for the model as a whole.
  package var stack: Component.Stack
  package var subject: Subject

  package init(_ text: String, stack: Component.Stack = .only, about subject: Subject = .everything) {
    self.text = text
    self.stack = stack
    self.subject = subject
  }

  /// For a list of all stacks' notes: "Decoder: 3 of 4 documents …".
  package var sentence: String { stack == .only ? text : "\(stack.title): \(text)" }
}

extension Note: ExpressibleByStringInterpolation {
  package init(stringLiteral text: String) { self.init(text) }
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

extension Note: Decodable {
  private enum Key: String, CodingKey { case text, stack, about }

  /// A text alone, or an object that says what it is about.
  package init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      self.init(text)
      return
    }
    let fields = try decoder.container(keyedBy: Key.self)
    self.init(
      try fields.decode(String.self, forKey: .text),
      stack: try fields.decodeIfPresent(Component.Stack.self, forKey: .stack) ?? .only,
      about: Subject(id: try fields.decodeIfPresent(String.self, forKey: .about) ?? ""))
  }

  /// A text alone where it is about everything.
  var json: JSON {
    if stack == .only, subject == .everything { return .string(text) }
    var fields: JSONObject = ["text": .string(text)]
    if stack != .only { fields[Key.stack.rawValue] = .string(stack.rawValue) }
    if subject != .everything { fields[Key.about.rawValue] = .string(subject.id) }
    return .object(fields)
  }
}
