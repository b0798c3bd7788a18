import Foundation
import TestSupport
import Tensors
import Testing
import Transformers

@Suite("Pooling of sentence-transformers directories")
struct PoolingTests {
  private func folder(_ files: [String: String]) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pooling-\(UUID().uuidString)")
    for (name, text) in files {
      let url = folder.appending(path: name)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    return folder
  }

  private func modules(_ steps: [(String, String)]) -> String {
    "[" + steps.map { #"{"path": "\#($0.1)", "type": "sentence_transformers.models.\#($0.0)"}"# }.joined(separator: ",")
      + "]"
  }

  /// Of the positions (1, −2), (3, 4), (5, 1), behind which comes padding.
  private static let expected: [Pooling.Mode: [Double]] = [
    .cls: [1, -2], .max: [5, 4], .mean: [3, 1], .meanOfRoot: [5.196152, 1.732051], .weightedMean: [3.666667, 1.5],
    .last: [5, 1],
  ]

  @Test("Each way of pooling leaves padding out", arguments: Pooling.Mode.allCases)
  func modes(_ mode: Pooling.Mode) throws {
    let states = Tensor([1, -2, 3, 4, 5, 1, 90, 90], shape: [1, 4, 2])
    let pooled = Pooling(modes: [mode]).vectors(of: states, mask: [1, 1, 1, 0])
    #expect(pooled.shape == [1, 2])
    let expected = try #require(PoolingTests.expected[mode])
    for (found, wanted) in zip(pooled.values, expected) { #expect(abs(Double(found) - wanted) < 1e-5) }
  }

  @Test("Several are put one behind the other, and normalised together")
  func concatenated() {
    let states = Tensor([3, 0, 0, 4], shape: [1, 2, 2])
    let pooled = Pooling(modes: [.cls, .last], steps: [.normalize]).vectors(of: states, mask: [1, 1])
    #expect(pooled.values == [0.6, 0, 0, 0.8])
  }

  @Test("The steps, the ways and the length are read; a directory without them pools nothing")
  func reading() throws {
    let read = try #require(
      try Pooling(
        directory: folder([
          "modules.json": modules([("Transformer", "0_BERT"), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]),
          "1_Pooling/config.json":
            #"{"word_embedding_dimension": 4, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}"#,
          "0_BERT/sentence_bert_config.json": #"{"max_seq_length": 128}"#,
        ])))
    #expect(read.modes == [.cls, .mean] && read.name.hasSuffix("pooling, normalised") && read.maximumLength == 128)
    #expect(try Pooling(directory: folder(["config.json": "{}"])) == nil)
    let newer = try Pooling(
      directory: folder([
        "modules.json": modules([("Transformer", ""), ("Pooling", "1_Pooling")]),
        "1_Pooling/config.json": #"{"pooling_mode": "lasttoken"}"#,
      ]))
    #expect(newer?.modes == [.last] && newer?.steps.isEmpty == true)
  }

  @Test("A dense layer is applied with its activation", arguments: ["Tanh", "Identity"])
  func dense(_ activation: String) throws {
    let directory = try folder([
      "modules.json": modules([("Transformer", ""), ("Pooling", "1_Pooling"), ("Dense", "2_Dense")]),
      "1_Pooling/config.json": #"{"pooling_mode_mean_tokens": true}"#,
      "2_Dense/config.json":
        #"{"in_features": 2, "out_features": 3, "bias": true, "activation_function": "torch.nn.modules.\#(activation)"}"#,
    ])
    var file = SafetensorsWriter()
    file.add("linear.weight", Tensor([1, 0, 0, 1, 1, 1], shape: [3, 2]))
    file.add("linear.bias", Tensor([0, 0.5, -1], shape: [3]))
    try file.write(to: directory.appending(path: "2_Dense/model.safetensors"))
    let pooling = try #require(try Pooling(directory: directory))
    #expect(pooling.width(of: 2) == 3)
    let vectors = pooling.vectors(of: Tensor([0.2, 0.4, 0.6, 0], shape: [1, 2, 2]), mask: [1, 1])
    // The mean is (0.4, 0.2).
    for (found, sum) in zip(vectors.values, [0.4, 0.7, -0.4]) {
      #expect(abs(Double(found) - (activation == "Tanh" ? tanh(sum) : sum)) < 1e-6)
    }
    try Data(#"{"in_features": 4, "out_features": 3}"#.utf8).write(to: directory.appending(path: "2_Dense/config.json"))
    #expect { try Pooling(directory: directory) } throws: { "\($0)".contains("wrong shape") }
  }

  @Test("A step or a way that is not known is an error that names it")
  func unknown() throws {
    let other = try folder(["modules.json": modules([("Transformer", ""), ("LSTM", "2_LSTM")])])
    #expect { try Pooling(directory: other) } throws: { "\($0)".contains("found LSTM") }
    let odd = try folder([
      "modules.json": modules([("Transformer", ""), ("Pooling", "p")]),
      "p/config.json": #"{"pooling_mode": "median"}"#,
    ])
    #expect { try Pooling(directory: odd) } throws: { "\($0)".contains("median") }
    let none = try folder(["modules.json": modules([("Transformer", ""), ("Normalize", "n")])])
    #expect { try Pooling(directory: none) } throws: { "\($0)".contains("no step that pools") }
    #expect { try Pooling(directory: folder(["modules.json": "{}"])) } throws: { "\($0)".contains("not readable") }
  }
}
