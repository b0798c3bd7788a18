import Foundation
import Tensors
import TestSupport
import Testing

@testable import Transformers

@Suite("What a model's files hold beside its weights")
struct WeightNoteTests {
  @Test("is named: adapters, layers beyond the configuration, tensors that nobody reads")
  func unread() throws {
    func notes(_ name: String) throws -> [WeightNote] {
      try Model(directory: Fixtures.url("field/21-unused-tensors-unsaid/\(name)")).weightNotes
    }
    #expect(
      try notes("gpt2_extra_lora").map { [$0.kind.rawValue] + $0.names } == [
        ["adapters", "transformer.h.0.attn.c_attn.lora_A.default.weight"],
        ["beyond", "transformer.h.3.ln_1.weight"],
      ])
    let fewer = try notes("gpt2_fewer_layers")
    #expect(fewer.map(\.kind) == [.beyond])
    #expect(fewer[0].names.count == 12 && fewer[0].names.allSatisfy { $0.hasPrefix("transformer.h.2.") })
    #expect(
      try notes("llama_bias_unused") == [
        WeightNote(
          .unread, ["model.layers.0.self_attn.q_proj.bias", "model.layers.1.self_attn.q_proj.bias"], count: 64)
      ])
  }

  @Test("is nothing where the model reads all", arguments: Reference.families)
  func nothing(name: String) throws {
    let notes = try Model(directory: Fixtures.url("models/\(name)")).weightNotes
    // GPT-2's published files have the causal mask.
    #expect(notes.allSatisfy { $0.kind == .buffers && name == "gpt2_hub" }, "\(notes)")
  }

  @Test(
    "counts what no pass uses, so that the total is the model card's",
    .enabled(if: Fixtures.shared("models/minilm") != nil),
    arguments: [
      ("minilm", 22_713_728, ["embeddings.position_ids", "pooler.dense.bias", "pooler.dense.weight"]),
      ("albert-rxnmapper", 801_359, ["albert.pooler.bias", "albert.pooler.weight"]), ("marian-en-de", 951_296, []),
      ("stories260k", 260_032, []), ("vit-digits", 136_138, []), ("gpt2-shakespeare/final", 940_800, []),
    ])
  func totals(name: String, total: Int, idle: [String]) throws {
    let model = try Model(directory: try #require(Fixtures.shared("models/\(name)")))
    #expect(model.totalParameterCount == total)
    #expect(model.weightNotes.flatMap(\.names) == idle)
    #expect(model.weightNotes.allSatisfy { $0.kind == .idle })
  }

  @Test("stays small where a file lies about its shapes")
  func lies() throws {
    #expect(
      PyTorchTensor(storage: 0, shape: [1 << 20, 1 << 20, 2], unreadable: try #require(.init(storage: "QInt8Storage")))
        == nil)
  }

  @Test(
    "is a pointer to it, which is said", arguments: ["model.safetensors", "pytorch_model.bin", "config.json", "a.gguf"])
  func pointers(name: String) throws {
    let pointer = try Data(contentsOf: Fixtures.url("field/24-git-lfs-pointer/lfs_st/model.safetensors"))
    let config = try Data(contentsOf: Fixtures.url("models/gpt2/config.json"))
    var files = ["config.json": config, "model.safetensors": try Data(contentsOf: gpt2Weights)]
    if name != "config.json" { files["model.safetensors"] = nil }
    files[name] = pointer
    try withWeights(files) { folder in
      #expect { try Model(directory: folder) } throws: {
        "\($0)".contains("\(name): is a Git LFS pointer") && "\($0)".contains("510401385 bytes")
      }
    }
    try withWeights(["tokenizer.json": pointer]) { folder in
      #expect { try Tokenizer(directory: folder) } throws: { "\($0)".contains("tokenizer.json: is a Git LFS pointer") }
    }
  }

  private var gpt2Weights: URL { Fixtures.url("models/gpt2/model.safetensors") }

  @Test(
    "is refused where it is quantised, by the method",
    arguments: [
      (["quant_method": "gptq", "bits": 4] as [String: any Sendable], "found gptq, 4 bits"),
      (["quant_method": "bitsandbytes", "load_in_8bit": true], "found bitsandbytes, 8 bits"),
      (["quant_method": "fp8"], "found fp8"),
    ])
  func quantised(section: [String: any Sendable], reason: String) throws {
    let text = try Data(contentsOf: Fixtures.url("models/llama/config.json"))
    var fields = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    fields["quantization_config"] = section
    let config = try JSONSerialization.data(withJSONObject: fields)
    let weights = try Data(contentsOf: Fixtures.url("models/llama/model.safetensors"))
    try withWeights(["config.json": config, "model.safetensors": weights]) { folder in
      #expect { try Model(directory: folder) } throws: {
        "\($0)".contains("quantization_config") && "\($0)".hasSuffix(reason)
      }
    }
  }
}
