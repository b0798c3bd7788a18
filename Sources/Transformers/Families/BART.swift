extension Family {
  /// BART (Lewis 2020): Post-LN encoder–decoder with learned positions from row 2 on.
  static let bart = bartLike("bart", embeddingIsScaled: true, decoderStart: 2) { _ in
    .learned(offset: 2, counting: .all)
  }

  /// Marian (Junczys-Dowmunt 2018): BART with sinusoidal positions and no norm of the embeddings.
  static let marian = bartLike("marian", embeddingIsScaled: false, decoderStart: 58_100) { config in
    try config.require(
      "share_encoder_decoder_embeddings", config.flag("share_encoder_decoder_embeddings", default: true), "true")
    return .sinusoidal
  }
}

private func bartLike(
  _ modelType: String, embeddingIsScaled: Bool, decoderStart: Int,
  positions: @escaping @Sendable (Configuration) throws -> StackDescription.Positions
) -> Family {
  Family(
    modelType: modelType,
    describe: { config, checkpoint in
      let width = try config.size("d_model", "hidden_size")
      // These are other names of the encoder's.
      for (alias, key) in [("num_hidden_layers", "encoder_layers"), ("num_attention_heads", "encoder_attention_heads")]
      where config.has(alias) { _ = try config.size(key, alias) }
      func stack(_ role: Site.Stack) throws -> StackDescription {
        let heads = try config.size("\(role.rawValue)_attention_heads")
        var stack = StackDescription(
          layers: try config.size("\(role.rawValue)_layers", most: Configuration.mostLayers), heads: heads,
          width: width,
          headWidth: try config.headWidth(width, heads: heads, key: "\(role.rawValue)_attention_heads"),
          feedForwardWidth: try config.size("\(role.rawValue)_ffn_dim"),
          maximumPositions: try config.positions(
            "max_position_embeddings", most: Configuration.mostComputedPositions, default: 1024),
          normPlacement: .post, normEpsilon: 1e-5,
          activation: try config.activation("activation_function", default: "gelu"), isCausal: role == .decoder,
          positions: try positions(config), hasOutput: false)
        stack.role = role
        stack.embeddingIsScaled = embeddingIsScaled
        if try config.flag("scale_embedding", default: false) { stack.embeddingScale = Float(width).squareRoot() }
        return stack
      }
      return ModelDescription(
        family: modelType, vocabulary: try config.size("vocab_size"),
        head: try config.sequenceToSequenceHead(checkpoint, isTied: config.tiesEmbeddings()),
        padToken: config.padToken, decoderStart: try config.count("decoder_start_token_id", default: decoderStart),
        stack: try stack(.decoder), encoder: try stack(.encoder))
    },
    network: { root, d, config in
      let trunk = root.trunk("model", isNamed: d.head != .none), isTied = try config.tiesEmbeddings()
      let tokens = try trunk.embeddings(
        "shared.weight", [d.vocabulary, d.width], tiedTo: isTied ? "lm_head.weight" : nil,
        copies: ParameterScope.embeddingCopies)
      let encoder = try bartStack(trunk.scope("encoder"), d.encoder ?? d.stack, d, tokens, isTied)
      let decoder = try bartStack(trunk.scope("decoder"), d.stack, d, tokens, isTied)
      let hasBias = root.contains("final_logits_bias")
      let bias = hasBias ? try root.tensor("final_logits_bias", [1, d.vocabulary], isLearned: false) : nil
      let unembedding =
        d.head == .none ? nil : try root.unembedding(d, tokens: tokens, isTied: isTied, bias: bias)
      return Network(stack: decoder, encoder: encoder, head: unembedding.map { .unembedding($0) } ?? .none)
    })
}

private func bartStack(
  _ scope: ParameterScope, _ d: StackDescription, _ model: ModelDescription, _ tokens: Int, _ isTied: Bool
) throws -> Network.Stack {
  var embedding = Network.Embedding(
    tokens: try scope.tied("embed_tokens.weight", to: tokens, [model.vocabulary, d.width], isExpected: isTied))
  if case .sinusoidal = d.positions {
    embedding.fixedPositions =
      try scope.fixed("embed_positions.weight", [d.maximumPositions, d.width])
      ?? sinusoids(positions: d.maximumPositions, width: d.width)
  } else {
    embedding.positions = try scope.tensor("embed_positions.weight", [d.positionRows, d.width])
    embedding.norm = try scope.norm("layernorm_embedding", d.width)
  }
  func attention(_ scope: ParameterScope) throws -> Network.Attention {
    Network.Attention(
      query: try scope.linear("q_proj", from: d.width, to: d.width),
      key: try scope.linear("k_proj", from: d.width, to: d.width),
      value: try scope.linear("v_proj", from: d.width, to: d.width),
      output: try scope.linear("out_proj", from: d.width, to: d.width))
  }
  let blocks = try (0..<d.layers).map { layer in
    let block = scope.scope("layers.\(layer)"), isDecoder = d.role == .decoder
    return Network.Block(
      attentionNorm: try block.norm("self_attn_layer_norm", d.width),
      attention: try attention(block.scope("self_attn")),
      crossNorm: isDecoder ? try block.norm("encoder_attn_layer_norm", d.width) : nil,
      cross: isDecoder ? try attention(block.scope("encoder_attn")) : nil,
      mlpNorm: try block.norm("final_layer_norm", d.width),
      mlp: Network.MLP(
        up: try block.linear("fc1", from: d.width, to: d.feedForwardWidth),
        down: try block.linear("fc2", from: d.feedForwardWidth, to: d.width)))
  }
  return Network.Stack(embedding: embedding, blocks: blocks)
}
