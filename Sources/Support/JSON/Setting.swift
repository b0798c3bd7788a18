package import Foundation

/// A value in a settings file (a job, thresholds), which knows where it stands, so that every error can say so.
///
/// Settings files are JSON5: JSON with comments, unquoted keys and trailing commas. They are read strictly: a key that
/// nothing reads is an error, and so is a value of another type than expected.
package struct Setting: Sendable {
  indirect enum Value: Sendable {
    case null, bool(Bool), integer(Int), number(Double), text(String), list([Value]), object([String: Value])
  }

  let value: Value
  /// The file's name, as it was given.
  package let file: String
  /// `corpus.limit`; empty for the whole file.
  package let path: String

  /// Reads a file.
  ///
  /// Throws `InputError(.usage)` where it cannot be read, is not UTF-8 or not JSON5.
  package init(contentsOf url: URL) throws {
    file = url.relativePath
    path = ""
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      let exists = FileManager.default.fileExists(atPath: url.path(percentEncoded: false))
      throw InputError(.usage, at: file, exists ? "cannot be read" : "does not exist")
    }
    guard String(validating: data, as: UTF8.self) != nil else {
      throw InputError(.usage, at: file, "is not valid UTF-8")
    }
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    do {
      value = try decoder.decode(Value.self, from: data)
    } catch DecodingError.dataCorrupted(let context) {
      let reason = (context.underlyingError as? CocoaError)?.userInfo["NSDebugDescription"] as? String
      throw InputError(.usage, at: file, "is not valid JSON5: \(reason ?? context.debugDescription)")
    }
  }

  private init(_ value: Value, file: String, path: String) {
    self.value = value
    self.file = file
    self.path = path
  }

  /// An error about this value.
  package func error(_ problem: String, expected: String? = nil) -> InputError {
    InputError(
      .usage, at: path.isEmpty ? file : "\(file): \(path)", problem, expected: expected,
      found: expected == nil ? nil : spelling)
  }

  /// The members of an object.
  ///
  /// - Parameters:
  ///   - known: the keys that may be there; another one is an error that names the nearest.
  ///   - unsupported: keys that have a meaning to which this version cannot do justice, each with what that is.
  package func fields(_ known: [String], unsupported: [String: String] = [:]) throws -> [String: Setting] {
    guard case .object(let members) = value else { throw error("has the wrong type", expected: "an object") }
    for key in members.keys.sorted() where !known.contains(key) {
      let place = path.isEmpty ? "\(file): \(key)" : "\(file): \(path).\(key)"
      if let what = unsupported[key] {
        throw InputError(.usage, at: place, "\(what) is not supported by this version")
      }
      throw InputError(.usage, at: place, "is not a known key" + suggestion(for: key, among: known))
    }
    return Dictionary(
      uniqueKeysWithValues: members.map { key, value in
        (key, Setting(value, file: file, path: path.isEmpty ? key : "\(path).\(key)"))
      })
  }

  /// The members of an object of any keys.
  package func members() throws -> [String: Setting] {
    guard case .object(let members) = value else { throw error("has the wrong type", expected: "an object") }
    return try fields(Array(members.keys))
  }

  /// The same with another value at a path of keys, as `model.config.norm`; objects that are not there are made.
  ///
  /// - Throws: `InputError(.usage)` where something on the way is no object.
  package func setting(_ path: String, to other: Setting) throws -> Setting {
    func changed(_ value: Value?, _ keys: ArraySlice<Substring>) throws -> Value {
      guard let key = keys.first else { return other.value }
      guard case .object(var members)? = value ?? .object([:]) else {
        throw other.error("cannot set \(path), for something on the way is no object")
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
    try setting(path, to: Setting(.text(text), file: file, path: self.path))
  }

  /// The same with a whole number at a path of keys.
  package func setting(_ path: String, to number: Int) throws -> Setting {
    try setting(path, to: Setting(.integer(number), file: file, path: self.path))
  }

  /// A text that is not empty.
  package func text() throws -> String {
    guard case .text(let text) = value else { throw error("has the wrong type", expected: "a text") }
    if text.isEmpty { throw error("is empty") }
    return text
  }

  package func integer(in range: ClosedRange<Int>) throws -> Int {
    guard case .integer(let number) = value else { throw error("has the wrong type", expected: "a whole number") }
    guard range.contains(number) else { throw error("is out of range", expected: range.spelling) }
    return number
  }

  package func number() throws -> Double {
    switch value {
    case .integer(let number): return Double(number)
    case .number(let number) where number.isFinite: return number
    default: throw error("has the wrong type", expected: "a finite number")
    }
  }

  package func flag() throws -> Bool {
    guard case .bool(let flag) = value else { throw error("has the wrong type", expected: "true or false") }
    return flag
  }

  /// Whatever stands there, to be handed on as it is.
  package var json: JSONText { value.json }

  package var isObject: Bool { if case .object = value { true } else { false } }
  package var isText: Bool { if case .text = value { true } else { false } }
  package var isList: Bool { if case .list = value { true } else { false } }

  package func list() throws -> [Setting] {
    guard case .list(let values) = value else { throw error("has the wrong type", expected: "a list") }
    return values.enumerated().map { Setting($1, file: file, path: "\(path)[\($0)]") }
  }

  /// The text, if it is one of `choices`.
  package func choice(of choices: [String]) throws -> String {
    let text = try text()
    guard choices.contains(text) else {
      throw error(
        "is not known" + suggestion(for: text, among: choices),
        expected: choices.map { "\"\($0)\"" }.joined(separator: " or "))
    }
    return text
  }

  private var spelling: String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): "\"\(value.count > 60 ? value.prefix(60) + "…" : value[...])\""
    case .list: "a list"
    case .object: "an object"
    }
  }
}

extension Setting.Value {
  fileprivate var json: JSONText {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .text(let value): .string(value)
    case .list(let values): .array(values.map(\.json))
    case .object(let members): .object(members.mapValues(\.json))
    }
  }
}

extension Setting.Value: Decodable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let members = try? decoder.container(keyedBy: Key.self) {
      self = .object(
        Dictionary(
          uniqueKeysWithValues: try members.allKeys.map { key in
            (key.stringValue, try members.decode(Setting.Value.self, forKey: key))
          }))
      return
    }
    if var elements = try? decoder.unkeyedContainer() {
      var values: [Setting.Value] = []
      while !elements.isAtEnd { values.append(try elements.decode(Setting.Value.self)) }
      self = .list(values)
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else {
      self = .text(try container.decode(String.self))
    }
  }
}
