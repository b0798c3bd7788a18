import Foundation
import Support
import Tensors
import TestSupport
import Testing

@testable import Transformers

/// Settings that change numbers: read, defaulted and refused as Hugging Face's configuration classes do.
@Suite("Configurations")
struct ConfigurationTests {
  static let folders = [
    "t5_dense_act_fn", "t5_is_gated_act", "qwen2_max_window_layers", "qwen2_unused_window", "mistral_layer_types",
    "mistral_null_window", "llama_base_beside", "llama3_without_original", "qwen3_nested", "gpt_neox_inside",
    "gpt_neox_absent", "phi_absent", "gemma_biases", "albert_absent", "gpt_neo_types",
  ]

  @Test("What a configuration leaves out or spells in another way gives the reference's logits", arguments: folders)
  func logits(name: String) throws {
    let reference = try Reference(Fixtures.url("field/configurations/\(name)"))
    let trace = try reference.model.run(reference.input, TraceRequest(sites: [.logits]))
    try reference.expect(trace[.logits], "logits", within: 2e-6)
    #expect(reference.model.unknownSettings.isEmpty)
  }

  @Test(
    "Mistral has a window of 4,096 keys where it is not said, and none where it is null",
    arguments: [(String?.none, 4096), ("null", nil), ("7", 7)] as [(String?, Int?)])
  func mistralWindow(value: String?, window: Int?) throws {
    let model = try changed("mistral", ["sliding_window": value])
    #expect(model.description.windows == Array(repeating: window, count: model.description.layers))
  }

  @Test(
    "A number of positions that is not said is the family's own",
    arguments: [
      ("llama", 2048), ("mistral", 131_072), ("qwen2", 32_768), ("qwen3", 32_768), ("gemma", 8192), ("phi", 2048),
      ("gpt_neox", 2048),
    ])
  func positions(family: String, count: Int) throws {
    #expect(try changed(family, ["max_position_embeddings": nil]).description.maximumPositions == count)
  }

  @Test(
    "Numbers that no model has are refused in a line that names the key",
    arguments: [
      ("phi", "partial_rotary_factor", "1e20"), ("phi", "partial_rotary_factor", "0.4"),
      ("phi", "partial_rotary_factor", "-0.5"), ("phi", "rope_parameters", "[]"), ("llama", "rope_theta", "0"),
      ("llama", "rope_theta", "\"big\""), ("llama", "partial_rotary_factor", "0.5"),
      ("llama", "num_attention_heads", "0"), ("phi", "num_attention_heads", "7"),
      ("llama", "num_key_value_heads", "3"), ("llama", "num_key_value_heads", "true"), ("llama", "head_dim", "-8"),
      ("llama", "num_hidden_layers", "2000000000"), ("llama", "num_hidden_layers", "2.5"),
      ("llama", "hidden_size", "1e20"), ("llama", "hidden_size", "\"32\""), ("llama", "vocab_size", "-1"),
      ("llama", "rms_norm_eps", "-1e-5"), ("llama", "rms_norm_eps", "1e300"), ("llama", "hidden_act", "\"softplus\""),
      ("llama", "attention_bias", "\"yes\""), ("llama", "layer_types", "[\"sliding_attention\"]"),
      ("llama", "max_position_embeddings", "0"), ("mistral", "sliding_window", "0"),
      ("qwen3", "layer_types", "\"full_attention\""), ("gpt2", "n_positions", "9e99"), ("gpt2", "n_head", "7"),
      ("gpt2", "n_inner", "[96]"), ("gpt2", "num_hidden_layers", "9"), ("gpt_neo", "attention_types", "[[1, 2]]"),
      ("gpt_neo", "window_size", "0"), ("gpt_neox", "rope_theta", "77"), ("roberta", "pad_token_id", "500"),
      ("t5", "is_encoder_decoder", "false"), ("t5", "relative_attention_num_buckets", "1"),
      ("t5", "relative_attention_max_distance", "2"),
      ("t5", "feed_forward_proj", "\"gated-what\""), ("t5", "dense_act_fn", "7"),
      ("marian", "max_position_embeddings", "2000000000"), ("marian", "decoder_start_token_id", "5000"),
      ("bart", "num_hidden_layers", "77"), ("vit", "patch_size", "0"), ("vit", "image_size", "[16, 12]"),
      ("vit", "patch_size", "4000"), ("gemma", "use_bidirectional_attention", "true"),
    ])
  func impossible(family: String, key: String, value: String) throws {
    var changes: [String: String?] = ["rope_parameters": "null"]
    changes[key] = value
    let error = #expect(throws: InputError.self) { try changed(family, changes) }
    let line = error?.description ?? ""
    let named = ["pad_token_id": "max_position_embeddings", "num_hidden_layers": "layer"][key] ?? key
    #expect(line.contains("config.json: ") && line.contains(named) && !line.contains("\n"), "\(line)")
  }

  @Test("Sections by type of layer that leave a needed one out are refused")
  func nestedWithoutType() throws {
    #expect {
      try changed("qwen3", ["rope_parameters": #"{"sliding_attention": {"rope_type": "default"}}"#])
    } throws: { "\($0)".contains("full_attention") }
  }

  @Test(
    "Settings that nobody knows are named with their value",
    arguments: [
      ("llama", "logit_scale", "0.0625", "logit_scale: 0.0625"), ("gpt2", "use_alibi", "true", "use_alibi: true"),
      ("gpt2", "use_rope", "false", "use_rope: false"),
      ("bert_cls", "pruned_heads", #"{"0": [1]}"#, "pruned_heads: {0: [1]}"),
      ("bert_cls", "problem_type", #""regression""#, #"problem_type: "regression""#),
      ("llama", "sliding_window", "64", "sliding_window: 64"),
      ("llama", "rope_parameters", #"{"rope_type": "default", "mscale": 2}"#, "rope_parameters.mscale: 2"),
      (
        "bert_cls", "auto_map", #"{"AutoModel": "own.Model"}"#,
        #"auto_map: {AutoModel: "own.Model"} (code of the model's own, which is not run)"#
      ),
    ])
  func unknown(family: String, key: String, value: String, line: String) throws {
    #expect(try changed(family, [key: value]).unknownSettings == [line])
  }

  @Test(
    "Settings that are known to change nothing, or say nothing, are not named",
    arguments: [
      ("transformers_version", #""4.0""#), ("num_beams", "4"), ("clip_qkv", "null"), ("task_specific_params", "{}"),
      ("use_mrope", "false"), ("hidden_dropout", "0.1"), ("_name_or_path", #""x""#), ("sep_token_id", "2"),
    ])
  func harmless(key: String, value: String) throws {
    #expect(try changed("llama", [key: value]).unknownSettings.isEmpty)
  }

  @Test("No model of the reference has a setting that is not known", arguments: Reference.families)
  func known(name: String) throws {
    #expect(try Model(directory: Fixtures.url("models/\(name)")).unknownSettings.isEmpty)
  }

  @Test("A model from scratch that is larger than memory is refused")
  func largerThanMemory() throws {
    let json = #"{"model_type": "gpt2", "vocab_size": 16000000, "n_embd": 16000000, "n_layer": 1, "n_head": 1}"#
    let configuration = try Configuration(path: "job", contents: Data(json.utf8))
    #expect { try Model(configuration: configuration) } throws: { "\($0)".contains("does not fit memory") }
  }

  /// The reference's model with keys set to what JSON says, or taken away.
  private func changed(_ family: String, _ changes: [String: String?]) throws -> Model {
    let folder = FileManager.default.temporaryDirectory.appending(path: "configuration-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: Fixtures.url("models/\(family)"), to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "config.json")
    var fields = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    for (key, value) in changes {
      fields[key] = try value.map { try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed) }
    }
    try JSONSerialization.data(withJSONObject: fields).write(to: file)
    return try Model(directory: folder)
  }
}
