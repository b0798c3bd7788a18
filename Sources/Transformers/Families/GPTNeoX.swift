import Support
import Tensors

extension Family {
  /// GPT-NeoX and Pythia (Black 2022): both sublayers read the same stream, and heads are partly turned.
  static let gptNeoX = Family(
    modelType: "gpt_neox",
    describe: { config, checkpoint in
      let width = try config.size("hidden_size"), heads = try config.size("num_attention_heads")
      let headWidth = try config.headWidth(width, heads: heads)
      let rotary = try config.rotaries(
        headWidth: headWidth, .init(theta: "rotary_emb_base", share: ("rotary_pct", 0.25))
      ).all
      // Some files say these twice.
      let theta = try config.number("rope_theta", default: rotary.theta)
      try config.require("rope_theta", theta == rotary.theta, phrase("gptNeoX.thetaRotaryEmb", ["theta": rotary.theta]))
      let share = try config.number("partial_rotary_factor", in: 0...1, default: 0)
      try config.require(
        "partial_rotary_factor",
        !config.has("partial_rotary_factor") || Int(Double(headWidth) * share) == rotary.dimensions, "rotary_pct")
      let isParallel = try config.flag("use_parallel_residual", default: true)
      let stack = StackDescription(
        layers: try config.size("num_hidden_layers", most: Configuration.mostLayers), heads: heads, width: width,
        headWidth: headWidth,
        feedForwardWidth: try config.size("intermediate_size"),
        maximumPositions: try config.positions("max_position_embeddings", default: 2048),
        normPlacement: isParallel ? .parallel : .pre,
        normEpsilon: try config.epsilon("layer_norm_eps", default: 1e-5),
        activation: try config.activation("hidden_act", default: "gelu"), isCausal: true, positions: .rotary(rotary),
        hasOutput: true)
      return ModelDescription(
        family: "gpt_neox", vocabulary: try config.size("vocab_size"),
        head: try config.decoderHead(
          checkpoint, isTied: config.tiesEmbeddings(default: false), output: ["lm_head.weight", "embed_out.weight"]),
        padToken: config.padToken, stack: stack)
    },
    network: { root, d, config in
      let trunk = root.trunk("gpt_neox", isNamed: d.head != .none)
      let isTied = try config.tiesEmbeddings(default: false)
      let tokens = try trunk.embeddings(
        "embed_in.weight", [d.vocabulary, d.width], tiedTo: isTied ? "lm_head.weight" : nil)
      let bias = try config.flag("attention_bias", default: true)
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("layers.\(layer)")
        let fused = try block.linear("attention.query_key_value", from: d.width, to: 3 * d.width, bias: bias)
        let qkv = interleaved(fused, heads: d.heads, headWidth: d.headWidth)
        return Network.Block(
          attentionNorm: try block.norm("input_layernorm", d.width),
          attention: Network.Attention(
            query: qkv[0], key: qkv[1], value: qkv[2],
            output: try block.linear("attention.dense", from: d.width, to: d.width, bias: bias)),
          mlpNorm: try block.norm("post_attention_layernorm", d.width),
          mlp: Network.MLP(
            up: try block.linear("mlp.dense_h_to_4h", from: d.width, to: d.feedForwardWidth),
            down: try block.linear("mlp.dense_4h_to_h", from: d.feedForwardWidth, to: d.width)))
      }
      return Network(
        stack: Network.Stack(
          embedding: Network.Embedding(tokens: tokens), blocks: blocks,
          finalNorm: try trunk.norm("final_layer_norm", d.width)),
        head: try root.decoderHead(d, tokens: tokens, isTied: isTied, tokenClassifier: "classifier"))
    })
}

/// Query, key and value of a matrix that holds, head by head, the three after each other.
private func interleaved(_ fused: Network.Projection, heads: Int, headWidth: Int) -> [Network.Projection] {
  (0..<3).map { part in
    var projection = fused
    projection.slice.parts = (0..<heads).map { head in
      let start = (3 * head + part) * headWidth
      return start..<start + headWidth
    }
    return projection
  }
}
