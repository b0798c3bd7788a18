package import Foundation
package import Support
import Synchronization

/// A model directory's `config.json`, read key by key with errors that name the key.
///
/// It notes which keys it was asked for: what is left over, nobody knows (`unknownSettings`).
package struct Configuration: Sendable {
  /// The keys that were asked for so far, those of sections behind the section's: `rope_scaling.factor`.
  private final class Record: Sendable {
    private let keys = Mutex<Set<String>>([])

    func add(_ key: String) { keys.withLock { _ = $0.insert(key) } }
    func has(_ key: String) -> Bool { keys.withLock { $0.contains(key) } }
  }

  package let path: String
  private let fields: JSONObject
  private let record: Record
  /// What stands before a key in the record.
  private let prefix: String
  /// What keys are called in the file, where that is something else.
  private let spellings: [String: String]

  /// - Throws: `InputError` where the file is missing or is no JSON object.
  package init(_ url: URL) throws {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw InputError(
        at: url.relativePath, phrase("error.cannotBeRead"), expected: phrase("expected.aModelsConfiguration"))
    }
    try LargeFilePointer.refuse(data, at: url.relativePath)
    try self.init(path: url.relativePath, contents: data)
  }

  /// Python's `NaN` and `Infinity` may stand in it, but for keys that the model is computed with.
  ///
  /// - Parameter path: where it stands, for errors.
  /// - Throws: `InputError` where the content is no JSON object.
  package init(path: String, contents data: Data) throws {
    guard case .object(let fields) = try JSON(data, place: path, .python) else {
      throw InputError(at: path, phrase("error.notJsonObject"))
    }
    self.init(path: path, fields: fields)
  }

  /// What another file says in place of a `config.json`.
  ///
  /// - Parameter spellings: what that file calls keys.
  package init(path: String, fields: JSONObject, spellings: [String: String] = [:]) {
    self.path = path
    self.fields = fields
    self.spellings = spellings
    record = Record()
    prefix = ""
  }

  private init(section key: String, of whole: Configuration, fields: JSONObject) {
    path = "\(whole.path): \"\(key)\""
    self.fields = fields
    record = whole.record
    prefix = "\(whole.prefix)\(key)."
    spellings = [:]
  }

  /// What a key stands for, nil where it is absent or null.
  private func value(_ key: String) -> JSON? {
    record.add(prefix + key)
    return fields[key].flatMap { $0 == .null ? nil : $0 }
  }

  /// Whether a key is there and not null.
  package func has(_ key: String) -> Bool { value(key) != nil }

  /// Whether a key is there and null: where that means none, and its absence the family's default.
  func isNull(_ key: String) -> Bool { fields[key] == .null }

  /// `config.json: "rope_theta"`.
  func place(_ key: String) -> String { spellings[key].map { "\(path): \($0)" } ?? "\(path): \"\(key)\"" }

  /// An error that names a key.
  func error(_ key: String, _ problem: String, expected: String? = nil) -> InputError {
    InputError(at: place(key), problem, expected: expected, found: fields[key].map(Self.shown))
  }

  private func wrongType(_ key: String, _ expected: String) -> InputError {
    fields[key] == nil
      ? InputError(at: place(key), phrase("error.isMissing"), expected: expected)
      : error(key, phrase("error.hasWrongType"), expected: expected)
  }

  /// An object inside this one, nil where there is none.
  package func section(_ key: String) throws -> Configuration? {
    guard let value = value(key) else { return nil }
    guard let fields = value.members else { throw wrongType(key, phrase("error.anObject")) }
    return Configuration(section: key, of: self, fields: fields)
  }

  /// Whether there is nothing in it.
  var isEmpty: Bool { fields.isEmpty }

  /// In alphabetical order.
  var keys: [String] { fields.keys.sorted() }

  /// Whether a key has nothing to say: it is not there, null, false, or an empty list or object.
  func isEmpty(_ key: String) -> Bool {
    switch value(key) {
    case .bool(let flag)?: !flag
    case .array(let list)?: list.isEmpty
    case .object(let members)?: members.isEmpty
    case let other: other == nil
    }
  }

  /// An object of numbers, by their names.
  func numbers(_ key: String) throws -> [(String, Double)] {
    guard let section = try section(key) else { return [] }
    return try section.keys.map { ($0, try section.number($0)) }
  }

  /// The same with other values under some keys.
  func setting(_ others: JSONObject) -> Configuration {
    Configuration(path: path, fields: fields.merging(others), spellings: spellings)
  }

  /// A list of texts, nil where there is none.
  package func texts(_ key: String) throws -> [String]? {
    guard let value = value(key) else { return nil }
    guard let texts = value.texts else { throw wrongType(key, phrase("configuration.aListOfTexts")) }
    return texts
  }

  /// Lists with how often each repeats, written out: `[[["a", "b"], 2]]` gives a, b, a, b.
  package func repeatedTexts(_ key: String) throws -> [String]? {
    guard let value = value(key) else { return nil }
    guard let pairs = value.elements else {
      throw wrongType(key, phrase("configuration.listsTextsEach"))
    }
    return try pairs.flatMap { pair -> [String] in
      guard let pair = pair.elements, pair.count == 2, let texts = pair[0].texts, let times = pair[1].number?.integer,
        (0...1000).contains(times)
      else { throw wrongType(key, phrase("configuration.listsTextsEach")) }
      return (0..<times).flatMap { _ in texts }
    }
  }

  package func text(_ key: String, default fallback: String? = nil) throws -> String {
    guard let value = value(key) else {
      guard let fallback else { throw wrongType(key, "a text") }
      return fallback
    }
    guard let text = value.string else { throw wrongType(key, "a text") }
    return text
  }

  package func flag(_ key: String, default fallback: Bool) throws -> Bool {
    guard let value = value(key) else { return fallback }
    guard let flag = value.bool else { throw wrongType(key, phrase("configuration.trueOrFalse")) }
    return flag
  }

  /// The first class of `architectures`, empty where none is named.
  package var architecture: String { value("architectures")?.texts?.first ?? "" }

  /// How many classes a classifier has: `id2label`, else `num_labels`, else Hugging Face's default of 2.
  package func classes() throws -> Int {
    if let names = try section("id2label"), !names.isEmpty { return names.fields.count }
    return try size("num_labels", default: 2)
  }

  /// Refuses a setting that would change what the model computes and is not supported.
  package func require(_ key: String, _ condition: Bool, _ expected: String) throws {
    if condition { return }
    throw InputError(
      at: place(key), phrase("error.isNotSupported"), expected: expected,
      found: fields[key].map(Self.shown) ?? "nothing"
    )
  }
}

// MARK: Numbers

extension Configuration {
  /// More positions, ids and the like than there are.
  static let most = 1 << 31 - 1
  /// Wider than any matrix.
  static let mostWidth = 1 << 24

  /// A whole number, under any of several names of one thing.
  ///
  /// - Throws: `InputError` where two of the names say different things.
  package func count(_ keys: String..., in range: ClosedRange<Int> = 0...most, default fallback: Int? = nil) throws
    -> Int
  {
    try count(keys, in: range, default: fallback)
  }

  /// A whole number from 1 up: of layers, of heads, a width.
  func size(_ keys: String..., most: Int = mostWidth, default fallback: Int? = nil) throws -> Int {
    try count(keys, in: 1...most, default: fallback)
  }

  /// A number of positions, of a text or in a window.
  func positions(_ keys: String..., most: Int = most, default fallback: Int? = nil) throws -> Int {
    try count(keys, in: 1...most, default: fallback)
  }

  private func count(_ keys: [String], in range: ClosedRange<Int>, default fallback: Int?) throws -> Int {
    let expected = phrase(
      "configuration.wholeNumberFrom", ["lowerBound": range.lowerBound, "upperBound": range.upperBound])
    var found: (key: String, count: Int)?
    for key in keys {
      guard let value = value(key) else { continue }
      guard let number = value.number else { throw wrongType(key, expected) }
      guard let count = number.integer, range.contains(count) else {
        throw error(key, phrase("configuration.isImpossible"), expected: expected)
      }
      if let found, found.count != count {
        throw error(key, "contradicts \"\(found.key)\"", expected: "\(found.count)")
      }
      found = (key, count)
    }
    guard let count = found?.count ?? fallback else { throw wrongType(keys[0], expected) }
    return count
  }

  /// A whole number from 1 up; nil where the key is null, `fallback` where it is absent.
  func size(_ key: String, most: Int = mostWidth, whereAbsent fallback: Int?) throws -> Int? {
    if has(key) { return try size(key, most: most) }
    return isNull(key) ? nil : fallback
  }

  /// The side of a square: a whole number from 1 up, or a list of two that are the same.
  func side(_ key: String, default fallback: Int) throws -> Int {
    guard let pair = value(key)?.elements else { return try size(key, default: fallback) }
    let sides = pair.compactMap { $0.number?.integer }
    guard pair.count == 2, sides.count == 2, sides[0] == sides[1], (1...Self.most).contains(sides[0]) else {
      throw error(key, phrase("configuration.isNotSupported"), expected: phrase("configuration.theSideOfASquare"))
    }
    return sides[0]
  }

  package func number(
    _ key: String, in range: ClosedRange<Double> = -1e30...1e30, default fallback: Double? = nil
  ) throws -> Double {
    guard let value = value(key) else {
      guard let fallback else { throw wrongType(key, "a number") }
      return fallback
    }
    guard let number = value.number?.double else { throw wrongType(key, "a number") }
    guard number.isFinite else {
      throw error(key, phrase("configuration.isNotFinite"), expected: phrase("configuration.aFiniteNumber"))
    }
    guard range.contains(number) else {
      throw error(
        key, phrase("configuration.isImpossible"),
        expected: phrase(
          "configuration.numberFromLowerbound", ["lowerBound": range.lowerBound, "upperBound": range.upperBound]))
    }
    return number
  }

  /// Ids of tokens: a list of them or a single one; none where the key is not there.
  package func tokens(_ key: String) throws -> [Int32] {
    guard let value = value(key) else { return [] }
    guard let tokens = Self.tokens(value.elements ?? [value]) else {
      throw wrongType(key, phrase("configuration.idsOfTokens"))
    }
    return tokens
  }

  /// Sequences of ids, none of them empty.
  package func tokenLists(_ key: String) throws -> [[Int32]] {
    guard let value = value(key) else { return [] }
    let elements = value.elements
    guard let lists = elements?.compactMap({ $0.elements.flatMap(Self.tokens) }), lists.count == elements?.count,
      lists.allSatisfy({ !$0.isEmpty })
    else { throw wrongType(key, phrase("configuration.listsIdsTokens")) }
    return lists
  }

  private static func tokens(_ values: [JSON]) -> [Int32]? {
    let tokens = values.compactMap { $0.number?.integer.flatMap { Int32(exactly: $0) } }
    return tokens.count == values.count ? tokens : nil
  }
}

// MARK: What is left over

extension Configuration {
  /// Settings that nobody asked for and that are not known to leave what the model computes alone, in the order of their
  /// keys: `logit_scale: 0.0625`. To be asked for when the model has been built.
  var unknownSettings: [String] {
    fields.keys.sorted().flatMap { key -> [String] in
      guard let value = fields[key], !Self.isHarmless(key, value) else { return [] }
      guard record.has(prefix + key) else {
        let remark = key == "auto_map" ? phrase("configuration.codeModelsOwn") : ""
        return ["\(prefix)\(key): \(Self.shown(value))\(remark)"]
      }
      guard let fields = value.members else { return [] }
      return Configuration(section: key, of: self, fields: fields).leftOver
    }
  }

  /// Of a section: none where nothing in it was asked for, for then it was read as a whole.
  private var leftOver: [String] { fields.keys.contains { record.has(prefix + $0) } ? unknownSettings : [] }

  /// A value in one line: texts in quotes, of lists and objects what is in them if it is short.
  private static func shown(_ value: JSON) -> String {
    switch value {
    case .string(let text): return text.quotedForMessage
    case .array(let list):
      let line = "[" + list.map(shown).joined(separator: ", ") + "]"
      return line.count <= 80 ? line : phrase("configuration.aListOfList", ["list": list.count])
    case .object(let object):
      let line = "{" + object.keys.sorted().map { "\($0): \(shown(object[$0] ?? .null))" }.joined(separator: ", ") + "}"
      return line.count <= 120 ? line : phrase("configuration.objectObjectKeys", ["object": object.count])
    case .number(let number): return number.canonical.text
    case .null, .bool: return value.shown
    }
  }
}

extension JSON {
  /// A list of texts alone; nil for anything else.
  fileprivate var texts: [String]? {
    guard let elements else { return nil }
    let texts = elements.compactMap(\.string)
    return texts.count == elements.count ? texts : nil
  }
}
