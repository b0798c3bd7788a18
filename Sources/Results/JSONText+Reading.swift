package import Foundation

extension JSONText: Decodable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  package init(from decoder: any Decoder) throws {
    if let members = try? decoder.container(keyedBy: Key.self) {
      self = .object(
        Dictionary(
          uniqueKeysWithValues: try members.allKeys.map { ($0.stringValue, try members.decode(JSONText.self, forKey: $0)) }))
      return
    }
    if var elements = try? decoder.unkeyedContainer() {
      var values: [JSONText] = []
      while !elements.isAtEnd { values.append(try elements.decode(JSONText.self)) }
      self = .array(values)
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
      self = .string(try container.decode(String.self))
    }
  }

  /// What stands in a file; nil where it is not there or no JSON.
  package init?(contentsOf url: URL) {
    guard let data = try? Data(contentsOf: url), let value = try? JSONDecoder().decode(JSONText.self, from: data) else {
      return nil
    }
    self = value
  }

  /// The members of an object; nil for anything else.
  package var members: [String: JSONText]? { if case .object(let members) = self { members } else { nil } }
}
