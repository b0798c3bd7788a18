extension Family {
  /// GPT-2 (Radford 2019): Pre-LN decoder with learned positions, Conv1D weights and one fused QKV matrix.
  static let gpt2 = Family(
    modelType: "gpt2",
    describe: { config, checkpoint in
      try config.require("add_cross_attention", !config.flag("add_cross_attention", default: false), "false")
      let width = try config.size("n_embd", "hidden_size"), heads = try config.size("n_head", "num_attention_heads")
      let layers = try config.size("n_layer", "num_hidden_layers", most: Configuration.mostLayers)
      // Older files say `n_ctx` alone.
      let context = config.has("n_positions") ? 1024 : try config.positions("n_ctx", default: 1024)
      var stack = StackDescription(
        layers: layers, heads: heads, width: width, headWidth: try config.headWidth(width, heads: heads, key: "n_head"),
        feedForwardWidth: try config.size("n_inner", default: 4 * width),
        maximumPositions: try config.positions("n_positions", "max_position_embeddings", default: context),
        normPlacement: .pre, normEpsilon: try config.epsilon("layer_norm_epsilon", default: 1e-5),
        activation: try config.activation("activation_function", default: "gelu_new"), isCausal: true,
        positions: .learned(offset: 0, counting: .all), hasOutput: true)
      if try !config.flag("scale_attn_weights", default: true) { stack.scoreScales = stack.scoreScales.map { _ in 1 } }
      if try config.flag("scale_attn_by_inverse_layer_idx", default: false) {
        stack.scoreScales = stack.scoreScales.enumerated().map { $1 / Float($0 + 1) }
      }
      return ModelDescription(
        family: "gpt2", vocabulary: try config.size("vocab_size"),
        head: try config.decoderHead(checkpoint, isTied: config.tiesEmbeddings()), padToken: config.padToken,
        stack: stack)
    },
    network: { root, d, config in
      let trunk = root.trunk("transformer", isNamed: d.head != .none), isTied = try config.tiesEmbeddings()
      let tokens = try trunk.embeddings("wte.weight", [d.vocabulary, d.width], tiedTo: isTied ? "lm_head.weight" : nil)
      let positions = try trunk.tensor("wpe.weight", [d.stack.positionRows, d.width])
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("h.\(layer)")
        let attentionNorm = try block.norm("ln_1", d.width)
        let qkv = try block.convolution("attn.c_attn", from: d.width, to: d.width, parts: 3)
        return Network.Block(
          attentionNorm: attentionNorm,
          attention: Network.Attention(
            query: qkv[0], key: qkv[1], value: qkv[2],
            output: try block.convolution("attn.c_proj", from: d.width, to: d.width)[0]),
          mlpNorm: try block.norm("ln_2", d.width),
          mlp: Network.MLP(
            up: try block.convolution("mlp.c_fc", from: d.width, to: d.feedForwardWidth)[0],
            down: try block.convolution("mlp.c_proj", from: d.feedForwardWidth, to: d.width)[0]))
      }
      let finalNorm = try trunk.norm("ln_f", d.width)
      return Network(
        stack: Network.Stack(
          embedding: Network.Embedding(tokens: tokens, positions: positions), blocks: blocks, finalNorm: finalNorm),
        head: try root.decoderHead(d, tokens: tokens, isTied: isTied, tokenClassifier: "classifier"))
    })
}
