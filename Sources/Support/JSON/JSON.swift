/// A JSON value. Objects keep their order and every key that differs by a byte; numbers keep every digit.
package enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSON])
  case object(JSONObject)

  package static func integer(_ value: Int) -> JSON { .number(JSONNumber(value)) }

  /// Rounded to nine significant digits; NaN and infinities, which JSON has no numbers for, become strings.
  package static func number(_ value: Double) -> JSON {
    value.isFinite ? .number(JSONNumber(value)) : .string(JSONNumber.name(ofNonFinite: value))
  }

  package static func strings(_ list: [String]) -> JSON { .array(list.map(JSON.string)) }

  /// What an error message calls it.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: phrase("json.anObject")
    }
  }

  /// How an error message shows it: a plain value as it is written, of a list or an object only that it is one.
  package var shown: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let number): number.text.count > 60 ? "\(number.text.prefix(60))…" : number.text
    case .string(let text): "\"\(text.count > 60 ? "\(text.prefix(60))…" : text)\""
    case .array, .object: kind
    }
  }

  /// The member of an object; nil where it is absent, and for anything but an object.
  package subscript(key: String) -> JSON? { members?[key] }

  package var members: JSONObject? { if case .object(let members) = self { members } else { nil } }
  package var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
  package var string: String? { if case .string(let text) = self { text } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var number: JSONNumber? { if case .number(let number) = self { number } else { nil } }
}
