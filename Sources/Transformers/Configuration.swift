package import Foundation
import Support
package import Tensors

/// A model directory's `config.json`, read key by key with errors that name the key.
package struct Configuration {
  package let path: String
  private let fields: [String: Any]

  /// - Throws: `InputError` where the file is missing or is no JSON object.
  package init(_ url: URL) throws {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw InputError(at: url.relativePath, "cannot be read", expected: "a model's configuration")
    }
    try LargeFilePointer.refuse(data, at: url.relativePath)
    try self.init(path: url.relativePath, contents: data)
  }

  /// - Parameter path: where it stands, for errors.
  /// - Throws: `InputError` where the content is no JSON object.
  package init(path: String, contents data: Data) throws {
    self.path = path
    guard let object = try? JSONSerialization.jsonObject(with: data), let fields = object as? [String: Any] else {
      throw InputError(at: path, "is not a JSON object")
    }
    self.fields = fields
  }

  /// What another file says in place of a `config.json`; numbers and flags are `NSNumber`.
  init(path: String, fields: [String: Any]) {
    self.path = path
    self.fields = fields
  }

  /// An object inside this one, nil where there is none.
  package func section(_ key: String) -> Configuration? {
    (fields[key] as? [String: Any]).map { Configuration(path: "\(path): \"\(key)\"", fields: $0) }
  }

  /// Whether a key is there and not null.
  package func has(_ key: String) -> Bool { fields[key].map { !($0 is NSNull) } ?? false }

  /// In alphabetical order.
  var keys: [String] { fields.keys.sorted() }

  /// Whether a key has nothing to say: it is not there, null, false, or an empty list or object.
  func isEmpty(_ key: String) -> Bool {
    switch fields[key] {
    case let flag as Bool: !flag
    case let list as [Any]: list.isEmpty
    case let object as [String: Any]: object.isEmpty
    default: !has(key)
    }
  }

  /// An object of numbers, by their names.
  func numbers(_ key: String) throws -> [(String, Double)] {
    guard let section = section(key) else { return [] }
    return try section.keys.map { ($0, try section.number($0)) }
  }

  /// The same with other values under some keys.
  func setting(_ others: [String: Any]) -> Configuration {
    Configuration(path: path, fields: fields.merging(others) { $1 })
  }

  /// A list of texts, nil where there is none.
  package func texts(_ key: String) -> [String]? { fields[key] as? [String] }

  /// Lists with how often each repeats, written out: `[[["a", "b"], 2]]` gives a, b, a, b.
  package func repeatedTexts(_ key: String) -> [String]? {
    guard let pairs = fields[key] as? [[Any]] else { return nil }
    return pairs.flatMap { pair -> [String] in
      guard pair.count == 2, let texts = pair[0] as? [String], let times = pair[1] as? Int, (0...1000).contains(times)
      else { return [] }
      return (0..<times).flatMap { _ in texts }
    }
  }

  private func missing(_ key: String, _ expected: String) -> InputError {
    InputError(
      at: "\(path): \"\(key)\"", fields[key] == nil ? "is missing" : "has the wrong type",
      expected: expected, found: fields[key].map { "\($0)" })
  }

  /// A whole number from 0 up, under the first of the keys that is there.
  package func count(_ keys: String..., default fallback: Int? = nil) throws -> Int {
    for key in keys where fields[key] != nil && !(fields[key] is NSNull) {
      guard let number = fields[key] as? NSNumber, let value = Int(exactly: number.doubleValue), value >= 0,
        value < 1 << 31
      else { throw missing(key, "a whole number") }
      return value
    }
    guard let fallback else { throw missing(keys[0], "a whole number") }
    return fallback
  }

  package func number(_ key: String, default fallback: Double? = nil) throws -> Double {
    guard let value = fields[key], !(value is NSNull) else {
      guard let fallback else { throw missing(key, "a number") }
      return fallback
    }
    guard let number = value as? NSNumber else { throw missing(key, "a number") }
    return number.doubleValue
  }

  package func flag(_ key: String, default fallback: Bool) throws -> Bool {
    guard let value = fields[key], !(value is NSNull) else { return fallback }
    guard let flag = value as? Bool else { throw missing(key, "true or false") }
    return flag
  }

  /// Ids of tokens: a list of them or a single one; none where the key is not there.
  package func tokens(_ key: String) throws -> [Int32] {
    guard let value = fields[key], !(value is NSNull) else { return [] }
    guard let tokens = Self.tokens(value as? [Any] ?? [value]) else { throw missing(key, "ids of tokens") }
    return tokens
  }

  /// Sequences of ids, none of them empty.
  package func tokenLists(_ key: String) throws -> [[Int32]] {
    guard let value = fields[key], !(value is NSNull) else { return [] }
    guard let lists = (value as? [[Any]])?.compactMap(Self.tokens), lists.count == (value as? [[Any]])?.count,
      lists.allSatisfy({ !$0.isEmpty })
    else { throw missing(key, "lists of ids of tokens") }
    return lists
  }

  private static func tokens(_ values: [Any]) -> [Int32]? {
    let tokens = values.compactMap { ($0 as? NSNumber).flatMap { Int32(exactly: $0.doubleValue) } }
    return tokens.count == values.count ? tokens : nil
  }

  package func text(_ key: String, default fallback: String? = nil) throws -> String {
    guard let value = fields[key], !(value is NSNull) else {
      guard let fallback else { throw missing(key, "a text") }
      return fallback
    }
    guard let text = value as? String else { throw missing(key, "a text") }
    return text
  }

  /// The first class of `architectures`, empty where none is named.
  package var architecture: String { (fields["architectures"] as? [String])?.first ?? "" }

  /// How many classes a classifier has: `id2label`, else `num_labels`, else Hugging Face's default of 2.
  package func classes() throws -> Int {
    if let names = fields["id2label"] as? [String: Any], !names.isEmpty { return names.count }
    return try count("num_labels", default: 2)
  }

  package func activation(_ key: String, default fallback: String) throws -> ActivationFunction {
    switch try text(key, default: fallback) {
    case "gelu": return .gelu
    case "gelu_new", "gelu_fast", "gelu_pytorch_tanh": return .geluTanh
    case "relu": return .relu
    case "silu", "swish": return .silu
    case "tanh": return .tanh
    case let other:
      throw InputError(
        at: "\(path): \"\(key)\"", "names an unknown activation",
        expected: "gelu, gelu_new, relu, silu or tanh", found: "\"\(other)\"")
    }
  }

  /// Refuses a setting that would change what the model computes and is not supported.
  package func require(_ key: String, _ condition: Bool, _ expected: String) throws {
    if !condition {
      throw InputError(
        at: "\(path): \"\(key)\"", "is not supported", expected: expected,
        found: fields[key].map { "\($0)" } ?? "nothing")
    }
  }
}
