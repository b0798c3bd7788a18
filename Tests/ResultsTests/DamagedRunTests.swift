import Foundation
import Support
import Tensors
import TestSupport
import Testing

@testable import Results

/// Run folders that hold what no run can have: refused when they are read, with the place in one line.
@Suite("Damaged run folders")
struct DamagedRunTests {
  @Test(
    "A component is read back from its own spelling alone",
    arguments: [
      ("model", true), ("R0", true), ("L12", true), ("L2.H5", true), ("cross/L0.H1", true), ("tensor:h.0.w", true),
      ("L-1.H0", false), ("L0.H-1", false), ("R-3", false), ("L9e18.H9e18", false), ("L+1", false), ("L01", false),
      ("L1.H", false), ("L", false), ("R", false), ("H1", false), ("L1.H2.H3", false), ("L99999999999999999999", false),
      ("l1", false), ("L１", false), ("", false), ("head 1", false),
    ])
  func components(id: String, isOne: Bool) {
    #expect(Component(id: id).map(\.id) == (isOne ? id : nil))
  }

  /// A text of `results.json`, what takes its place, and what the error says.
  @Test(
    "What no run can have is refused with its place",
    arguments: [
      (#""L0.H1""#, #""L-1.H0""#, "L-1.H0"), (#""L0.H1""#, #""L9e18.H9e18""#, "L9e18.H9e18"),
      (#""L0.H1""#, #""L2.H0""#, "L2.H0: is not part of the model, expected layers 0 to 1, heads 0 to 1"),
      (#""L0.H1""#, #""L0.H2""#, "L0.H2: is not part of the model"),
      (#""L0.H1""#, #""L0.H0""#, "metric attention.entropy, L0.H0: occurs twice"),
      (#""L0.H1""#, #""encoder/L0.H1""#, "encoder/L0.H1: is not part of the model"),
      (#""R2""#, #""R3""#, "R3: is not part of the model"),
      (#""layers": 2"#, #""layers": 0"#, "subject.model.layers: is out of range, expected 1 to 1000000, found 0"),
      (#""heads": 2"#, #""heads": -2"#, "subject.model.heads: is out of range"),
      (#""layers": 2"#, #""layers": 9000000000000000000"#, "subject.model.layers: is out of range"),
      (#""tokens": 40"#, #""tokens": -40"#, "subject.corpus.tokens: is out of range"),
      (#""n": 40"#, #""n": -1"#, "L0.H0, n: is out of range"),
      (#""n": 40"#, #""n": 9223372036854775807"#, "L0.H0, n: is out of range"),
      (#""value": 0.333333333"#, #""value": -1e300"#, "L0.H0: is out of range, expected numbers up to 1e+150"),
      (#""n": 40"#, #""n": 1.5"#, "results.json"),
      (#""low": 0.1"#, #""low": 0.9"#, "is not an interval"), (#""low": 0.1, "#, "", "is not an interval"),
      (#", "value": 0.333333333"#, "", "has no \"value\""),
      (#""lowest": 0"#, #""lowest": 5, "highest": 5"#, "has limits that are reversed"),
      (#""id": "gradients""#, #""id": "attention""#, "analysis \"attention\": occurs twice"),
    ])
  func tables(original: String, change: String, says: String) throws {
    try withFolder { folder in
      try example().write(to: folder)
      let url = folder.appending(path: "results.json")
      let text = try String(contentsOf: url, encoding: .utf8)
      let range = try #require(text.range(of: original))
      try Data(text.replacingCharacters(in: range, with: change).utf8).write(to: url)
      let error = try #require(throws: InputError.self) { try RunResults.read(from: folder) }
      #expect(error.category == .unreadable)
      #expect(error.description.contains(says), "\(error)")
      #expect(error.description.contains("results.json"))
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let analysis: String
    var arrays: [String: NumericArray] = [:]
    var texts: [String: [String]] = [:]
    /// Empty where nothing is wrong.
    let says: String

    var testDescription: String { "\(analysis) \(arrays.keys.sorted()) \(texts.keys.sorted()): \(says)" }
  }

  private static func block(_ shape: Int..., of value: Float = 0) -> NumericArray {
    NumericArray(shape: shape, values: [Float](repeating: value, count: shape.reduce(1, *)))
  }

  private static func list(_ values: Float...) -> NumericArray { NumericArray(shape: [values.count], values: values) }

  private static let tokens = ["sample.a.tokens": ["x", "y", "z"]]

  static let cases = [
    Case(analysis: "attention", arrays: ["sample.a.pattern": block(2, 2, 3, 3)], texts: tokens, says: ""),
    Case(analysis: "attention", arrays: ["sample.a.pattern": block(2, 3, 3, 2)], texts: tokens, says: "does not fit"),
    Case(analysis: "attention", arrays: ["sample.a.pattern": block(3, 2, 3, 3)], texts: tokens, says: "does not fit"),
    Case(analysis: "attention", arrays: ["sample.a.pattern": block(2, 2, 9)], texts: tokens, says: "the wrong shape"),
    Case(analysis: "attention", arrays: ["sample.a.pattern": block(2, 2, 4, 4)], texts: tokens, says: "does not fit"),
    Case(analysis: "attention", arrays: ["sample.a.pattern": block(2, 2, 2, 3)], texts: tokens, says: "is not square"),
    Case(analysis: "attention", arrays: ["sample.a.pattern": block(2, 2, 3, 3)], says: "has no texts of its tokens"),
    Case(
      analysis: "attention", arrays: ["sample.a.pooledMean": block(2, 2, 2, 2)], texts: ["pooled": ["a", "300", "-1"]],
      says: "does not fit the texts"),
    Case(
      analysis: "attention",
      arrays: ["sample.a.pooledMean": block(2, 2, 2, 2), "sample.a.pooledMax": block(2, 2, 2, 2)],
      texts: ["pooled": ["a", "300", "150"]],
      says: ""),
    Case(analysis: "attention", texts: ["class": ["sink", "other", "uniform", "induction"]], says: ""),
    Case(analysis: "attention", texts: ["class": ["sink", "", "uniform", "induction"]], says: ""),
    Case(analysis: "attention", arrays: ["sample.a.map": block(2, 2)], says: "\"sample.a.map\": is not declared"),
    Case(analysis: "attention", texts: ["sample": ["a"]], says: "texts \"sample\": are not declared"),
    Case(analysis: "attentoin", says: "is not known, expected one of corpus, quality, attention"),
    Case(
      analysis: "training", texts: ["curves": ["a"], "curve.roles": ["a role"]], says: "has a word that is not known"),
    Case(analysis: "attention", texts: ["class": ["sink", "other", "uniform", "X"]], says: "names no class of heads"),
    Case(analysis: "attention", texts: ["class": ["sink", "other"]], says: "does not fit the model"),
    Case(analysis: "context", arrays: ["loss": block(3, 5)], says: ""),
    Case(analysis: "context", arrays: ["loss": block(3, 4)], says: "has the wrong length, expected 5, found 4"),
    Case(analysis: "context", arrays: ["loss": block(3, 5, of: .nan)], says: "a whole number from 0 on, found nan"),
    Case(analysis: "context", arrays: ["loss": block(3, 5, of: 1e20)], says: "a whole number from 0 on"),
    Case(analysis: "similarity", arrays: ["cka": block(3, 3, of: .nan)], says: ""),
    Case(analysis: "similarity", arrays: ["cka": block(2, 2)], says: "does not fit the model"),
    Case(analysis: "representations", arrays: ["spectrum.R2": list(1, 2)], says: ""),
    Case(analysis: "representations", arrays: ["spectrum.R3": list(1, 2)], says: "names no residual point"),
    Case(analysis: "representations", arrays: ["spectrum.R-1": list(1, 2)], says: "is not declared"),
    Case(
      analysis: "gradients",
      arrays: ["histogram.counts": block(1, 2), "histogram.edges": list(0, 1, 2)],
      texts: ["histogram.tensors": ["w"]], says: ""),
    Case(
      analysis: "gradients",
      arrays: ["histogram.counts": block(1, 2), "histogram.edges": list(0, 1)],
      texts: ["histogram.tensors": ["w"]], says: "does not fit"),
    Case(
      analysis: "gradients", arrays: ["histogram.counts": block(1, 2), "histogram.edges": list(2, 1, 0)],
      texts: ["histogram.tensors": ["w"]], says: "at least the one before"),
    Case(
      analysis: "gradients", arrays: ["histogram.counts": block(1, 2, of: -1), "histogram.edges": list(0, 1, 2)],
      texts: ["histogram.tensors": ["w"]], says: "a whole number from 0 on"),
    Case(analysis: "repetition", arrays: ["byLength": block(2, 4, 3, of: 1e15)], says: "a share from 0 to 1"),
    Case(analysis: "repetition", arrays: ["byLength": block(2, 4, 2)], says: "has the wrong length"),
    Case(analysis: "routing", arrays: ["load": block(3, 2)], says: "does not fit the model"),
    Case(
      analysis: "projection", arrays: ["pca": block(4, 3)], texts: ["labels": ["a"]], says: "does not fit"),
    Case(analysis: "training", arrays: ["curve.0": NumericArray(shape: [2, 2], values: [0, .nan, 1, 2])], says: ""),
    Case(
      analysis: "training", arrays: ["curve.0": NumericArray(shape: [2, 2], values: [.nan, 1, 1, 2])],
      says: "element 0: has the wrong value"),
    Case(
      analysis: "training", arrays: ["curve.0": NumericArray(shape: [2, 2], values: [0, 1, 1.5, 2])],
      says: "expected a whole number from 0 on, found 1.5"),
    Case(analysis: "training", arrays: ["curve.0": block(3, 3)], says: "has the wrong length"),
    Case(analysis: "training", arrays: ["checkpoint.steps": list(0, .infinity)], says: "a whole number from 0 on"),
    Case(
      analysis: "training", arrays: ["checkpoint.steps": list(0, 1), "checkpoint.similarity": list(1, 1)],
      says: "does not fit"),
    Case(
      analysis: "training", arrays: ["checkpoint.steps": list(0, 1), "over.x": block(2, 1)], texts: ["over.x": ["L7"]],
      says: "names no part of the model"),
    Case(
      analysis: "training", arrays: ["histogram.0": block(2, 3), "histogram.0.edges": list(0, 1, 2, 3)],
      texts: ["histograms": ["w"]], says: ""),
    Case(
      analysis: "training", arrays: ["histogram.0": block(2, 3), "histogram.0.steps": list(1, 2, 3)],
      says: "does not fit"
    ),
  ]

  @Test("Arrays and texts have the form that their analysis gives them", arguments: cases)
  func forms(one: Case) throws {
    try withFolder { folder in
      var results = example()
      results.analyses = [AnalysisResult(id: one.analysis, arrays: one.arrays, texts: one.texts)]
      try results.writeFiles(to: folder)
      if one.says.isEmpty {
        #expect(try RunResults.read(from: folder).analyses[0].arrays.keys.sorted() == one.arrays.keys.sorted())
        return
      }
      let error = try #require(throws: InputError.self) { try RunResults.read(from: folder) }
      #expect(error.description.contains(one.says), "\(error)")
      #expect(error.description.contains("analysis \"\(one.analysis)\""), "\(error)")
    }
  }

  @Test(
    "What an analysis does not declare, or declares in another shape, is not written",
    arguments: [
      (AnalysisResult(id: "similarity", arrays: ["cca": block(3, 3)]), "array \"cca\": is not declared"),
      (AnalysisResult(id: "similarity", arrays: ["cka": block(2, 2)]), "array \"cka\": does not fit the model"),
      (AnalysisResult(id: "similarity", arrays: [:], texts: ["cka": ["a"]]), "texts \"cka\": are not declared"),
      (
        AnalysisResult(id: "similarity", tables: [MetricTable(AttentionMetrics.entropy, [])]),
        "metric attention.entropy: is not declared"
      ), (AnalysisResult(id: "vectors"), "analysis \"vectors\": is not known"),
    ])
  func undeclared(analysis: AnalysisResult, says: String) throws {
    try withFolder { folder in
      var results = example()
      results.analyses = [analysis]
      let error = try #require(throws: InputError.self) { try results.write(to: folder) }
      #expect(error.description.contains(says), "\(error)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).isEmpty)
    }
  }

  @Test("Of a model of two stacks each array has the shape of its own")
  func stacks() throws {
    try withFolder { folder in
      var results = example()
      results.subject.model.encoder = .init(layers: 3, heads: 4, width: 16, headWidth: 4)
      results.analyses = [
        AnalysisResult(
          id: "similarity", arrays: ["encoder/cka": Self.block(4, 4), "decoder/cka": Self.block(3, 3)])
      ]
      try results.write(to: folder)
      #expect(try RunResults.read(from: folder).analyses[0].arrays.count == 2)
      results.analyses[0].arrays["decoder/cka"] = Self.block(4, 4)
      #expect(throws: InputError.self) { try results.write(to: folder) }
      try results.writeFiles(to: folder)
      #expect(throws: InputError.self) { try RunResults.read(from: folder) }
    }
  }

  @Test("Tensors of another type, and tensors that no table declares, are refused")
  func tensors() throws {
    try withFolder { folder in
      try example().write(to: folder)
      let url = folder.appending(path: "arrays.safetensors")
      let bytes = try Data(contentsOf: url)
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains("\"F32\""))
      var retyped = bytes
      for range in bytes.ranges(of: Data("\"F32\"".utf8)).reversed() {
        retyped.replaceSubrange(range, with: Data("\"I32\"".utf8))
      }
      try retyped.write(to: url)
      let type = try #require(throws: InputError.self) { try RunResults.read(from: folder) }
      #expect(type.description.contains("has elements of the wrong type"), "\(type)")

      var writer = SafetensorsWriter()
      let file = example()
      for (name, array) in file.analyses[0].arrays.sorted(by: { $0.key < $1.key }) {
        writer.add("attention.\(name)", shape: array.shape, array.values)
      }
      writer.add("attention.more", shape: [1], [1])
      try writer.write(to: url)
      let more = try #require(throws: InputError.self) { try RunResults.read(from: folder) }
      #expect(more.description.contains("\"attention.more\": is not declared in results.json"), "\(more)")
    }
  }
}
