extension JSONField {
  /// What stands here, as a value of a `Decodable` type.
  ///
  /// - Throws: `InputError` with file and path where something is missing or of another type.
  package func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    do {
      return try FieldDecoder(field: self).decode(type)
    } catch DecodingError.dataCorrupted(let context) {
      throw InputError(at: place, context.debugDescription)
    }
  }
}

/// A value of a JSON file, to `Decodable` types.
private struct FieldDecoder: Decoder, SingleValueDecodingContainer {
  let field: JSONField

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { Elements(fields: try field.array()) }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    _ = try field.members()
    return KeyedDecodingContainer(Members(field: field))
  }

  func decodeNil() -> Bool { field.value == .null }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let (value, expected): (Any?, String) =
      switch type {
      case is Bool.Type: (field.value.bool, phrase("jsonField.trueOrFalse"))
      case is String.Type: (field.value.string, "a string")
      case is Double.Type: (field.value.number?.double, "a number")
      case is Float.Type: (field.value.number.map { Float($0.double) }, "a number")
      case is Int.Type: (field.value.number?.integer, phrase("jsonField.aWholeNumber"))
      default: (try Value(from: self), "")
      }
    guard let value = value as? Value else { throw field.error(expected) }
    return value
  }
}

private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let field: JSONField

  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { field.value.members?.keys.compactMap(Key.init) ?? [] }

  func contains(_ key: Key) -> Bool { field[key.stringValue] != nil }

  func decodeNil(forKey key: Key) -> Bool { !contains(key) }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try field.required(key.stringValue).decoded(type)
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
    -> KeyedDecodingContainer<Nested>
  { try superDecoder(forKey: key).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try superDecoder(forKey: key).unkeyedContainer()
  }

  func superDecoder() -> any Decoder { FieldDecoder(field: field) }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    FieldDecoder(field: try field.required(key.stringValue))
  }
}

private struct Elements: UnkeyedDecodingContainer {
  let fields: [JSONField]
  var currentIndex = 0

  var codingPath: [any CodingKey] { [] }
  var count: Int? { fields.count }
  var isAtEnd: Bool { currentIndex == fields.count }

  private mutating func next() throws -> JSONField {
    guard !isAtEnd else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: phrase("jsonField.hasTooFew")))
    }
    defer { currentIndex += 1 }
    return fields[currentIndex]
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, fields[currentIndex].value == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decoded(type) }

  mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    try superDecoder().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try superDecoder().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder { FieldDecoder(field: try next()) }
}
