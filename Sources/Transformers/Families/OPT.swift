extension Family {
  /// OPT (Zhang 2022): a decoder with learned positions from row 2 on, norms before or (350m) after, and there also
  /// narrower embeddings.
  static let opt = Family(
    modelType: "opt",
    describe: { config, checkpoint in
      let width = try config.size("hidden_size"), heads = try config.size("num_attention_heads")
      try config.require(
        "layer_norm_elementwise_affine", config.flag("layer_norm_elementwise_affine", default: true), "true")
      let isPre = try config.flag("do_layer_norm_before", default: true)
      let isBare = try config.flag("_remove_final_layer_norm", default: false), hasNorm = isPre && !isBare
      let isProjected = try config.size("word_embed_proj_dim", default: width) != width
      var stack = StackDescription(
        layers: try config.size("num_hidden_layers", most: Configuration.mostLayers), heads: heads, width: width,
        headWidth: try config.headWidth(width, heads: heads), feedForwardWidth: try config.size("ffn_dim"),
        maximumPositions: try config.positions("max_position_embeddings", default: 2048),
        normPlacement: isPre ? .pre : .post,
        normEpsilon: 1e-5, activation: try config.activation("activation_function", default: "relu"), isCausal: true,
        positions: .learned(offset: 2, counting: .unmasked), hasOutput: hasNorm || isProjected)
      stack.hasFinalNorm = hasNorm
      return ModelDescription(
        family: "opt", vocabulary: try config.size("vocab_size"),
        head: try config.decoderHead(checkpoint, isTied: config.tiesEmbeddings()), padToken: config.padToken,
        stack: stack)
    },
    network: { root, d, config in
      let bias = try config.flag("enable_bias", default: true)
      let narrow = try config.count("word_embed_proj_dim", default: d.width)
      let trunk = root.trunk("model", isNamed: d.head != .none).scope("decoder"), isTied = try config.tiesEmbeddings()
      let tokens = try trunk.embeddings(
        "embed_tokens.weight", [d.vocabulary, narrow], tiedTo: isTied ? "lm_head.weight" : nil)
      var embedding = Network.Embedding(tokens: tokens)
      embedding.positions = try trunk.tensor("embed_positions.weight", [d.stack.positionRows, d.width])
      var projection: Network.Projection?
      if narrow != d.width {
        embedding.tokenProjection = try trunk.linear("project_in", from: narrow, to: d.width, bias: false)
        projection = try trunk.linear("project_out", from: d.width, to: narrow, bias: false)
      }
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("layers.\(layer)"), attention = block.scope("self_attn")
        return Network.Block(
          attentionNorm: try block.norm("self_attn_layer_norm", d.width),
          attention: Network.Attention(
            query: try attention.linear("q_proj", from: d.width, to: d.width, bias: bias),
            key: try attention.linear("k_proj", from: d.width, to: d.width, bias: bias),
            value: try attention.linear("v_proj", from: d.width, to: d.width, bias: bias),
            output: try attention.linear("out_proj", from: d.width, to: d.width, bias: bias)),
          mlpNorm: try block.norm("final_layer_norm", d.width),
          mlp: Network.MLP(
            up: try block.linear("fc1", from: d.width, to: d.feedForwardWidth, bias: bias),
            down: try block.linear("fc2", from: d.feedForwardWidth, to: d.width, bias: bias)))
      }
      let hasNorm = try d.normPlacement == .pre && !config.flag("_remove_final_layer_norm", default: false)
      return Network(
        stack: Network.Stack(
          embedding: embedding, blocks: blocks, finalNorm: hasNorm ? try trunk.norm("final_layer_norm", d.width) : nil,
          projection: projection),
        head: try root.decoderHead(d, tokens: tokens, isTied: isTied, width: narrow))
    })
}
