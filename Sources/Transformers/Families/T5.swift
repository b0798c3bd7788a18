import Support
import Tensors

extension Family {
  /// T5 (Raffel 2020): encoder–decoder with RMS norms, no biases, unscaled scores and relative positions.
  static let t5 = t5Like("t5", feedForward: "relu", defaultWidth: 2048)

  /// mT5 (Xue 2021): T5 whose output is never scaled.
  static let mt5 = t5Like("mt5", scalesOutput: false)

  /// UMT5 (Chung 2023): mT5 with a table of relative positions in every layer.
  static let umt5 = t5Like("umt5", sharesBias: false)
}

private func t5Like(
  _ modelType: String, feedForward: String = "gated-gelu", defaultWidth: Int = 1024, scalesOutput: Bool = true,
  sharesBias: Bool = true
) -> Family {
  Family(
    modelType: modelType,
    describe: { config, checkpoint in
      let width = try config.size("d_model", "hidden_size"), most = Configuration.mostLayers
      let layers = try config.size("num_layers", "num_hidden_layers", most: most)
      let (activation, isGated) = try config.feedForward(default: feedForward)
      // Half of the classes, or in the encoder a quarter, are distances of their own; the farthest lies beyond them.
      let buckets = try config.count("relative_attention_num_buckets", in: 4...1 << 20, default: 32)
      let farthest = try config.count(
        "relative_attention_max_distance", in: buckets / 2 + 1...Configuration.most, default: 128)
      func stack(_ role: Site.Stack, layers: Int) throws -> StackDescription {
        var stack = StackDescription(
          layers: layers, heads: try config.size("num_heads", "num_attention_heads"), width: width,
          headWidth: try config.size("d_kv", "head_dim", default: 64),
          feedForwardWidth: try config.size("d_ff", default: defaultWidth), maximumPositions: Int(Int32.max),
          normPlacement: .pre, normEpsilon: try config.epsilon("layer_norm_epsilon", default: 1e-6),
          activation: activation,
          isCausal: role == .decoder,
          positions: .relative(
            RelativeBuckets(count: buckets, maximumDistance: farthest, isBidirectional: role != .decoder)),
          hasOutput: true)
        stack.role = role
        stack.norm = .rms(shift: 0)
        stack.isGated = isGated
        stack.scoreScales = Array(repeating: 1, count: layers)
        return stack
      }
      let vocabulary = try config.size("vocab_size")
      if config.architecture.hasSuffix("EncoderModel") {
        return ModelDescription(
          family: modelType, vocabulary: vocabulary, head: .none, padToken: config.padToken,
          stack: try stack(.only, layers: layers))
      }
      try config.require("is_encoder_decoder", config.flag("is_encoder_decoder", default: true), "true")
      // Before `scale_decoder_outputs` was written, models with tied embeddings scaled.
      let isScaled = try config.flag("scale_decoder_outputs", default: config.tiesEmbeddings())
      let scales = scalesOutput && isScaled && !config.isNull("scale_decoder_outputs")
      return ModelDescription(
        family: modelType, vocabulary: vocabulary,
        head: try config.sequenceToSequenceHead(checkpoint, isTied: true),
        headScale: scales ? 1 / Float(width).squareRoot() : 1, padToken: config.padToken,
        decoderStart: try config.count("decoder_start_token_id", default: config.padToken ?? 0),
        stack: try stack(.decoder, layers: config.size("num_decoder_layers", most: most, default: layers)),
        encoder: try stack(.encoder, layers: layers))
    },
    network: { root, d, _ in
      // Whatever the configuration says, the matrices are one unless the file has two.
      let tokens = try root.embeddings(
        "shared.weight", [d.vocabulary, d.width], tiedTo: "lm_head.weight", copies: ParameterScope.embeddingCopies)
      func stack(_ name: String, _ stack: StackDescription) throws -> Network.Stack {
        try t5Stack(root.scope(name), stack, d, tokens, sharesBias: sharesBias)
      }
      guard let encoder = d.encoder else { return Network(stack: try stack("encoder", d.stack), head: .none) }
      let stacks = (encoder: try stack("encoder", encoder), decoder: try stack("decoder", d.stack))
      let unembedding = d.head == .none ? nil : try root.unembedding(d, tokens: tokens, isTied: true)
      return Network(
        stack: stacks.decoder, encoder: stacks.encoder, head: unembedding.map { .unembedding($0) } ?? .none)
    })
}

extension Configuration {
  /// `relu`, `gated-gelu` (which means the tanh form) and the like; `dense_act_fn` and `is_gated_act` stand above it.
  fileprivate func feedForward(default fallback: String) throws -> (ActivationFunction, isGated: Bool) {
    let key = "feed_forward_proj", kind = try text(key, default: fallback)
    let isGated = kind.hasPrefix("gated-")
    let name = kind == "gated-gelu" ? "gelu_new" : isGated ? String(kind.dropFirst("gated-".count)) : kind
    guard let activation = ActivationFunction(named: name) else {
      throw error(
        key, phrase("t5.isNotSupported"),
        expected: phrase("t5.activationNamesGated", ["names": ActivationFunction.names.joined(separator: ", ")]))
    }
    return (
      try has("dense_act_fn") ? self.activation("dense_act_fn", default: name) : activation,
      try !isNull("is_gated_act") && flag("is_gated_act", default: isGated)
    )
  }
}

private func t5Stack(
  _ scope: ParameterScope, _ d: StackDescription, _ model: ModelDescription, _ tokens: Int, sharesBias: Bool
) throws -> Network.Stack {
  guard case .relative(let relative) = d.positions else { return Network.Stack(embedding: .init(), blocks: []) }
  func attention(_ scope: ParameterScope) throws -> Network.Attention {
    Network.Attention(
      query: try scope.linear("q", from: d.width, to: d.attentionWidth, bias: false),
      key: try scope.linear("k", from: d.width, to: d.attentionWidth, bias: false),
      value: try scope.linear("v", from: d.width, to: d.attentionWidth, bias: false),
      output: try scope.linear("o", from: d.attentionWidth, to: d.width, bias: false))
  }
  let embedding = Network.Embedding(
    tokens: try scope.tied("embed_tokens.weight", to: tokens, [model.vocabulary, d.width]))
  let blocks = try (0..<d.layers).map { index in
    let block = scope.scope("block.\(index)"), isDecoder = d.role == .decoder
    let feedForward = block.scope("layer.\(isDecoder ? 2 : 1)"), dense = feedForward.scope("DenseReluDense")
    func up(_ name: String) throws -> Network.Projection {
      try dense.linear(name, from: d.width, to: d.feedForwardWidth, bias: false)
    }
    let bias = try scope.tensor(
      "block.\(sharesBias ? 0 : index).layer.0.SelfAttention.relative_attention_bias.weight", [relative.count, d.heads])
    var own = try attention(block.scope("layer.0.SelfAttention"))
    own.relativeBias = bias
    return Network.Block(
      attentionNorm: try block.norm("layer.0.layer_norm", d.width, bias: false),
      attention: own,
      crossNorm: isDecoder ? try block.norm("layer.1.layer_norm", d.width, bias: false) : nil,
      cross: isDecoder ? try attention(block.scope("layer.1.EncDecAttention")) : nil,
      mlpNorm: try feedForward.norm("layer_norm", d.width, bias: false),
      mlp: Network.MLP(
        up: try up(d.isGated ? "wi_1" : "wi"), gate: d.isGated ? try up("wi_0") : nil,
        down: try dense.linear("wo", from: d.feedForwardWidth, to: d.width, bias: false)))
  }
  return Network.Stack(
    embedding: embedding, blocks: blocks, finalNorm: try scope.norm("final_layer_norm", d.width, bias: false))
}
