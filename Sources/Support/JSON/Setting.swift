package import Foundation

/// A value in a settings file (a job, thresholds), which knows where it stands, so that every error can say so.
///
/// Settings files are JSON5: JSON with comments, unquoted keys and trailing commas. They are read strictly: a key that
/// nothing reads is an error, and so is a value of another type than expected.
package struct Setting: Sendable {
  let value: JSON
  /// The file's name, as it was given.
  package let file: String
  /// `corpus.limit`; empty for the whole file.
  package let path: String

  /// Reads a file.
  ///
  /// - Throws: `InputError(.usage)` with line and column where it cannot be read, is not UTF-8 or not JSON5, or an object
  ///   has a key twice.
  package init(contentsOf url: URL) throws {
    self.init(try JSON(contentsOf: url, .json5), file: url.relativePath, path: "")
  }

  private init(_ value: JSON, file: String, path: String) {
    self.value = value
    self.file = file
    self.path = path
  }

  /// An error about this value.
  package func error(_ problem: String, expected: String? = nil) -> InputError {
    InputError(
      .usage, at: path.isEmpty ? file : "\(file): \(path)", problem, expected: expected,
      found: expected == nil ? nil : value.shown)
  }

  /// The members of an object.
  ///
  /// - Parameters:
  ///   - known: the keys that may be there; another one is an error that names the nearest.
  ///   - unsupported: keys that have a meaning to which this version cannot do justice, each with what that is.
  package func fields(_ known: [String], unsupported: [String: String] = [:]) throws -> [String: Setting] {
    guard case .object(let members) = value else {
      throw error(phrase("setting.hasWrongType"), expected: phrase("setting.anObject"))
    }
    for key in members.keys where !known.contains(key) {
      let place = path.isEmpty ? "\(file): \(key)" : "\(file): \(path).\(key)"
      if let what = unsupported[key] {
        throw InputError(.usage, at: place, phrase("error.whatNotSupportedThis", ["what": what]))
      }
      throw InputError(.usage, at: place, phrase("error.notKnownKey") + suggestion(for: key, among: known))
    }
    let settings = members.map { key, value in
      (key, Setting(value, file: file, path: path.isEmpty ? key : "\(path).\(key)"))
    }
    return Dictionary(settings) { $1 }
  }

  /// The members of an object of any keys.
  package func members() throws -> [String: Setting] {
    guard case .object(let members) = value else {
      throw error(phrase("setting.hasWrongType"), expected: phrase("setting.anObject"))
    }
    return try fields(members.keys)
  }

  /// The same with another value at a path of keys, as `model.config.norm`; objects that are not there are made.
  ///
  /// - Throws: `InputError(.usage)` where something on the way is no object.
  package func setting(_ path: String, to other: Setting) throws -> Setting {
    func changed(_ value: JSON?, _ keys: ArraySlice<Substring>) throws -> JSON {
      guard let key = keys.first else { return other.value }
      guard case .object(var members)? = value ?? .object([:]) else {
        throw other.error(phrase("error.cannotSetPath", ["path": path]))
      }
      members[String(key)] = try changed(members[String(key)], keys.dropFirst())
      return .object(members)
    }
    return Setting(
      try changed(value, path.split(separator: ".", omittingEmptySubsequences: false)[...]), file: file, path: self.path
    )
  }

  /// The same with a text at a path of keys.
  package func setting(_ path: String, to text: String) throws -> Setting {
    try setting(path, to: Setting(.string(text), file: file, path: self.path))
  }

  /// The same with a whole number at a path of keys.
  package func setting(_ path: String, to number: Int) throws -> Setting {
    try setting(path, to: Setting(.integer(number), file: file, path: self.path))
  }

  /// A text that is not empty.
  package func text() throws -> String {
    guard case .string(let text) = value else { throw error(phrase("setting.hasWrongType"), expected: "a text") }
    if text.isEmpty { throw error(phrase("setting.isEmpty")) }
    return text
  }

  package func integer(in range: ClosedRange<Int>) throws -> Int {
    guard let number = value.number?.integer else {
      throw error(phrase("setting.hasWrongType"), expected: phrase("setting.aWholeNumber"))
    }
    guard range.contains(number) else { throw error(phrase("setting.isOutOfRange"), expected: range.spelling) }
    return number
  }

  package func number() throws -> Double {
    guard let number = value.number?.double, number.isFinite else {
      throw error(phrase("setting.hasWrongType"), expected: phrase("setting.aFiniteNumber"))
    }
    return number
  }

  package func flag() throws -> Bool {
    guard case .bool(let flag) = value else {
      throw error(phrase("setting.hasWrongType"), expected: phrase("setting.trueOrFalse"))
    }
    return flag
  }

  /// Whatever stands there, to be handed on as it is.
  package var json: JSON { value.canonical }

  package var isObject: Bool { if case .object = value { true } else { false } }
  package var isText: Bool { if case .string = value { true } else { false } }
  package var isList: Bool { if case .array = value { true } else { false } }

  package func list() throws -> [Setting] {
    guard case .array(let values) = value else { throw error(phrase("setting.hasWrongType"), expected: "a list") }
    return values.enumerated().map { Setting($1, file: file, path: "\(path)[\($0)]") }
  }

  /// A list that is not empty.
  package func filledList() throws -> [Setting] {
    let values = try list()
    if values.isEmpty { throw error(phrase("setting.isEmpty")) }
    return values
  }

  /// The text, if it is one of `choices`.
  package func choice(of choices: [String]) throws -> String {
    let text = try text()
    guard choices.contains(text) else {
      throw error(
        phrase("setting.isNotKnown") + suggestion(for: text, among: choices),
        expected: choices.map { "\"\($0)\"" }.joined(separator: " or "))
    }
    return text
  }
}

extension JSON {
  /// The same with every number in its shortest spelling.
  fileprivate var canonical: JSON {
    switch self {
    case .number(let number): .number(number.canonical)
    case .array(let elements): .array(elements.map(\.canonical))
    case .object(let members): .object(JSONObject(members.map { ($0.key, $0.value.canonical) }))
    default: self
    }
  }
}
