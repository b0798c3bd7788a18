extension JSON {
  /// A value of an `Encodable` type. Numbers that are not whole are rounded as everywhere.
  package init(encoding value: some Encodable) throws {
    let encoder = ValueEncoder()
    try encoder.encode(value)
    self = encoder.value.json
  }
}

/// A value that is being put together; shared by the containers that write into it.
private final class Draft {
  enum Content {
    case value(JSON)
    case array([Draft])
    case object([(key: String, draft: Draft)])
  }

  var content = Content.value(.null)

  var json: JSON {
    switch content {
    case .value(let value): value
    case .array(let drafts): .array(drafts.map(\.json))
    case .object(let members): .object(JSONObject(members.map { ($0.key, $0.draft.json) }))
    }
  }

  func member(_ key: String) -> ValueEncoder {
    let encoder = ValueEncoder()
    guard case .object(var members) = content else { return encoder }
    // So that there is one list alone, which grows in its place.
    content = .value(.null)
    members.append((key, encoder.value))
    content = .object(members)
    return encoder
  }

  func element() -> ValueEncoder {
    let encoder = ValueEncoder()
    guard case .array(var drafts) = content else { return encoder }
    content = .value(.null)
    drafts.append(encoder.value)
    content = .array(drafts)
    return encoder
  }
}

private struct ValueEncoder: Encoder, SingleValueEncodingContainer {
  let value = Draft()

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    value.content = .array([])
    return Elements(draft: value)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    // A value may ask for it again, for what another writes beside its own members.
    if case .object = value.content {} else { value.content = .object([]) }
    return KeyedEncodingContainer(Members(draft: value))
  }

  func encodeNil() { value.content = .value(.null) }

  func encode<Value: Encodable>(_ value: Value) throws {
    switch value {
    case let flag as Bool: self.value.content = .value(.bool(flag))
    case let text as String: self.value.content = .value(.string(text))
    case let whole as Int: self.value.content = .value(.integer(whole))
    case let number as Double: self.value.content = .value(.number(number))
    case let json as JSON: self.value.content = .value(json)
    default: try value.encode(to: self)
    }
  }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let draft: Draft

  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { draft.member(key.stringValue).encodeNil() }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    try draft.member(key.stringValue).encode(value)
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested>
  { draft.member(key.stringValue).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    draft.member(key.stringValue).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { draft.member("super") }

  func superEncoder(forKey key: Key) -> any Encoder { draft.member(key.stringValue) }
}

private struct Elements: UnkeyedEncodingContainer {
  let draft: Draft

  var codingPath: [any CodingKey] { [] }
  var count: Int { if case .array(let drafts) = draft.content { drafts.count } else { 0 } }

  func encodeNil() { draft.element().encodeNil() }

  func encode<Value: Encodable>(_ value: Value) throws { try draft.element().encode(value) }

  func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    draft.element().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { draft.element().unkeyedContainer() }

  func superEncoder() -> any Encoder { draft.element() }
}

extension JSON: Encodable {
  /// As it is into another value; numbers as a `Double` into what knows no other.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let number): try container.encode(number.double)
    case .string(let text): try container.encode(text)
    case .array(let elements): try container.encode(elements)
    case .object(let members):
      try container.encode(Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }))
    }
  }
}
