import Tensors

extension Family {
  /// GPT-2 (Radford 2019): Pre-LN decoder with learned positions, Conv1D weights and one fused QKV matrix.
  static let gpt2 = Family(
    modelType: "gpt2",
    describe: { config, _ in
      try config.require("add_cross_attention", !config.flag("add_cross_attention", default: false), "false")
      let width = try config.count("n_embd", "hidden_size"), heads = try config.count("n_head", "num_attention_heads")
      let layers = try config.count("n_layer", "num_hidden_layers")
      let headWidth = width / max(1, heads)
      let scale = try config.flag("scale_attn_weights", default: true) ? 1 / Float(headWidth).squareRoot() : 1
      let byLayer = try config.flag("scale_attn_by_inverse_layer_idx", default: false)
      return ModelDescription(
        family: "gpt2", layers: layers, heads: heads, width: width, headWidth: headWidth,
        feedForwardWidth: try config.count("n_inner", default: 4 * width), vocabulary: try config.count("vocab_size"),
        maximumPositions: try config.count("n_positions", "n_ctx", "max_position_embeddings"), tokenTypes: 0,
        normPlacement: .pre, normEpsilon: Float(try config.number("layer_norm_epsilon", default: 1e-5)),
        activation: try config.activation("activation_function", default: "gelu_new"), isCausal: true,
        head: .languageModel, scoreScales: (0..<layers).map { byLayer ? scale / Float($0 + 1) : scale },
        padToken: try? config.count("pad_token_id"))
    },
    network: { root, d in
      let trunk = root.trunk("transformer", isNamed: true, probe: "wte.weight")
      let tokens = try trunk.tensor("wte.weight", [d.vocabulary, d.width])
      let positions = try trunk.tensor("wpe.weight", [d.maximumPositions, d.width])
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("h.\(layer)")
        let attentionNorm = try block.norm("ln_1", d.width)
        let qkv = try block.convolution("attn.c_attn", from: d.width, to: d.width, parts: 3)
        return Network.Block(
          attentionNorm: attentionNorm, query: qkv[0], key: qkv[1], value: qkv[2],
          output: try block.convolution("attn.c_proj", from: d.width, to: d.width)[0],
          mlpNorm: try block.norm("ln_2", d.width),
          up: try block.convolution("mlp.c_fc", from: d.width, to: d.feedForwardWidth)[0],
          down: try block.convolution("mlp.c_proj", from: d.feedForwardWidth, to: d.width)[0])
      }
      let finalNorm = try trunk.norm("ln_f", d.width)
      // Tied to the embeddings unless the file brings its own.
      let unembedding =
        root.contains("lm_head.weight") ? try root.tensor("lm_head.weight", [d.vocabulary, d.width]) : tokens
      return Network(
        tokenEmbedding: tokens, positionEmbedding: positions, typeEmbedding: nil, embeddingNorm: nil, blocks: blocks,
        finalNorm: finalNorm,
        head: .unembedding(
          Network.Projection(
            weight: unembedding, bias: nil, slice: WeightSlice(isInputMajor: false, outputs: 0..<d.vocabulary))))
    })
}
