import Support

extension Family {
  /// The block itself, every part of it chosen by its name: for studies of what a part does. Other programs do not know
  /// this `model_type`.
  ///
  /// | key | values, the first by default |
  /// |---|---|
  /// | `norm` | `layer_norm`, `rms_norm`, `none` |
  /// | `norm_placement` | `pre`, `post`, `sandwich` (before a sublayer and of what it writes: Ding 2021) |
  /// | `sublayer_order` | `attention_first`, `mlp_first`, `parallel` (both read the block's input; not with `post`) |
  /// | `position_embedding_type` | `learned`, `sinusoidal`, `rope`, `alibi`, `none` |
  /// | `attention_type` | `full`, `local` (`attention_window` keys), `strided` (also every `attention_stride`-th before), `linear` |
  /// | `attention_temperature` | 1; scores are `q·k/(√D · temperature)` |
  /// | `head_dim` | width/heads |
  /// | `hidden_act`, `gated_mlp` | `gelu`, false; SwiGLU is `silu` with true |
  /// | `num_local_experts`, `num_experts_per_tok`, `router_aux_loss_coef` | 1, 1, 0 |
  /// | `residual_weight`, `branch_weight` | 1, 1: of the stream and of what is written to it |
  /// | `is_causal` | true |
  static let composed = Family(
    modelType: "tomograph",
    describe: { config, _ in
      let width = try config.size("hidden_size"), heads = try config.size("num_attention_heads")
      let headWidth = try config.headWidth(width, heads: heads, widthKey: "head_dim")
      let norm = try config.choice(
        "norm", ["layer_norm": StackDescription.Norm.layer, "rms_norm": .rms(shift: 0), "none": .none])
      let isPost = try config.choice("norm_placement", ["pre": false, "post": true, "sandwich": false])
      let order = try config.choice(
        "sublayer_order", ["attention_first": Order.attentionFirst, "mlp_first": .mlpFirst, "parallel": .parallel])
      if order == .parallel {
        try config.require("norm_placement", !isPost, phrase("composed.noPostInParallel"))
      }
      // Only who turns something needs an even width.
      let turns = config.has("position_embedding_type") && (try? config.text("position_embedding_type")) == "rope"
      let rotary =
        try turns
        ? config.rotaries(headWidth: headWidth, .init(share: ("partial_rotary_factor", 1))).all : nil
      let positions = try config.choice(
        "position_embedding_type",
        [
          "learned": StackDescription.Positions.learned(offset: 0, counting: .all), "sinusoidal": .sinusoidal,
          "rope": rotary.map { .rotary($0) } ?? .none, "alibi": .linearBias, "none": .none,
        ])
      let layers = try config.size("num_hidden_layers", most: Configuration.mostLayers)
      var stack = StackDescription(
        layers: layers, heads: heads, keyValueHeads: try config.keyValueHeads(heads),
        width: width, headWidth: headWidth, feedForwardWidth: try config.size("intermediate_size", default: 4 * width),
        maximumPositions: try config.positions("max_position_embeddings", most: Configuration.mostComputedPositions),
        normPlacement: isPost ? .post : order == .parallel ? .parallel : .pre,
        normEpsilon: try config.epsilon("layer_norm_eps", default: 1e-5),
        activation: try config.activation("hidden_act", default: "gelu"),
        isCausal: try config.flag("is_causal", default: true), positions: positions,
        hasOutput: norm != .none && !isPost)
      stack.norm = norm
      stack.mlpIsFirst = order == .mlpFirst
      stack.isGated = try config.flag("gated_mlp", default: false)
      let type = try config.choice(
        "attention_type", ["full": "full", "local": "local", "strided": "strided", "linear": "linear"])
      if type == "local" || type == "strided" {
        try config.require("is_causal", stack.isCausal, phrase("composed.trueAttentionWindow"))
        let window = try config.count("attention_window", in: 2...Configuration.most)
        stack.windows = Array(repeating: window, count: layers)
      }
      if type == "strided" {
        stack.stride = try config.positions("attention_stride")
      }
      if type == "linear" { stack.similarity = .linear }
      let temperature = Float(try config.number("attention_temperature", in: 1e-6...1e6, default: 1))
      stack.scoreScales = stack.scoreScales.map { $0 / temperature }
      stack.experts = try config.size("num_local_experts", most: 1 << 16, default: 1)
      stack.expertsPerToken = try config.size("num_experts_per_tok", most: stack.experts, default: 1)
      stack.balanceWeight = Float(try config.number("router_aux_loss_coef", default: 0))
      stack.residualWeights = StackDescription.ResidualWeights(
        stream: Float(try config.number("residual_weight", default: 1)),
        branch: Float(try config.number("branch_weight", default: 1)))
      return ModelDescription(
        family: "tomograph", vocabulary: try config.size("vocab_size"), head: .languageModel,
        padToken: config.padToken, stack: stack)
    },
    network: { root, d, config in
      let trunk = root.trunk("model", isNamed: true), isTied = try config.tiesEmbeddings()
      let tokens = try trunk.embeddings(
        "embed_tokens.weight", [d.vocabulary, d.width], tiedTo: isTied ? "lm_head.weight" : nil)
      var embedding = Network.Embedding(tokens: tokens)
      if d.stack.positionRows > 0 {
        embedding.positions = try trunk.tensor("embed_positions.weight", [d.stack.positionRows, d.width])
      }
      if d.stack.positions == .sinusoidal {
        embedding.fixedPositions = sinusoids(positions: d.maximumPositions, width: d.width)
      }
      let bias = try config.flag("bias", default: true)
      let isSandwich = try config.text("norm_placement", default: "pre") == "sandwich"
      func norm(_ scope: ParameterScope, _ name: String) throws -> Network.Norm {
        d.stack.norm == .none ? .none : try scope.norm(name, d.width, bias: d.stack.norm == .layer)
      }
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("layers.\(layer)"), attention = block.scope("self_attn"), mlp = block.scope("mlp")
        func expert(_ scope: ParameterScope) throws -> Network.MLP {
          Network.MLP(
            up: try scope.linear("up_proj", from: d.width, to: d.feedForwardWidth, bias: bias),
            gate: d.stack.isGated
              ? try scope.linear("gate_proj", from: d.width, to: d.feedForwardWidth, bias: bias) : nil,
            down: try scope.linear("down_proj", from: d.feedForwardWidth, to: d.width, bias: bias))
        }
        let experts = try (0..<d.stack.experts).map { number in
          try expert(d.stack.experts == 1 ? mlp : mlp.scope("experts.\(number)"))
        }
        var result = Network.Block(
          attentionNorm: try norm(block, "attention_norm"),
          attention: Network.Attention(
            query: try attention.linear("q_proj", from: d.width, to: d.attentionWidth, bias: bias),
            key: try attention.linear("k_proj", from: d.width, to: d.keyValueWidth, bias: bias),
            value: try attention.linear("v_proj", from: d.width, to: d.keyValueWidth, bias: bias),
            output: try attention.linear("o_proj", from: d.attentionWidth, to: d.width, bias: bias)),
          mlpNorm: try norm(block, "mlp_norm"), mlp: experts[0])
        if d.stack.experts > 1 {
          result.router = try mlp.linear("router", from: d.width, to: d.stack.experts, bias: false)
          result.otherExperts = Array(experts.dropFirst())
        }
        if isSandwich {
          result.attention.outputNorm = try norm(block, "attention_output_norm")
          result.mlpOutputNorm = try norm(block, "mlp_output_norm")
        }
        return result
      }
      return Network(
        stack: Network.Stack(
          embedding: embedding, blocks: blocks, finalNorm: d.stack.hasOutput ? try norm(trunk, "norm") : nil),
        head: .unembedding(try root.unembedding(d, tokens: tokens, isTied: isTied)))
    })
}

private enum Order { case attentionFirst, mlpFirst, parallel }

extension Configuration {
  /// What a key's value stands for; the first where the key is not there.
  fileprivate func choice<Choice>(_ key: String, _ choices: KeyValuePairs<String, Choice>) throws -> Choice {
    let name = try text(key, default: choices[0].key)
    guard let choice = choices.first(where: { $0.key == name }) else {
      throw InputError(
        at: "\(path): \"\(key)\"", phrase("error.isNotKnown"),
        expected: phrase("expected.oneOf", ["names": choices.map(\.key).joined(separator: ", ")]),
        found: "\"\(name)\"")
    }
    return choice.value
  }
}
