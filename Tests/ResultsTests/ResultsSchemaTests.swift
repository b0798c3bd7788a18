import Foundation
import Results
import Support
import TestSupport
import Testing

/// `docs/results.schema.json`, and what is held against it.
@Suite("The JSON Schema of results.json")
struct ResultsSchemaTests {
  @Test("docs/results.schema.json is what the types say")
  func document() throws {
    let text = String(decoding: try RunResults.jsonSchema().bytes, as: UTF8.self)
    #expect(Golden.difference(of: text, from: "../../docs/results.schema.json") == nil)
  }

  /// Of every analysis, with every state, and of a model with two stacks.
  private static var runs: [RunResults] {
    var sample = SampleResults.make(layers: 3, heads: 2, length: 6)
    sample.analyses += SampleResults.more(layers: 3)
    var stacks = example()
    stacks.subject.model.encoder = .init(layers: 3, heads: 4, width: 16, headWidth: 2)
    stacks.subject.model.image = .init(side: 32, patch: 8, leadingTokens: 1)
    stacks.subject.model.weightNotes = [WeightNote(.merged, ["q"], count: 3, detail: "rank 2")]
    stacks.subject.model.unknownSettings = ["logit_scale: 0.0625"]
    stacks.subject.selection = Selection(layers: [0], examples: ["a"])
    stacks.analyses[0].notes.append(Note(Message(verbatim: "3 sequences."), stack: .encoder, about: .repeatedTokens))
    return [sample, example(), stacks]
  }

  @Test("What is written is valid", arguments: 0..<3)
  func valid(index: Int) throws {
    try withFolder { folder in
      try Self.runs[index].write(to: folder)
      #expect(try JSONSchemaValidator.faults(ofRunsIn: folder) == [])
    }
  }

  @Test(
    "What no run writes is not",
    arguments: [
      (#""schema": 2"#, #""schema": 1"#, "$.schema: is not 2"),
      (#""seed": 7"#, #""sed": 7"#, "$.subject: has no seed"),
      (#""seed": 7"#, #""seed": 7, "sed": 7"#, "$.subject.sed: must not be there"),
      (#""layers": 2"#, #""layers": "two""#, #"$.subject.model.layers: is not of type "integer""#),
      (#""isCausal": true"#, #""isCausal": 1"#, #"$.subject.model.isCausal: is not of type "boolean""#),
      (#""L0.H1""#, #""L-1.H1""#, #"rows[1].component: "L-1.H1" is of another form"#),
      (#""n": 40"#, #""n": -1"#, "rows[0].n: is less than 0"), (#""n": 40, "#, "", "rows[0]: has no n"),
      (#""low": 0.1, "#, "", "rows[0]: has high without low"),
      (#""state": "nan""#, #""state": "fine""#, #""fine" is none of the values"#),
      (#""state": "nan""#, #""state": "nan", "value": 1"#, "rows[1]: fits 2 of 2 forms"),
      (#"[2, 2, 2, 2]"#, #"[2, 2, 4]"#, "shape: has 3 elements"),
      (#"[2, 2, 2, 2]"#, #"[2, 2, 2, 2, 1]"#, "shape[4]: must not be there"),
      (#""sample.z.pattern""#, #""sample.z.patern""#, "arrays.sample.z.patern: must not be there"),
      (
        #""metric": "attention.entropy""#, #""metric": "attention.entrpy""#,
        #""attention.entrpy" is none of the values"#
      ),
      (#""code": "verbatim""#, #""kode": "verbatim""#, "notes[0]: has no code"),
      (#""id": "gradients""#, #""id": "gradient""#, "$.analyses[1]: fits 0 of"),
    ])
  func invalid(original: String, change: String, says: String) throws {
    try withFolder { folder in
      try example().write(to: folder)
      let url = folder.appending(path: "results.json")
      let text = try String(contentsOf: url, encoding: .utf8)
      let range = try #require(text.range(of: original), "\(text)")
      try Data(text.replacingCharacters(in: range, with: change).utf8).write(to: url)
      let faults = try JSONSchemaValidator.faults(ofRunsIn: folder)
      #expect(faults.contains { $0.contains(says) }, "\(faults)")
    }
  }

  @Test("A schema with a keyword that is not checked is a fault, and so is a reference to nothing")
  func keywords() {
    for schema in [JSON.object(["maxLength": .integer(1)]), .object(["$ref": .string("#/$defs/none")])] {
      var validator = JSONSchemaValidator(schema)
      #expect(validator.faults(of: .string("text")).count == 1)
    }
  }

  /// What a type reads, optional members, lists and dictionaries among them.
  private struct Read: Decodable {
    var name: String
    var share: Double?
    var flags: [Bool]
    var counts: [String: [Int]]
  }

  @Test("A type's schema has its members, their types, and which must be there")
  func types() throws {
    let text = String(decoding: try JSON.schema(of: Read.self).lineBytes, as: UTF8.self)
    #expect(
      text == #"{"additionalProperties": false, "properties": {"#
        + #""counts": {"additionalProperties": {"items": {"type": "integer"}, "type": "array"}, "type": "object"}, "#
        + #""flags": {"items": {"type": "boolean"}, "type": "array"}, "name": {"type": "string"}, "#
        + #""share": {"type": "number"}}, "required": ["name", "flags", "counts"], "type": "object"}"# + "\n")
  }
}
