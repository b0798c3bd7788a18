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
  let file: GGUFFile

  /// - Throws: `InputError` for an architecture that is not known, and one with experts.
  init(_ file: GGUFFile) throws {
    self.file = file
    name = try file.text("general.architecture") ?? ""
    let known = ["llama", "qwen2", "qwen3"]
    guard known.contains(name) else {
      throw InputError(
        at: phrase("error.placeGeneralArchitecture", ["place": file.place]), phrase("error.isNotSupported"),
        expected: known.joined(separator: ", "),
        found: name.quotedForMessage)
    }
    heads = try file.required("\(name).attention.head_count")
    keyValueHeads = try file.size("\(name).attention.head_count_kv") ?? heads
    try refuseOtherNetworks()
  }

  /// The heads of a projection whose rows llama.cpp has reordered, nil where it has not.
  func pairedHeads(_ tensor: String) -> Int? {
    guard name == "llama" else { return nil }
    if tensor.contains(".attn_q.") { return heads }
    return tensor.contains(".attn_k.") ? keyValueHeads : nil
  }

  /// Keys of `config.json` with those that stand for them here.
  private static let spellings: KeyValuePairs<String, String> = [
    "hidden_size": "embedding_length", "num_hidden_layers": "block_count", "intermediate_size": "feed_forward_length",
    "max_position_embeddings": "context_length", "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv", "rope_theta": "rope.freq_base",
    "rms_norm_eps": "attention.layer_norm_rms_epsilon", "head_dim": "attention.key_length",
    "sliding_window": "attention.sliding_window",
  ]

  /// What `config.json` would say; metadata of the network that nobody asked for stand under their own names.
  func configuration() throws -> Configuration {
    let window = try slidingWindow()
    let family = window != nil ? "Mistral" : ["llama": "Llama", "qwen2": "Qwen2", "qwen3": "Qwen3"][name] ?? name
    guard let embeddings = file.entry("token_embd.weight"), embeddings.shape.count == 2 else {
      throw InputError(at: file.place, phrase("error.hasNoMatrix"))
    }
    guard let epsilon = try file.number("\(name).attention.layer_norm_rms_epsilon") else {
      throw InputError(
        at: phrase("error.placeNameAttention", ["place": file.place, "name": name]), phrase("error.isMissing"))
    }
    let width = try file.required("\(name).embedding_length")
    let headWidth = try file.size("\(name).attention.key_length")
    try check(headWidth: headWidth ?? width / heads)
    let base = try file.number("\(name).rope.freq_base") ?? 10_000
    var fields: JSONObject = [
      "model_type": .string(family.lowercased()),
      "architectures": .strings(["\(family)ForCausalLM"]),
      "hidden_act": .string("silu"),
      "hidden_size": .integer(width),
      "num_hidden_layers": .integer(try file.required("\(name).block_count")),
      "num_attention_heads": .integer(heads),
      "num_key_value_heads": .integer(keyValueHeads),
      "intermediate_size": .integer(try file.required("\(name).feed_forward_length")),
      "max_position_embeddings": .integer(try file.required("\(name).context_length")),
      "vocab_size": .integer(embeddings.shape[0]),
      "rms_norm_eps": .number(JSONNumber(exactly: epsilon)),
      "rope_theta": .number(JSONNumber(exactly: base)),
      "tie_word_embeddings": .bool(file.entry("output.weight") == nil),
      "attention_bias": .bool(name == "llama" && file.entry("blk.0.attn_q.bias") != nil),
      "mlp_bias": .bool(file.entry("blk.0.ffn_up.bias") != nil),
    ]
    if let headWidth { fields["head_dim"] = .integer(headWidth) }
    if let window { fields["sliding_window"] = .integer(window) }
    for (key, source) in [("bos_token_id", "bos"), ("eos_token_id", "eos"), ("pad_token_id", "padding")] {
      if let id = try file.integer("tokenizer.ggml.\(source)_token_id") { fields[key] = .integer(id) }
    }
    if let scaling = try ropeScaling(base: base) { fields["rope_scaling"] = .object(scaling) }
    for key in file.unread(below: name) { fields[key] = file.value(key)?.json }
    return Configuration(
      path: file.place, fields: fields,
      spellings: Dictionary(uniqueKeysWithValues: Self.spellings.map { ($0.key, "\(name).\($0.value)") }))
  }
}

extension Configuration {
  /// What `config.json` would say of the network in a GGUF file.
  init(_ file: GGUFFile) throws { self = try GGUFArchitecture(file).configuration() }
}

extension GGUFValue {
  /// Of arrays only how long they are.
  fileprivate var json: JSON {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(JSONNumber(exactly: value))
    case .boolean(let value): .bool(value)
    case .text(let value): .string(value)
    case .array(let array): .string(phrase("ggufArchitecture.arrayValues", ["array": array.count]))
    }
  }
}
