import Support

/// A value of a JSON file with the way to it, which error messages name: `tokenizer.json: model.type`.
struct JSONField: Sendable {
  let value: JSONValue
  let file: String
  let path: String

  init(_ value: JSONValue, file: String, path: String = "") {
    self.value = value
    self.file = file
    self.path = path
  }

  var place: String { path.isEmpty ? file : "\(file): \(path)" }

  func error(_ expected: String) -> InputError {
    InputError(at: place, "has the wrong type", expected: expected, found: value.kind)
  }

  /// The member of an object; nil where it is absent or null, or this is no object.
  subscript(key: String) -> JSONField? {
    guard case .object(let members) = value,
      let member = members.last(where: { $0.key.utf8.elementsEqual(key.utf8) })
    else { return nil }
    if case .null = member.value { return nil }
    return JSONField(member.value, file: file, path: path.isEmpty ? key : "\(path).\(key)")
  }

  func required(_ key: String) throws -> JSONField {
    guard let field = self[key] else { throw InputError(at: place, "has no \"\(key)\"") }
    return field
  }

  func string() throws -> String {
    guard case .string(let text) = value else { throw error("a string") }
    return text
  }

  func boolean() throws -> Bool {
    guard case .boolean(let flag) = value else { throw error("true or false") }
    return flag
  }

  func double() throws -> Double {
    guard case .number(let number) = value else { throw error("a number") }
    return number
  }

  /// A whole number that fits an `Int32`, as ids and lengths must.
  func integer() throws -> Int {
    guard case .number(let number) = value, let whole = Int32(exactly: number) else { throw error("a whole number") }
    return Int(whole)
  }

  /// A token's id.
  func id() throws -> Int32 {
    let id = try integer()
    guard id >= 0 else { throw InputError(at: place, "is no token id", found: "\(id)") }
    return Int32(id)
  }

  func array() throws -> [JSONField] {
    guard case .array(let elements) = value else { throw error("an array") }
    return elements.enumerated().map { JSONField($1, file: file, path: "\(path)[\($0)]") }
  }

  func members() throws -> [(key: String, value: JSONValue)] {
    guard case .object(let members) = value else { throw error("an object") }
    return members
  }

  /// The `type` of a component.
  func type() throws -> String { try required("type").string() }

  func boolean(_ key: String, default value: Bool) throws -> Bool { try self[key]?.boolean() ?? value }
  func string(_ key: String, default value: String) throws -> String { try self[key]?.string() ?? value }

  /// A component of a kind that is not known.
  func unknown(_ what: String, _ type: String) -> InputError {
    InputError(at: place, "is a \(what) that is not supported", found: "\"\(type)\"")
  }
}
