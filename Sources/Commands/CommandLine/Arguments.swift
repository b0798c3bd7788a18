import Support

/// What stands behind a command's name, checked against what the command takes.
///
/// Options are written `--limit 20` or `--limit=20`, before or after the operands; `--` ends them.
struct Arguments: Sendable {
  private enum Value: Sendable { case flag, text(String), integer(Int), list([String]) }

  private(set) var operands: [String] = []
  private var values: [String: Value] = [:]
  private let command: Command

  /// Throws `InputError(.usage)` for an option that the command does not know (naming the nearest), one that is given
  /// twice, a value of the wrong type, or too many or too few operands.
  init(_ words: [String], of command: Command) throws {
    self.command = command
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-"), word.count > 1 else {
        operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let option = try command.option(parts[0])
      guard values[option.name] == nil else {
        throw command.error("--\(option.name)", phrase("arguments.isGivenTwice"))
      }
      if case .flag = option.value {
        if parts.count > 1 { throw command.error(parts[0], phrase("arguments.takesNoValue"), found: "\"\(parts[1])\"") }
        values[option.name] = .flag
        continue
      }
      let text: String
      if parts.count > 1 {
        text = parts[1]
      } else if let next = rest.first, !next.hasPrefix("--") {
        text = next
        rest = rest.dropFirst()
      } else {
        throw command.error(parts[0], phrase("arguments.needsAValue"), expected: option.spelling)
      }
      values[option.name] = try Arguments.value(text, of: option, command)
    }
    if operands.count > command.operands.upperBound {
      throw command.error("\"\(operands[command.operands.upperBound])\"", phrase("arguments.oneOperandToo"))
    }
    if operands.count < command.operands.lowerBound {
      throw InputError(
        .usage, at: command.name, phrase("error.needsOperandnames", ["operandNames": command.operandNames]))
    }
  }

  func has(_ flag: String) -> Bool { value(flag, .flag) != nil }

  func text(_ name: String) -> String? { if case .text(let text) = value(name, .text) { text } else { nil } }

  func integer(_ name: String) -> Int? { if case .integer(let number) = value(name, .integer) { number } else { nil } }

  func list(_ name: String) -> [String]? { if case .list(let names) = value(name, .list) { names } else { nil } }

  /// A name that no command declares, or declares with another type, is a fault of the program and not an absent option.
  private func value(_ name: String, _ kind: Option.Kind) -> Value? {
    precondition(
      Command.all.contains { $0.options.contains { $0.name == name && $0.kind == kind } },
      phrase("arguments.noCommandHas", ["name": name, "kind": "\(kind)"]))
    return values[name]
  }

  /// The text of an option that the command cannot do without.
  func required(_ name: String) throws -> String {
    guard let text = text(name) else { throw InputError(.usage, at: command.name, "needs --\(name)") }
    return text
  }

  /// The command line that does the same again: the operands, then options in the order of the command, without some of
  /// them. Of what is given by its whole path the last component stands there.
  func commandLine(leavingOut left: Set<String>) -> String {
    let options = command.options.flatMap { option -> [String] in
      guard let value = values[option.name], !left.contains(option.name) else { return [] }
      let words: [String] =
        switch value {
        case .flag: []
        case .text(let text): [Self.portable(text)]
        case .integer(let number): ["\(number)"]
        case .list(let names): [names.map(Self.portable).joined(separator: ",")]
        }
      return ["--\(option.name)"] + words
    }
    return (["tomograph", command.name] + (operands.map(Self.portable) + options).map(\.shellWord))
      .joined(separator: " ")
  }

  private static func portable(_ text: String) -> String {
    text.hasPrefix("/") ? text.split(separator: "/").last.map(String.init) ?? text : text
  }

  /// `--name`, which becomes a folder's.
  var runName: String? {
    get throws {
      guard let name = text("name") else { return nil }
      guard Job.isName(name) else {
        throw command.error(
          "--name", phrase("error.cannotNameFolder"), expected: phrase("expected.onePathComponent"),
          found: "\"\(name)\"")
      }
      return name
    }
  }

  private static func value(_ text: String, of option: Option, _ command: Command) throws -> Value {
    func error(_ problem: String, expected: String? = nil) -> InputError {
      command.error("--\(option.name)", problem, expected: expected, found: "\"\(text)\"")
    }
    if text.isEmpty { throw command.error("--\(option.name)", phrase("arguments.isEmpty"), expected: option.spelling) }
    switch option.value {
    case .flag: return .flag
    case .text: return .text(text)
    case .integer(_, let range):
      guard let number = Int(text) else {
        throw error(phrase("arguments.hasWrongType"), expected: phrase("arguments.aWholeNumber"))
      }
      guard range.contains(number) else { throw error(phrase("arguments.isOutOfRange"), expected: range.spelling) }
      return .integer(number)
    case .choice(let choices):
      guard choices.contains(text) else {
        throw error(
          phrase("arguments.notKnownSuggestion", ["suggestion": suggestion(for: text, among: choices)]),
          expected: choices.joined(separator: phrase("list.or")))
      }
      return .text(text)
    case .list(_, let known):
      var names: [String] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let name = part.trimming(while: \.isWhitespace)
        if name.isEmpty { throw error(phrase("arguments.hasEmptyName")) }
        if let known, !known.contains(name) {
          throw command.error(
            "--\(option.name)",
            phrase("arguments.nameNotKnown", ["name": name, "suggestion": suggestion(for: name, among: known)]),
            expected: known.joined(separator: phrase("list.or")))
        }
        if !names.contains(name) { names.append(name) }
      }
      return .list(names)
    }
  }
}

extension Command {
  fileprivate func option(_ word: String) throws -> Option {
    // The one short name that everybody's fingers know.
    let word = word == "-o" ? "--output" : word
    if let option = options.first(where: { "--\($0.name)" == word }) { return option }
    throw error(
      word,
      phrase(
        "arguments.notKnownOption",
        ["suggestion": suggestion(for: word, among: options.map { "--\($0.name)" } + ["--help"])]))
  }

  fileprivate func error(
    _ place: String, _ problem: String, expected: String? = nil, found: String? = nil
  ) -> InputError {
    InputError(.usage, at: "\(name): \(place)", problem, expected: expected, found: found)
  }
}

extension Substring {
  fileprivate func trimming(while predicate: (Character) -> Bool) -> String {
    var part = self.drop(while: predicate)
    while let last = part.last, predicate(last) { part.removeLast() }
    return String(part)
  }
}
