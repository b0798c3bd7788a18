import Foundation
import Support
import Tensors

/// What a GGUF file says of its network (`general.architecture`): llama (with Mistral), qwen2 or qwen3.
struct GGUFArchitecture {
  /// Divisors of the rotary frequencies, one for each pair.
  static let frequencyFactors = "rope_freqs.weight"

  let name: String
  let heads: Int
  let keyValueHeads: Int
  private let file: GGUFFile

  /// - Throws: `InputError` for an architecture that is not known, and one with experts.
  init(_ file: GGUFFile) throws {
    self.file = file
    name = try file.text("general.architecture") ?? ""
    let known = ["llama", "qwen2", "qwen3"]
    guard known.contains(name) else {
      throw InputError(
        at: "\(file.place): general.architecture", "is not supported", expected: known.joined(separator: ", "),
        found: name.quotedForMessage)
    }
    if let experts = try file.integer("\(name).expert_count"), experts > 0 {
      throw InputError(
        at: "\(file.place): \(name).expert_count", "is not supported", expected: "0", found: "\(experts)")
    }
    heads = try file.required("\(name).attention.head_count")
    keyValueHeads = try file.integer("\(name).attention.head_count_kv") ?? heads
  }

  /// The heads of a projection whose rows llama.cpp has reordered, nil where it has not.
  func pairedHeads(_ tensor: String) -> Int? {
    guard name == "llama" else { return nil }
    if tensor.contains(".attn_q.") { return heads }
    return tensor.contains(".attn_k.") ? keyValueHeads : nil
  }

  /// What `config.json` would say.
  func configuration() throws -> [String: Any] {
    func integer(_ key: String) throws -> NSNumber { NSNumber(value: try file.required("\(name).\(key)")) }
    let isMistral = name == "llama" && file.value("llama.attention.sliding_window") != nil
    let family = isMistral ? "Mistral" : ["llama": "Llama", "qwen2": "Qwen2", "qwen3": "Qwen3"][name] ?? name
    guard let embeddings = file.entry("token_embd.weight"), embeddings.shape.count == 2 else {
      throw InputError(at: file.place, "has no matrix \"token_embd.weight\"")
    }
    let base = try file.number("\(name).rope.freq_base") ?? 10_000
    var fields: [String: Any] = [
      "model_type": family.lowercased(),
      "architectures": ["\(family)ForCausalLM"],
      "hidden_act": "silu",
      "hidden_size": try integer("embedding_length"),
      "num_hidden_layers": try integer("block_count"),
      "num_attention_heads": NSNumber(value: heads),
      "num_key_value_heads": NSNumber(value: keyValueHeads),
      "intermediate_size": try integer("feed_forward_length"),
      "max_position_embeddings": try integer("context_length"),
      "vocab_size": NSNumber(value: embeddings.shape[0]),
      "rope_theta": NSNumber(value: base),
      "tie_word_embeddings": NSNumber(value: file.entry("output.weight") == nil),
      "attention_bias": NSNumber(value: name == "llama" && file.entry("blk.0.attn_q.bias") != nil),
      "mlp_bias": NSNumber(value: file.entry("blk.0.ffn_up.bias") != nil),
    ]
    guard let epsilon = try file.number("\(name).attention.layer_norm_rms_epsilon") else {
      throw InputError(at: "\(file.place): \(name).attention.layer_norm_rms_epsilon", "is missing")
    }
    fields["rms_norm_eps"] = NSNumber(value: epsilon)
    if let width = try file.integer("\(name).attention.key_length") { fields["head_dim"] = NSNumber(value: width) }
    if isMistral { fields["sliding_window"] = try integer("attention.sliding_window") }
    for (key, source) in [("bos_token_id", "bos"), ("eos_token_id", "eos"), ("pad_token_id", "padding")] {
      if let id = try file.integer("tokenizer.ggml.\(source)_token_id") { fields[key] = NSNumber(value: id) }
    }
    if let scaling = try ropeScaling(base: base) { fields["rope_scaling"] = scaling }
    return fields
  }

  /// `rope_scaling`: linear as the metadata say it, Llama 3's as its factors show it.
  private func ropeScaling(base: Double) throws -> [String: Any]? {
    if let type = try file.text("\(name).rope.scaling.type"), type != "none" {
      guard type == "linear", let factor = try file.number("\(name).rope.scaling.factor") else {
        throw InputError(
          at: "\(file.place): \(name).rope.scaling.type", "is not supported", expected: "linear with a factor",
          found: type.quotedForMessage)
      }
      return ["rope_type": "linear", "type": "linear", "factor": NSNumber(value: factor)]
    }
    guard let entry = file.entry(Self.frequencyFactors) else { return nil }
    let factors = file.tensor(entry).values.map(Double.init)
    let (factor, original) = (factors.max() ?? 1, 8192.0)
    for (pair, found) in factors.enumerated() {
      let waves = original * pow(base, -Double(pair) / Double(factors.count)) / (2 * .pi)
      // Between 1 wave and 4 in the original context the frequency is interpolated.
      let smooth = min(1, max(0, (waves - 1) / 3))
      let expected = 1 / ((1 - smooth) / factor + smooth)
      guard abs(found - expected) <= 1e-3 * expected else {
        throw InputError(
          at: "\(file.place): tensor \"\(Self.frequencyFactors)\"", "scales frequencies in a way that is not supported",
          expected: "Llama 3's \(expected) for pair \(pair)", found: "\(found)")
      }
    }
    return [
      "rope_type": "llama3", "factor": NSNumber(value: factor), "low_freq_factor": NSNumber(value: 1.0),
      "high_freq_factor": NSNumber(value: 4.0), "original_max_position_embeddings": NSNumber(value: Int(original)),
    ]
  }
}

extension Configuration {
  /// What `config.json` would say of the network in a GGUF file.
  init(_ file: GGUFFile) throws {
    self.init(path: file.place, fields: try GGUFArchitecture(file).configuration())
  }
}
