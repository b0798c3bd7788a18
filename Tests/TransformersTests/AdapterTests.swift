import Foundation
import Support
import Tensors
import TestSupport
import Testing

@testable import Transformers

@Suite("LoRA adapters")
struct AdapterTests {
  private static let bases = [
    ("conv1d", "gpt2_hub"), ("magnitudes", "gpt2"), ("stabilised", "llama"), ("biases", "qwen2"),
    ("embeddings", "llama_tied"), ("table", "llama_tied"), ("classifier", "llama"),
  ]

  private func adapter(_ name: String) -> URL { Fixtures.url("adapters/\(name)") }

  @Test("give the logits that PEFT computes when they are merged into their base", arguments: bases)
  func values(name: String, base: String) throws {
    let files = try ModelFiles(adapter(name), adapterBase: Fixtures.url("models/\(base)"))
    let model = try Model(files: files)
    let file = try SafetensorsFile(adapter(name).appending(path: "reference.safetensors"))
    let (shape, ids) = try file.integers("input.input_ids"), wanted = try file.tensor("logits")
    let input = ModelInput(
      batch: shape[0], length: shape[1], ids: ids.map { Int32($0) }, mask: Array(repeating: 1, count: ids.count))
    let found = try #require(try model.run(input, TraceRequest(sites: [.logits]))[.logits])
    #expect(found.shape == wanted.shape)
    #expect(found.largestDifference(from: wanted) <= 2e-5 * max(1, wanted.largest))
    let note = try #require(model.weightNotes.first)
    #expect(note.kind == .merged && note.detail == "rank 2, alpha 8, base \(base)")
    let plain = try Model(directory: Fixtures.url("models/\(base)"))
    if plain.description.head == model.description.head {
      let before = try #require(try plain.run(input, TraceRequest(sites: [.logits]))[.logits])
      #expect(before.largestDifference(from: wanted) > 0.01)
    }
  }

  /// A folder with an adapter in `ours/adapter`, its base where a test puts it, and another name for the base.
  private func folder(_ baseName: String, at place: String?, _ body: (URL) throws -> Void) throws {
    try withWeights([:]) { folder in
      let files = FileManager.default, ours = folder.appending(path: "ours/adapter")
      try files.createDirectory(at: folder.appending(path: "ours"), withIntermediateDirectories: true)
      try files.copyItem(at: adapter("conv1d"), to: ours)
      if let place { try files.copyItem(at: Fixtures.url("models/gpt2_hub"), to: folder.appending(path: place)) }
      let url = ours.appending(path: "adapter_config.json"), text = try String(contentsOf: url, encoding: .utf8)
      try Data(text.replacing("someone/gpt2_hub", with: baseName).utf8).write(to: url)
      try body(ours)
    }
  }

  @Test(
    "find their base beside them or where its name leads",
    arguments: [
      ("someone/big", "ours/big"), ("../big", "ours/big"), ("big", "ours/big"), ("../../models/big", "big"),
      ("base", "ours/adapter/base"),
    ])
  func beside(name: String, place: String) throws {
    let inside = name.hasPrefix("../../") ? "models" : nil
    try folder(name, at: inside == nil ? place : nil) { ours in
      if let inside {
        let models = ours.deletingLastPathComponent().deletingLastPathComponent().appending(path: inside)
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: Fixtures.url("models/gpt2_hub"), to: models.appending(path: place))
      }
      #expect(try Model(directory: ours).weightNotes.first?.kind == .merged)
    }
  }

  @Test("without their base are refused with its name, and with what to do")
  func missing() throws {
    try folder("meta/llama-900b", at: nil) { ours in
      #expect { try Model(directory: ours) } throws: {
        "\($0)".contains("\"meta/llama-900b\"") && "\($0)".contains("--adapter-base DIR")
      }
    }
    #expect(throws: InputError.self) { try ModelFiles(Fixtures.url("models/gpt2"), adapterBase: URL(filePath: ".")) }
  }

  @Test(
    "that do more than LoRA are refused by the key",
    arguments: [
      ("\"peft_type\": \"LORA\"", "\"peft_type\": \"IA3\"", "peft_type"),
      ("\"use_qalora\": false", "\"use_qalora\": true", "use_qalora"),
      ("\"init_lora_weights\": true", "\"init_lora_weights\": \"pissa\"", "init_lora_weights"),
      ("\"layer_replication\": null", "\"layer_replication\": [[0, 2]]", "layer_replication"),
      ("\"r\": 2", "\"r\": 4", "another rank"),
      ("\"alpha_pattern\": {}", "\"alpha_pattern\": {\"c_attn\": 1, \"attn.c_attn\": 2}", "several patterns"),
      ("\"alpha_pattern\": {}", "\"alpha_pattern\": {\"(\": 1}", "regular expression"),
    ])
  func refused(old: String, new: String, word: String) throws {
    try folder("../big", at: "ours/big") { ours in
      let url = ours.appending(path: "adapter_config.json"), text = try String(contentsOf: url, encoding: .utf8)
      #expect(text.contains(old))
      try Data(text.replacing(old, with: new).utf8).write(to: url)
      #expect { try Model(directory: ours) } throws: { "\($0)".contains(word) }
    }
  }

  @Test("with a tensor that has no place in the base are refused by its name")
  func misfits() throws {
    #expect {
      try Model(files: ModelFiles(adapter("conv1d"), adapterBase: Fixtures.url("models/llama")))
    } throws: { "\($0)".contains("has no place in the base model") && "\($0)".contains("lora_A") }
  }
}
