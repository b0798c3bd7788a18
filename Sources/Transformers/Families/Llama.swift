import Support
import Tensors

extension Family {
  /// Llama (Touvron 2023): Pre-RMSNorm decoder with rotary positions, shared key–value heads and a gated MLP.
  static let llama = llamaLike(
    "llama",
    Traits(
      biases: { (try $0.flag("attention_bias", default: false), try $0.flag("attention_bias", default: false)) },
      defaults: Defaults(positions: 2048)))

  /// Mistral (Jiang 2023): Llama with a sliding window, of 4,096 keys where the configuration does not say.
  static let mistral = llamaLike(
    "mistral",
    Traits(
      windows: { config, layers in
        let size = try config.size("sliding_window", most: Configuration.most, whereAbsent: 4096)
        return try config.windows(layers: layers, size: size) { _ in true }
      },
      defaults: Defaults(positions: 131_072, keyValueHeads: 8)))

  /// Qwen2 (Yang 2024): Llama with biases on queries, keys and values.
  static let qwen2 = llamaLike(
    "qwen2",
    Traits(
      biases: { _ in (true, false) }, windows: qwenWindows, defaults: Defaults(positions: 32_768, keyValueHeads: 32)))

  /// Qwen3 (Yang 2025): Llama with norms of each head's queries and keys.
  static let qwen3 = llamaLike(
    "qwen3",
    Traits(
      biases: { (try $0.flag("attention_bias", default: false), try $0.flag("attention_bias", default: false)) },
      normsHeads: true, windows: qwenWindows,
      defaults: Defaults(positions: 32_768, keyValueHeads: 32, headWidth: 128)))

  /// Gemma (2024): Llama with gains stored less 1, scaled embeddings and wide heads.
  static let gemma = llamaLike(
    "gemma",
    Traits(
      norm: .rms(shift: 1),
      biases: { (try $0.flag("attention_bias", default: false), try $0.flag("attention_bias", default: false)) },
      scalesEmbedding: true, isTied: true, defaults: Defaults(positions: 8192, keyValueHeads: 16, headWidth: 256)))
}

/// What a family's configuration class of Hugging Face's takes for keys that are absent; a key that is null means as many
/// heads as there are, and the width shared among them.
private struct Defaults: Sendable {
  var positions: Int
  var keyValueHeads: Int?
  var headWidth: Int?
}

/// Where Llama's descendants differ.
private struct Traits: Sendable {
  var norm = StackDescription.Norm.rms(shift: 0)
  /// Whether queries, keys and values, and whether the output has biases.
  var biases: @Sendable (Configuration) throws -> (qkv: Bool, output: Bool) = { _ in (false, false) }
  var normsHeads = false
  var windows: @Sendable (Configuration, Int) throws -> [Int?] = { config, layers in
    try config.windows(layers: layers, size: nil) { _ in false }
  }
  var scalesEmbedding = false
  /// Whether the output matrix is the embeddings where the configuration does not say.
  var isTied = false
  var defaults: Defaults
}

private let qwenWindows: @Sendable (Configuration, Int) throws -> [Int?] = { config, layers in
  let slides = try config.flag("use_sliding_window", default: false)
  let from = try config.count("max_window_layers", default: 28)
  let size = try config.size("sliding_window", most: Configuration.most, whereAbsent: 4096)
  return try config.windows(layers: layers, size: slides ? size : nil) { $0 >= from }
}

private func llamaLike(_ modelType: String, _ traits: Traits) -> Family {
  Family(
    modelType: modelType,
    describe: { config, checkpoint in
      let width = try config.size("hidden_size"), heads = try config.size("num_attention_heads")
      let headWidth = try config.headWidth(
        width, heads: heads, widthKey: "head_dim", whereAbsent: traits.defaults.headWidth)
      let layers = try config.size("num_hidden_layers", most: Configuration.mostLayers)
      let windows = try traits.windows(config, layers)
      let rotaries = try config.rotaries(headWidth: headWidth, windows: windows)
      let isBidirectional = try config.flag("use_bidirectional_attention", default: false)
      try config.require("use_bidirectional_attention", !isBidirectional, "false")
      var stack = StackDescription(
        layers: layers, heads: heads,
        keyValueHeads: try config.keyValueHeads(heads, whereAbsent: traits.defaults.keyValueHeads), width: width,
        headWidth: headWidth, feedForwardWidth: try config.size("intermediate_size"),
        maximumPositions: try config.positions("max_position_embeddings", default: traits.defaults.positions),
        normPlacement: .pre, normEpsilon: try config.epsilon("rms_norm_eps", default: 1e-6),
        activation: try config.llamaActivation(), isCausal: true,
        positions: .rotary(rotaries.all), hasOutput: true)
      stack.windowedRotary = rotaries.windowed
      stack.norm = traits.norm
      stack.isGated = true
      stack.windows = windows
      if traits.scalesEmbedding { stack.embeddingScale = Float(width).squareRoot() }
      return ModelDescription(
        family: modelType, vocabulary: try config.size("vocab_size"),
        head: try config.decoderHead(checkpoint, isTied: config.tiesEmbeddings(default: traits.isTied)),
        padToken: config.padToken, stack: stack)
    },
    network: { root, d, config in
      let trunk = root.trunk("model", isNamed: d.head != .none)
      let isTied = try config.tiesEmbeddings(default: traits.isTied)
      let tokens = try trunk.embeddings(
        "embed_tokens.weight", [d.vocabulary, d.width], tiedTo: isTied ? "lm_head.weight" : nil)
      let biases = try traits.biases(config), mlpBias = try config.flag("mlp_bias", default: false)
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("layers.\(layer)"), attention = block.scope("self_attn"), mlp = block.scope("mlp")
        let (inner, shared) = (d.attentionWidth, d.keyValueWidth)
        return Network.Block(
          attentionNorm: try block.norm("input_layernorm", d.width, bias: false),
          attention: Network.Attention(
            query: try attention.linear("q_proj", from: d.width, to: inner, bias: biases.qkv),
            key: try attention.linear("k_proj", from: d.width, to: shared, bias: biases.qkv),
            value: try attention.linear("v_proj", from: d.width, to: shared, bias: biases.qkv),
            output: try attention.linear("o_proj", from: inner, to: d.width, bias: biases.output),
            queryNorm: traits.normsHeads ? try attention.norm("q_norm", d.headWidth, bias: false) : nil,
            keyNorm: traits.normsHeads ? try attention.norm("k_norm", d.headWidth, bias: false) : nil),
          mlpNorm: try block.norm("post_attention_layernorm", d.width, bias: false),
          mlp: Network.MLP(
            up: try mlp.linear("up_proj", from: d.width, to: d.feedForwardWidth, bias: mlpBias),
            gate: try mlp.linear("gate_proj", from: d.width, to: d.feedForwardWidth, bias: mlpBias),
            down: try mlp.linear("down_proj", from: d.feedForwardWidth, to: d.width, bias: mlpBias)))
      }
      return Network(
        stack: Network.Stack(
          embedding: Network.Embedding(tokens: tokens), blocks: blocks,
          finalNorm: try trunk.norm("norm", d.width, bias: false)),
        head: try root.decoderHead(d, tokens: tokens, isTied: isTied))
    })
}

extension Configuration {
  /// Gemma's first files say `gelu` where the tanh form is meant, and name it in `hidden_activation`.
  fileprivate func llamaActivation() throws -> ActivationFunction {
    guard try text("model_type") == "gemma" else { return try activation("hidden_act", default: "silu") }
    func meant(_ key: String, default fallback: String) throws -> ActivationFunction {
      let named = try activation(key, default: fallback)
      return named == .gelu ? .geluTanh : named
    }
    let act = try meant("hidden_act", default: "gelu_pytorch_tanh")
    if has("hidden_activation") {
      let other = try meant("hidden_activation", default: "gelu")
      try require("hidden_activation", other == act || !has("hidden_act"), phrase("llama.sameHiddenAct"))
      return other
    }
    return act
  }
}
