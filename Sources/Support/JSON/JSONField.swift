package import Foundation

/// A value of a JSON file with the way to it, which error messages name: `tokenizer.json: model.type`.
package struct JSONField: Sendable {
  package let value: JSON
  package let file: String
  package let path: String

  package init(_ value: JSON, file: String, path: String = "") {
    self.value = value
    self.file = file
    self.path = path
  }

  /// The top of a file.
  ///
  /// - Throws: `InputError` where it cannot be read or is not JSON.
  package init(contentsOf url: URL, _ options: JSONOptions = .python) throws {
    self.init(try JSON(contentsOf: url, options), file: url.relativePath)
  }

  package var place: String { path.isEmpty ? file : "\(file): \(path)" }

  package func error(_ expected: String) -> InputError {
    InputError(at: place, phrase("error.hasWrongType"), expected: expected, found: value.shown)
  }

  /// The member of an object; nil where it is absent or null, or this is no object.
  package subscript(key: String) -> JSONField? {
    guard let member = value[key], member != .null else { return nil }
    return field(member, key)
  }

  private func field(_ member: JSON, _ key: String) -> JSONField {
    JSONField(member, file: file, path: path.isEmpty ? key : "\(path).\(key)")
  }

  package func required(_ key: String) throws -> JSONField {
    guard let field = self[key] else { throw InputError(at: place, phrase("error.hasNoKey", ["key": key])) }
    return field
  }

  package func string() throws -> String {
    guard case .string(let text) = value else { throw error("a string") }
    return text
  }

  package func boolean() throws -> Bool {
    guard case .bool(let flag) = value else { throw error(phrase("error.trueOrFalse")) }
    return flag
  }

  package func double() throws -> Double {
    guard case .number(let number) = value else { throw error("a number") }
    return number.double
  }

  /// A whole number that fits an `Int32`, as ids and lengths must.
  package func integer() throws -> Int {
    guard let whole = value.number?.integer.flatMap(Int32.init(exactly:)) else {
      throw error(phrase("jsonField.aWholeNumber"))
    }
    return Int(whole)
  }

  /// A token's id.
  package func id() throws -> Int32 {
    let id = try integer()
    guard id >= 0 else { throw InputError(at: place, phrase("error.noTokenId"), found: "\(id)") }
    return Int32(id)
  }

  package func array() throws -> [JSONField] {
    guard case .array(let elements) = value else { throw error("a list") }
    return elements.enumerated().map { JSONField($1, file: file, path: "\(path)[\($0)]") }
  }

  package func members() throws -> JSONObject {
    guard case .object(let members) = value else { throw error(phrase("jsonField.anObject")) }
    return members
  }

  /// The members of an object as fields.
  package func fields() throws -> [(key: String, field: JSONField)] {
    try members().map { ($0.key, field($0.value, $0.key)) }
  }

  /// The `type` of a component.
  package func type() throws -> String { try required("type").string() }

  package func boolean(_ key: String, default value: Bool) throws -> Bool { try self[key]?.boolean() ?? value }
  package func string(_ key: String, default value: String) throws -> String { try self[key]?.string() ?? value }

  /// A component of a kind that is not known.
  package func unknown(_ what: String, _ type: String) -> InputError {
    InputError(at: place, phrase("error.whatNotSupported", ["what": what]), found: "\"\(type)\"")
  }
}
