import Foundation
import Support
import TestSupport
import Testing

@testable import Results

/// An empty folder, gone when the test ends.
let entropy = Metric("attention.entropy", unit: "nats", source: "Clark 2019", lowest: 0)

func example() -> RunResults {
  let subject = Subject(
    name: "tiny \"name\"",
    model: .init(
      name: "tiny", family: "gpt2", task: "causal language model", layers: 2, heads: 2, width: 8, headWidth: 4,
      vocabulary: 11, parameters: 1234, isCausal: true),
    corpus: .init(name: "text | one", documents: 3, tokens: 40, label: "upos", truncated: 1), seed: 7)
  var attention = AnalysisResult(id: "attention", notes: [Note(Message(verbatim: "cut to 64 tokens"))])
  attention.tables = [
    MetricTable(
      entropy,
      [
        .init(.head(0, 0), Quantity(1.0 / 3, n: 40, interval: 0.1...2.0 / 3)),
        .init(.head(0, 1), Quantity(.nan, n: 3)), .init(.head(1, 0), Quantity(.infinity, n: 1)),
        .init(.head(1, 1), Quantity(-.infinity, n: 1)), .init(.layer(1), .notApplicable), .init(.model, .missing),
        .init(.tensor("h.0.attn|c \u{1}"), Quantity(-1.5e-300, n: 0)), .init(.point(2), Quantity(123_456_789, n: 1)),
      ])
  ]
  attention.arrays = [
    "sample.z.pattern": NumericArray(
      shape: [2, 2, 2, 2], values: (0..<16).map { [0, 1, .nan, -.infinity][$0 % 4] }),
    "sample.empty.pattern": .init(shape: [2, 2, 0, 0], values: []),
  ]
  attention.texts = [
    "sample.z.tokens": ["<s>", "a\nb"], "sample.empty.tokens": [], "samples": ["\u{202e}", "\u{0}", "名"],
  ]
  let none = AnalysisResult(id: "gradients", notApplicable: Message(verbatim: "an encoder without a head has no loss"))
  return RunResults(subject: subject, analyses: [attention, none])
}

@Suite struct RunResultsFilesTests {
  @Test("A model's other stack, its images, its precision and what is said of its weights are read back too")
  func subject() throws {
    try withFolder { folder in
      var results = example()
      results.subject.model.encoder = .init(layers: 3, heads: 4, width: 16, headWidth: 2)
      results.subject.model.image = .init(side: 32, patch: 8, leadingTokens: 1)
      results.subject.model.precision = "bf16"
      results.subject.model.weightNotes = [
        WeightNote(.beyond, ["h.2.a \"b\"", "h.3.c"], count: 12),
        WeightNote(.merged, ["q"], count: 3, detail: "rank 2"),
      ]
      results.subject.model.unknownSettings = ["logit_scale: 0.0625"]
      try results.write(to: folder)
      #expect(try RunResults.read(from: folder).subject == results.subject)
    }
  }

  @Test("What was written is read back, every state and text included, and the bytes are the same each time")
  func roundTrip() throws {
    try withFolder { folder in
      let results = example()
      try results.write(to: folder)
      let tables = try Data(contentsOf: folder.appending(path: "results.json"))
      let arrays = try Data(contentsOf: folder.appending(path: "arrays.safetensors"))
      let back = try RunResults.read(from: folder)
      #expect(back.subject == results.subject)
      #expect(back.analyses.map(\.id) == ["attention", "gradients"])
      #expect(back.analyses[1].notApplicable == results.analyses[1].notApplicable)
      #expect(back.analyses[0].texts == results.analyses[0].texts)
      #expect(back.analyses[0].notes == results.analyses[0].notes)
      #expect(back.analyses[0].tables[0].metric == entropy)
      let rounded = results.rounded.analyses[0].tables[0].rows
      #expect(back.analyses[0].tables[0].rows.map(\.component) == rounded.map(\.component))
      #expect(back.analyses[0].tables[0].rows.map(\.quantity) == rounded.map(\.quantity))
      #expect(rounded[0].quantity.value == 0.333333333)
      let map = try #require(back.analyses[0].arrays["sample.z.pattern"])
      #expect(map.shape == [2, 2, 2, 2])
      #expect(map.values.map(\.bitPattern) == results.analyses[0].arrays["sample.z.pattern"]?.values.map(\.bitPattern))
      #expect(back.analyses[0].arrays["sample.empty.pattern"]?.shape == [2, 2, 0, 0])
      try back.write(to: folder)
      #expect(try Data(contentsOf: folder.appending(path: "results.json")) == tables)
      #expect(try Data(contentsOf: folder.appending(path: "arrays.safetensors")) == arrays)
    }
  }

  @Test("A run folder of schema 1, whose notes and task are sentences, is read, and written as one of schema 2")
  func older() throws {
    try withFolder { folder in
      try example().write(to: folder)
      let url = folder.appending(path: "results.json")
      var json = try JSON(contentsOf: url)
      func set(_ path: [String], _ value: JSON, in json: JSON) -> JSON {
        guard let key = path.first else { return value }
        if let index = Int(key), var elements = json.elements {
          elements[index] = set(Array(path.dropFirst()), value, in: elements[index])
          return .array(elements)
        }
        return .object(
          JSONObject(
            (json.members?.members ?? []).map { member in
              (member.key, member.key == key ? set(Array(path.dropFirst()), value, in: member.value) : member.value)
            }))
      }
      json = set(["schema"], .integer(1), in: json)
      json = set(["subject", "model", "task"], .string("causal language model"), in: json)
      json = set(["analyses", "1", "notApplicable"], .string("has no loss"), in: json)
      let notes = JSON.array([.string("plain"), .object(["about": .string("histograms"), "text": .string("of bins")])])
      json = set(["analyses", "0", "notes"], notes, in: json)
      try Data(json.bytes).write(to: url)
      let run = try RunResults.read(from: folder)
      #expect(run.subject.model.task.text == "causal language model")
      #expect(run.analyses[1].notApplicable?.text == "has no loss")
      #expect(run.analyses[0].notes.map(\.text) == ["plain", "of bins"])
      #expect(run.analyses[0].notes[1].subject == .histograms)
      try run.write(to: folder)
      #expect(try JSON(contentsOf: url)["schema"]?.number?.integer == 2)
      #expect(try RunResults.read(from: folder).analyses[0].notes == run.analyses[0].notes)
    }
  }

  @Test("A metric is defined once, and a row stands on a line of its own")
  func layout() throws {
    try withFolder { folder in
      try example().write(to: folder)
      let text = try String(contentsOf: folder.appending(path: "results.json"), encoding: .utf8)
      #expect(
        text.contains(
          #"{"component": "L0.H0", "high": 0.666666667, "low": 0.1, "n": 40, "value": 0.333333333}"# + ",\n"))
      #expect(text.components(separatedBy: "Σₖ A ln A").count == 2)
      #expect(text.contains(#"{"component": "L0.H1", "n": 3, "state": "nan"}"#))
    }
  }

  @Test(
    "A damaged run is one clear line with file and field",
    arguments: [
      (
        #""schema": 2"#, #""schema": 99"#,
        "is from another version: run `tomograph report` again, expected schema 2, found 99"
      ),
      (#""metric": "attention.entropy""#, #""metric": "attention.entrpy""#, "uses a metric that is not defined"),
      (#""component": "L0.H1""#, #""component": "head 1""#, "no component is called"),
      (#""shape": [2, 2, 2, 2]"#, #""shape": [16]"#, "has another shape"),
      (#""sample.z.pattern""#, #""sample.y.pattern""#, "has no tensor"),
      (#""layers": 2"#, #""layers": "two""#, "subject.model.layers: has the wrong type"),
      (#""seed": 7"#, #""sed": 7"#, "has no \"seed\""), (#""subject""#, "subject", "not valid JSON"),
      (#""state": "nan""#, #""state": "fine""#, "state"),
    ])
  func damaged(original: String, change: String, says: String) throws {
    try withFolder { folder in
      try example().write(to: folder)
      let url = folder.appending(path: "results.json")
      let text = try String(contentsOf: url, encoding: .utf8)
      #expect(text.contains(original))
      try Data(text.replacingOccurrences(of: original, with: change).utf8).write(to: url)
      let error = try #require(throws: InputError.self) { try RunResults.read(from: folder) }
      #expect(error.description.contains(says), "\(error)")
      #expect(error.description.contains(folder.lastPathComponent))
    }
  }

  @Test("A run without its files, or with a cut one, is an error")
  func absent() throws {
    try withFolder { folder in
      #expect(throws: InputError.self) { try RunResults.read(from: folder) }
      try example().write(to: folder)
      let arrays = folder.appending(path: "arrays.safetensors")
      try Data(contentsOf: arrays).dropLast(3).write(to: arrays)
      #expect(throws: InputError.self) { try RunResults.read(from: folder) }
      try FileManager.default.removeItem(at: arrays)
      #expect(throws: InputError.self) { try RunResults.read(from: folder) }
    }
  }
}
