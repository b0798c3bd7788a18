/// A type that says how it is written in JSON, where that is more than its members: a text of a certain form, or members
/// of which one decides about another.
package protocol JSONDescribed: Decodable {
  static var schema: JSON { get }
  /// Any value of it.
  static var sample: Self { get }
}

extension JSONDescribed where Self: CaseIterable & RawRepresentable<String> {
  package static var schema: JSON { .object(["enum": .strings(allCases.map(\.rawValue))]) }
  package static var sample: Self { allCases[allCases.startIndex] }
}

extension JSON {
  /// The JSON Schema (draft 2020-12) of what a type is read from.
  ///
  /// The type reads itself from a decoder that has a value for whatever it is asked, and notes what that was: members,
  /// their types, and which may be absent.
  ///
  /// - Throws: what the type's own reading throws at these values; such a type has to be `JSONDescribed`.
  package static func schema<Value: Decodable>(of type: Value.Type) throws -> JSON {
    try SchemaDecoder.read(type).schema
  }
}

/// What a type asked for.
private final class Requests {
  enum Form { case value(JSON), list, object }

  var form = Form.object
  var members = JSONObject()
  var required: [String] = []
  /// Members that were asked for with the question whether they are there.
  var optional: Set<String> = []
  /// What every element of a list is, or every member of a dictionary.
  var each: JSON?

  var schema: JSON {
    switch form {
    case .value(let schema): return schema
    case .list: return .object(["type": .string("array"), "items": each ?? .bool(true)])
    case .object:
      if let each { return .object(["type": .string("object"), "additionalProperties": each]) }
      return .object([
        "type": .string("object"), "properties": .object(members), "required": .strings(required),
        "additionalProperties": .bool(false),
      ])
    }
  }
}

private struct SchemaDecoder: Decoder, SingleValueDecodingContainer {
  let requests = Requests()

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  static func read<Value: Decodable>(_ type: Value.Type) throws -> (value: Value, schema: JSON) {
    if let described = type as? any JSONDescribed.Type, let sample = described.sample as? Value {
      return (sample, described.schema)
    }
    let (value, name): (Any?, String) =
      switch type {
      case is Bool.Type: (false, "boolean")
      case is String.Type: ("", "string")
      case is Int.Type: (0, "integer")
      case is Double.Type: (0.0, "number")
      default: (nil, "")
      }
    if let value = value as? Value { return (value, .object(["type": .string(name)])) }
    let decoder = SchemaDecoder()
    return (try Value(from: decoder), decoder.requests.schema)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func unkeyedContainer() -> any UnkeyedDecodingContainer {
    requests.form = .list
    return Elements(requests: requests)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Members(requests: requests))
  }

  func decodeNil() -> Bool { false }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let (value, schema) = try Self.read(type)
    requests.form = .value(schema)
    return value
  }
}

private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let requests: Requests

  /// The key of a dictionary that stands for any.
  private var any: String { "*" }

  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { [any].compactMap(Key.init) }

  func contains(_ key: Key) -> Bool { true }

  /// Asked before a member is read that may be absent.
  func decodeNil(forKey key: Key) -> Bool {
    requests.optional.insert(key.stringValue)
    return false
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    let (value, schema) = try SchemaDecoder.read(type)
    let name = key.stringValue
    if name == any {
      requests.each = schema
    } else {
      requests.members[name] = schema
      if !requests.optional.contains(name) { requests.required.append(name) }
    }
    return value
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
    -> KeyedDecodingContainer<Nested>
  { throw unsupported }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw unsupported }

  func superDecoder() throws -> any Decoder { throw unsupported }

  func superDecoder(forKey key: Key) throws -> any Decoder { throw unsupported }
}

/// A list of one element.
private struct Elements: UnkeyedDecodingContainer {
  let requests: Requests
  var currentIndex = 0

  var codingPath: [any CodingKey] { [] }
  var count: Int? { 1 }
  var isAtEnd: Bool { currentIndex == 1 }

  func decodeNil() -> Bool { false }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let (value, schema) = try SchemaDecoder.read(type)
    requests.each = schema
    currentIndex += 1
    return value
  }

  func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    throw unsupported
  }

  func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw unsupported }

  func superDecoder() throws -> any Decoder { throw unsupported }
}

private let unsupported = DecodingError.dataCorrupted(
  .init(codingPath: [], debugDescription: "reads itself in a way that has no schema: let it be JSONDescribed"))
