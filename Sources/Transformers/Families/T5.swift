import Tensors

extension Family {
  /// T5 (Raffel 2020): encoder–decoder with RMS norms, no biases, unscaled scores and relative positions.
  static let t5 = Family(
    modelType: "t5",
    describe: { config, _ in
      let width = try config.count("d_model"), layers = try config.count("num_layers")
      func stack(_ role: Site.Stack, layers: Int) throws -> StackDescription {
        let (activation, isGated) = try config.feedForward()
        var stack = StackDescription(
          layers: layers, heads: try config.count("num_heads"), width: width, headWidth: try config.count("d_kv"),
          feedForwardWidth: try config.count("d_ff"), maximumPositions: Int(Int32.max), normPlacement: .pre,
          normEpsilon: Float(try config.number("layer_norm_epsilon", default: 1e-6)), activation: activation,
          isCausal: role == .decoder,
          positions: .relative(
            RelativeBuckets(
              count: try config.count("relative_attention_num_buckets", default: 32),
              maximumDistance: try config.count("relative_attention_max_distance", default: 128),
              isBidirectional: role == .encoder)), hasOutput: true)
        stack.role = role
        stack.norm = .rms(shift: 0)
        stack.isGated = isGated
        stack.scoreScales = Array(repeating: 1, count: layers)
        return stack
      }
      // Before `scale_decoder_outputs` was written, models with tied embeddings scaled.
      let scales = try config.flag(
        "scale_decoder_outputs", default: config.flag("tie_word_embeddings", default: true))
      return ModelDescription(
        family: "t5", vocabulary: try config.count("vocab_size"), head: .sequenceToSequence,
        headScale: scales ? 1 / Float(width).squareRoot() : 1, padToken: config.padToken,
        decoderStart: try config.count("decoder_start_token_id", "pad_token_id", default: 0),
        stack: try stack(.decoder, layers: config.count("num_decoder_layers", default: layers)),
        encoder: try stack(.encoder, layers: layers))
    },
    network: { root, d, _ in
      let tokens = try root.tensor("shared.weight", [d.vocabulary, d.width])
      let encoder = try t5Stack(root.scope("encoder"), d.encoder ?? d.stack, tokens)
      let decoder = try t5Stack(root.scope("decoder"), d.stack, tokens)
      let isTied = !root.contains("lm_head.weight")
      return Network(
        stack: decoder, encoder: encoder,
        head: .unembedding(try root.unembedding(d, tiedTo: isTied ? tokens : nil)))
    })
}

extension Configuration {
  /// `relu`, `gated-gelu` (which means the tanh form) and the like.
  fileprivate func feedForward() throws -> (ActivationFunction, isGated: Bool) {
    let kind = try text("feed_forward_proj", default: "relu")
    switch kind {
    case "relu": return (.relu, false)
    case "gated-gelu": return (.geluTanh, true)
    case "gated-silu": return (.silu, true)
    case "gelu": return (.gelu, false)
    default:
      try require("feed_forward_proj", false, "relu, gelu, gated-gelu or gated-silu")
      return (.relu, false)
    }
  }
}

private func t5Stack(_ scope: ParameterScope, _ d: StackDescription, _ tokens: Int) throws -> Network.Stack {
  guard case .relative(let relative) = d.positions else { return Network.Stack(embedding: .init(), blocks: []) }
  let bias = try scope.tensor(
    "block.0.layer.0.SelfAttention.relative_attention_bias.weight", [relative.count, d.heads])
  func attention(_ scope: ParameterScope) throws -> Network.Attention {
    Network.Attention(
      query: try scope.linear("q", from: d.width, to: d.attentionWidth, bias: false),
      key: try scope.linear("k", from: d.width, to: d.attentionWidth, bias: false),
      value: try scope.linear("v", from: d.width, to: d.attentionWidth, bias: false),
      output: try scope.linear("o", from: d.attentionWidth, to: d.width, bias: false))
  }
  let blocks = try (0..<d.layers).map { index in
    let block = scope.scope("block.\(index)"), isDecoder = d.role == .decoder
    let feedForward = block.scope("layer.\(isDecoder ? 2 : 1)"), dense = feedForward.scope("DenseReluDense")
    func up(_ name: String) throws -> Network.Projection {
      try dense.linear(name, from: d.width, to: d.feedForwardWidth, bias: false)
    }
    return Network.Block(
      attentionNorm: try block.norm("layer.0.layer_norm", d.width, bias: false),
      attention: try attention(block.scope("layer.0.SelfAttention")),
      crossNorm: isDecoder ? try block.norm("layer.1.layer_norm", d.width, bias: false) : nil,
      cross: isDecoder ? try attention(block.scope("layer.1.EncDecAttention")) : nil,
      mlpNorm: try feedForward.norm("layer_norm", d.width, bias: false),
      mlp: Network.MLP(
        up: try up(d.isGated ? "wi_1" : "wi"), gate: d.isGated ? try up("wi_0") : nil,
        down: try dense.linear("wo", from: d.feedForwardWidth, to: d.width, bias: false)))
  }
  return Network.Stack(
    embedding: Network.Embedding(tokens: tokens), blocks: blocks, relativeBias: bias,
    finalNorm: try scope.norm("final_layer_norm", d.width, bias: false))
}
