import Foundation
import Support
import Testing

@Suite("Values as JSON")
struct JSONEncodingTests {
  /// Writes its members beside those of another value.
  private struct Row: Codable, Equatable {
    struct Numbers: Codable, Equatable {
      var value: Double
      var counts: [Int]
    }

    private enum Key: CodingKey { case name }
    var name: String
    var numbers: Numbers

    init(name: String, numbers: Numbers) { (self.name, self.numbers) = (name, numbers) }

    init(from decoder: any Decoder) throws {
      name = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .name)
      numbers = try Numbers(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: Key.self)
      try fields.encode(name, forKey: .name)
      try numbers.encode(to: encoder)
    }
  }

  @Test("Members of two values that share an object, and back")
  func shared() throws {
    let rows = [Row(name: "a", numbers: .init(value: 1.0 / 3, counts: [1, 2]))]
    let json = try JSON(encoding: rows)
    #expect(
      String(decoding: json.lineBytes, as: UTF8.self) == #"[{"counts": [1, 2], "name": "a", "value": 0.333333333}]"#
        + "\n")
    let back: [Row] = try JSONField(json, file: "x").decoded()
    #expect(back[0].name == "a" && back[0].numbers.counts == [1, 2])
  }

  @Test("JSON within a value stays as it is, and goes into other encoders too")
  func nested() throws {
    let json = JSON.object(["b": .array([.null, .bool(true), .string("c"), .integer(2)]), "a": .number(0.5)])
    #expect(try JSON(encoding: ["json": json]) == .object(["json": json]))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(json), as: UTF8.self) == #"{"a":0.5,"b":[null,true,"c",2]}"#)
  }
}
