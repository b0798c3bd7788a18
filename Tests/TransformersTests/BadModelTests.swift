import Foundation
import Support
import Tensors
import TestSupport
import Testing
import Transformers

/// Directories and inputs that cannot be used: each is refused in one line that says what.
@Suite struct BadModelTests {
  /// A copy of the GPT-2 fixture that a test may damage.
  private func damaged(_ change: (URL) throws -> Void) throws -> InputError? {
    let folder = FileManager.default.temporaryDirectory.appending(path: "bad-model-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: Fixtures.url("models/gpt2"), to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    try change(folder)
    do {
      _ = try Model(directory: folder)
      return nil
    } catch {
      return error as? InputError
    }
  }

  private func rewrite(_ folder: URL, _ change: (String, Tensor) -> (String, Tensor)?) throws {
    let url = folder.appending(path: "model.safetensors")
    var writer = SafetensorsWriter()
    let file = try SafetensorsFile(url)
    for name in file.names {
      let original = try file.tensor(name)
      if let (name, tensor) = change(name, Tensor(original.values, shape: original.shape)) { writer.add(name, tensor) }
    }
    try writer.write(to: url)
  }

  @Test("A missing directory is named")
  func missingDirectory() {
    #expect { try Model(directory: URL(filePath: "no/such/model")) } throws: {
      "\($0)".contains("no/such/model") && "\($0)".contains("does not exist")
    }
  }

  @Test("An unknown family is named, with the known ones")
  func unknownFamily() throws {
    let error = try damaged { try Data(#"{"model_type": "mamba"}"#.utf8).write(to: $0.appending(path: "config.json")) }
    #expect(error?.description.contains("\"mamba\"") == true)
    #expect(error?.description.contains("gpt2") == true)
  }

  @Test(
    "A configuration that is no JSON, or lacks a number, is refused", arguments: ["{", "[]", #"{"model_type":"gpt2"}"#])
  func badConfiguration(text: String) throws {
    let error = try damaged { try Data(text.utf8).write(to: $0.appending(path: "config.json")) }
    #expect(error?.description.contains("config.json") == true)
  }

  @Test("NaN and Infinity in a configuration are read as Python does, and refused where the model needs the number")
  func notFinite() throws {
    func text(_ epsilon: String) throws -> Data {
      let config = try String(contentsOf: Fixtures.url("models/gpt2/config.json"), encoding: .utf8)
      return Data(
        config.replacing(
          /"layer_norm_epsilon": [^,]*/,
          with: "\"summary_first_dropout\": NaN, \"foo\": -Infinity, "
            + "\"layer_norm_epsilon\": \(epsilon)"
        ).utf8)
    }
    let sound = try Configuration(path: "config.json", contents: text("1e-5"))
    #expect(try sound.has("summary_first_dropout") && sound.number("layer_norm_epsilon") == 1e-5)
    #expect(try damaged { try text("1e-05").write(to: $0.appending(path: "config.json")) } == nil)
    for number in ["NaN", "Infinity", "1e999"] {
      let error = try damaged { try text(number).write(to: $0.appending(path: "config.json")) }
      #expect(error?.description.contains("\"layer_norm_epsilon\": is not finite") == true)
      #expect(error?.found == number)
    }
  }

  @Test("A configuration that is not JSON names line and column")
  func brokenConfiguration() throws {
    let error = try damaged { try Data("{\n  \"n_layer\": 2,\n}".utf8).write(to: $0.appending(path: "config.json")) }
    #expect(error?.description.contains("config.json: line 3, column 1: is not valid JSON, expected a key") == true)
  }

  @Test("A missing tensor is named")
  func missingTensor() throws {
    let error = try damaged { try rewrite($0) { $0.hasSuffix("h.1.ln_2.bias") ? nil : ($0, $1) } }
    #expect(error?.description.contains("h.1.ln_2.bias") == true)
    #expect(error?.description.contains("missing") == true)
  }

  @Test("A tensor of another shape is named, with both shapes")
  func wrongShape() throws {
    let error = try damaged {
      try rewrite($0) { name, tensor in
        name.hasSuffix("wpe.weight") ? (name, Tensor(repeating: 0, shape: [63, 24])) : (name, tensor)
      }
    }
    #expect(error?.expected == "[64, 24]")
    #expect(error?.found == "[63, 24]")
  }

  @Test("Weights that are no numbers are refused with the place", arguments: [Float.nan, .infinity, -.infinity])
  func nonFinite(value: Float) throws {
    let error = try damaged {
      try rewrite($0) { name, tensor in
        if name.hasSuffix("h.2.mlp.c_fc.weight") { tensor.pointer[1000] = value }
        return (name, tensor)
      }
    }
    #expect(error?.description.contains("h.2.mlp.c_fc.weight") == true)
    #expect(error?.description.contains("index 1000") == true)
  }

  @Test("A truncated file of weights is refused")
  func truncated() throws {
    let error = try damaged { folder in
      let url = folder.appending(path: "model.safetensors")
      try Data(try Data(contentsOf: url).dropLast(100)).write(to: url)
    }
    #expect(error?.description.contains("model.safetensors") == true)
  }

  @Test("Inputs beyond the vocabulary, the positions or the classes are refused")
  func badInputs() throws {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    for input in [
      ModelInput(rows: [[5, 120]], pad: 1), ModelInput(rows: [[-1]], pad: 1), ModelInput(rows: [[]], pad: 1),
      ModelInput(rows: [Array(repeating: 4, count: 65)], pad: 1),
      ModelInput(rows: [[5, 6]], typeIDs: [[0, 1]], pad: 1), ModelInput(rows: [[5, 6]], labels: [[5, 500]], pad: 1),
    ] { #expect(throws: InputError.self) { try reference.model.run(input, TraceRequest()) } }
  }

  @Test("Gradients without labels are refused")
  func gradientsWithoutLabels() throws {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    #expect(throws: InputError.self) {
      try reference.model.run(ModelInput(rows: [[5, 6]], pad: 1), TraceRequest(parameterGradients: true))
    }
  }

  @Test("What an encoder-decoder or a model of images cannot read is refused")
  func badInputsOfOtherModels() throws {
    let bart = try Reference(Fixtures.url("models/bart")), vit = try Reference(Fixtures.url("models/vit"))
    var withoutTarget = bart.input, longTarget = bart.input, badTarget = bart.input, pixels = vit.input
    withoutTarget.target = nil
    withoutTarget.labels = nil
    longTarget.target = ModelInput.Target(length: 25, ids: Array(repeating: 4, count: 50))
    badTarget.target = ModelInput.Target(length: 9, ids: Array(repeating: 120, count: 18))
    pixels.pixels = Tensor(repeating: 0, shape: [2, 3, 16, 12])
    for input in [withoutTarget, longTarget, badTarget, vit.input] {
      #expect(throws: InputError.self) { try bart.model.run(input, TraceRequest()) }
    }
    for input in [pixels, bart.input] {
      #expect(throws: InputError.self) { try vit.model.run(input, TraceRequest()) }
    }
  }

  @Test("A target that is not given is made from the labels")
  func targetFromLabels() throws {
    for name in ["bart", "t5", "marian"] {
      let reference = try Reference(Fixtures.url("models/\(name)"))
      var input = reference.input
      input.target = nil
      #expect(
        try reference.model.run(input, TraceRequest()).loss == reference.model.run(reference.input, TraceRequest()).loss
      )
    }
  }

  @Test(
    "Configurations that no network can have are refused",
    arguments: [
      ("num_key_value_heads", "3", "key-value heads"), ("num_attention_heads", "0", "heads"),
      ("num_hidden_layers", "0", "layers"), ("rope_parameters", #"{"rope_type": "yarn"}"#, "yarn"),
      ("hidden_act", #""softplus""#, "softplus"), ("head_dim", "6", "q_proj"),
    ])
  func impossibleConfiguration(key: String, value: String, word: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "bad-model-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: Fixtures.url("models/llama_tied"), to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "config.json")
    var fields = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    fields[key] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    try JSONSerialization.data(withJSONObject: fields).write(to: file)
    #expect { try Model(directory: folder) } throws: { "\($0)".contains(word) }
  }
}
