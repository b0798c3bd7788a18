import Support

extension Family {
  /// GPT-Neo (Black 2021): GPT-2 with unscaled scores, and every other layer seeing only a window.
  static let gptNeo = Family(
    modelType: "gpt_neo",
    describe: { config, checkpoint in
      let width = try config.size("hidden_size"), heads = try config.size("num_heads", "num_attention_heads")
      let layers = try config.size("num_layers", "num_hidden_layers", most: Configuration.mostLayers)
      var stack = StackDescription(
        layers: layers, heads: heads, width: width,
        headWidth: try config.headWidth(width, heads: heads, key: "num_heads"),
        feedForwardWidth: try config.size("intermediate_size", default: 4 * width),
        maximumPositions: try config.positions("max_position_embeddings", default: 2048), normPlacement: .pre,
        normEpsilon: try config.epsilon("layer_norm_epsilon", default: 1e-5),
        activation: try config.activation("activation_function", default: "gelu_new"), isCausal: true,
        positions: .learned(offset: 0, counting: .all), hasOutput: true)
      stack.scoreScales = Array(repeating: 1, count: layers)
      let window = try config.positions("window_size", default: 256), kinds = try config.attentionKinds(layers)
      stack.windows = kinds.map { $0 == "local" ? window : nil }
      return ModelDescription(
        family: "gpt_neo", vocabulary: try config.size("vocab_size"),
        head: try config.decoderHead(checkpoint, isTied: config.tiesEmbeddings()), padToken: config.padToken,
        stack: stack)
    },
    network: { root, d, config in
      let trunk = root.trunk("transformer", isNamed: d.head != .none), isTied = try config.tiesEmbeddings()
      let tokens = try trunk.embeddings("wte.weight", [d.vocabulary, d.width], tiedTo: isTied ? "lm_head.weight" : nil)
      let positions = try trunk.tensor("wpe.weight", [d.stack.positionRows, d.width])
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("h.\(layer)"), attention = block.scope("attn.attention")
        return Network.Block(
          attentionNorm: try block.norm("ln_1", d.width),
          attention: Network.Attention(
            query: try attention.linear("q_proj", from: d.width, to: d.width, bias: false),
            key: try attention.linear("k_proj", from: d.width, to: d.width, bias: false),
            value: try attention.linear("v_proj", from: d.width, to: d.width, bias: false),
            output: try attention.linear("out_proj", from: d.width, to: d.width)),
          mlpNorm: try block.norm("ln_2", d.width),
          mlp: Network.MLP(
            up: try block.linear("mlp.c_fc", from: d.width, to: d.feedForwardWidth),
            down: try block.linear("mlp.c_proj", from: d.feedForwardWidth, to: d.width)))
      }
      return Network(
        stack: Network.Stack(
          embedding: Network.Embedding(tokens: tokens, positions: positions), blocks: blocks,
          finalNorm: try trunk.norm("ln_f", d.width)),
        head: try root.decoderHead(d, tokens: tokens, isTied: isTied, tokenClassifier: "classifier"))
    })
}

extension Configuration {
  /// `global` or `local` for each layer: `attention_layers`, or `attention_types`' lists with how often each repeats,
  /// or the two by turns in 24 layers.
  fileprivate func attentionKinds(_ layers: Int) throws -> [String] {
    let types = try repeatedTexts("attention_types") ?? (0..<24).map { $0 % 2 == 0 ? "global" : "local" }
    let key = has("attention_layers") ? "attention_layers" : "attention_types"
    let kinds = try texts("attention_layers") ?? types
    try require(key, kinds.count == layers, phrase("gptNeo.globalLocalEach", ["layers": layers]))
    try require(key, kinds.allSatisfy { ["global", "local"].contains($0) }, phrase("gptNeo.globalOrLocal"))
    return kinds
  }
}
