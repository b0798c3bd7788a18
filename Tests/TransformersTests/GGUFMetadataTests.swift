import Foundation
import Support
import Testing

@testable import Transformers

/// Metadata of GGUF files that change what a network computes.
@Suite("GGUF metadata")
struct GGUFMetadataTests {
  enum Value: Sendable, CustomStringConvertible {
    case integer(UInt32)
    case number(Float)
    case text(String)
    case flag(Bool)

    var description: String {
      switch self {
      case .integer(let value): "\(value)"
      case .number(let value): "\(value)"
      case .text(let value): value
      case .flag(let value): "\(value)"
      }
    }
  }

  private func configuration(
    _ changes: KeyValuePairs<String, Value>, _ architecture: String = "llama", factors: [Float]? = nil
  ) throws -> Configuration {
    var file = GGUFBytes.llama(architecture, without: Set(changes.map(\.key)))
    for (key, value) in changes {
      switch value {
      case .integer(let value): file.set("\(architecture).\(key)", value)
      case .number(let value): file.set("\(architecture).\(key)", value)
      case .text(let value): file.set("\(architecture).\(key)", value)
      case .flag(let value): file.set("\(architecture).\(key)", value)
      }
    }
    if let factors { file.add(GGUFArchitecture.frequencyFactors, [factors.count], factors) }
    return try withWeights(["model.gguf": Data(file.bytes)]) { folder in
      try ModelFiles(folder.appending(path: "model.gguf")).readConfiguration()
    }
  }

  @Test("A linear factor counts under its older name, and without a type")
  func linear() throws {
    let cases: [(changes: KeyValuePairs<String, Value>, scaling: Rotary.Scaling)] = [
      (["rope.scale_linear": .number(2)], .linear(factor: 2)),
      (["rope.scaling.factor": .number(4)], .linear(factor: 4)),
      (["rope.scaling.type": .text("linear"), "rope.scaling.factor": .number(8)], .linear(factor: 8)),
      (["rope.scaling.factor": .number(4), "rope.scale_linear": .number(2)], .linear(factor: 4)),
      (["rope.scaling.type": .text("none"), "rope.scaling.factor": .number(4)], .none),
      (["rope.scale_linear": .number(1)], .none),
    ]
    for (changes, scaling) in cases {
      #expect(try configuration(changes).rotaries(headWidth: 4).all.scaling == scaling, "\(changes)")
    }
  }

  @Test(
    "What changes the numbers and is not supported is refused by its name",
    arguments: [
      ("rope.dimension_count", .integer(2)), ("attention.value_length", .integer(8)),
      ("rope.scaling.type", .text("yarn")), ("rope.scaling.type", .text("longrope")),
      ("rope.scaling.attn_factor", .number(1.2)), ("logit_scale", .number(0.0625)), ("residual_scale", .number(0.2)),
      ("embedding_scale", .number(12)), ("attention.scale", .number(0.1)), ("attn_logit_softcapping", .number(50)),
      ("final_logit_softcapping", .number(30)), ("attention.clamp_kqv", .number(8)),
      ("attention.max_alibi_bias", .number(8)), ("attention.causal", .flag(false)),
      ("use_parallel_residual", .flag(true)), ("attention.sliding_window_pattern", .integer(6)),
      ("rope.freq_base_swa", .number(10_000)), ("expert_count", .integer(4)),
      ("attention.head_count", .integer(0)), ("attention.head_count", .integer(.max)),
      ("block_count", .integer(.max)), ("attention.key_length", .integer(0)), ("rope.freq_base", .number(.nan)),
    ] as [(String, Value)])
  func refused(key: String, value: Value) throws {
    #expect {
      let configuration = try configuration([key: value])
      let blank = try Checkpoint(nil, at: URL(filePath: "none"), blanks: BlankTensors(configuration, nil))
      _ = try Family.named(by: configuration).describe(configuration, blank)
    } throws: { "\($0)".contains("model.gguf: llama.\(key): ") }
  }

  @Test("Neutral values of the same keys are read")
  func neutral() throws {
    let changes: KeyValuePairs<String, Value> = [
      "rope.dimension_count": .integer(4), "attention.key_length": .integer(4), "attention.value_length": .integer(4),
      "logit_scale": .number(1), "attention.causal": .flag(true), "attention.scale": .number(0.5),
      "attention.sliding_window": .integer(0), "vocab_size": .integer(10), "rope.scaling.type": .text("none"),
    ]
    let found = try configuration(changes)
    #expect(try found.text("model_type") == "llama")
    #expect(found.unknownSettings.allSatisfy { !$0.hasPrefix("llama.") })
  }

  @Test("A window makes a Mistral of a Llama, and is refused in a Qwen")
  func window() throws {
    let mistral = try configuration(["attention.sliding_window": .integer(32)])
    #expect(try mistral.text("model_type") == "mistral")
    #expect(try mistral.count("sliding_window") == 32)
    #expect { try configuration(["attention.sliding_window": .integer(32)], "qwen2") } throws: {
      "\($0)".contains("qwen2.attention.sliding_window")
    }
  }

  @Test("Frequency factors beside a linear factor are refused")
  func twoScalings() {
    #expect { try configuration(["rope.scale_linear": .number(2)], factors: [1, 8]) } throws: {
      "\($0)".contains("rope_freqs.weight")
    }
  }

  @Test("Metadata of the network that nobody knows are named")
  func unknown() throws {
    let found = try configuration(["pooling_type": .integer(3), "attention.temperature": .number(2)])
    let named = found.unknownSettings.filter { $0.hasPrefix("llama.") }
    #expect(named == ["llama.attention.temperature: 2", "llama.pooling_type: 3"])
  }
}
