extension Family {
  /// Phi (Li 2023): attention and MLP side by side behind one norm, heads partly turned, a bias on the logits.
  static let phi = Family(
    modelType: "phi",
    describe: { config, checkpoint in
      try config.require("qk_layernorm", !config.flag("qk_layernorm", default: false), "false")
      let width = try config.size("hidden_size"), heads = try config.size("num_attention_heads")
      let headWidth = try config.headWidth(width, heads: heads)
      let stack = StackDescription(
        layers: try config.size("num_hidden_layers", most: Configuration.mostLayers), heads: heads,
        keyValueHeads: try config.keyValueHeads(heads), width: width, headWidth: headWidth,
        feedForwardWidth: try config.size("intermediate_size"),
        maximumPositions: try config.positions("max_position_embeddings", default: 2048), normPlacement: .parallel,
        normEpsilon: try config.epsilon("layer_norm_eps", default: 1e-5),
        activation: try config.activation("hidden_act", default: "gelu_new"), isCausal: true,
        positions: .rotary(
          try config.rotaries(headWidth: headWidth, .init(share: ("partial_rotary_factor", 0.5))).all),
        hasOutput: true)
      return ModelDescription(
        family: "phi", vocabulary: try config.size("vocab_size"),
        head: try config.decoderHead(checkpoint, isTied: config.tiesEmbeddings(default: false)),
        padToken: config.padToken, stack: stack)
    },
    network: { root, d, config in
      let trunk = root.trunk("model", isNamed: d.head != .none)
      let isTied = try config.tiesEmbeddings(default: false)
      let tokens = try trunk.embeddings(
        "embed_tokens.weight", [d.vocabulary, d.width], tiedTo: isTied ? "lm_head.weight" : nil)
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("layers.\(layer)"), attention = block.scope("self_attn")
        return Network.Block(
          attentionNorm: try block.norm("input_layernorm", d.width),
          attention: Network.Attention(
            query: try attention.linear("q_proj", from: d.width, to: d.attentionWidth),
            key: try attention.linear("k_proj", from: d.width, to: d.keyValueWidth),
            value: try attention.linear("v_proj", from: d.width, to: d.keyValueWidth),
            output: try attention.linear("dense", from: d.attentionWidth, to: d.width)),
          mlp: Network.MLP(
            up: try block.linear("mlp.fc1", from: d.width, to: d.feedForwardWidth),
            down: try block.linear("mlp.fc2", from: d.feedForwardWidth, to: d.width)))
      }
      return Network(
        stack: Network.Stack(
          embedding: Network.Embedding(tokens: tokens), blocks: blocks,
          finalNorm: try trunk.norm("final_layernorm", d.width)),
        head: try root.decoderHead(d, tokens: tokens, isTied: isTied, hasBias: true))
    })
}
