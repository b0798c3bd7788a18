import Tensors

extension Family {
  /// ALBERT (Lan 2020): BERT with narrow embeddings and one block's weights for all layers of a group.
  static let albert = Family(
    modelType: "albert",
    describe: { config, checkpoint in
      try config.require("inner_group_num", config.count("inner_group_num", default: 1) == 1, "1")
      let head = try config.encoderHead(isMasked: checkpoint.contains("predictions.dense.weight"))
      return ModelDescription(
        family: "albert", vocabulary: try config.size("vocab_size"),
        tokenTypes: try config.count("type_vocab_size", default: 2), head: head, padToken: config.padToken,
        stack: try config.bertStack(activation: "gelu_new"))
    },
    network: { root, d, config in
      let narrow = try config.size("embedding_size", default: 128)
      let groups = try config.count("num_hidden_groups", default: 1)
      try config.require("num_hidden_groups", (1...d.layers).contains(groups), "1 … \(d.layers)")
      let trunk = root.trunk("albert", isNamed: d.head != .none), isTied = try config.tiesEmbeddings()
      var embedding = try trunk.scope("embeddings").bertEmbedding(
        d, width: narrow, tiedTo: isTied ? "predictions.decoder.weight" : nil)
      embedding.projection = try trunk.linear("encoder.embedding_hidden_mapping_in", from: narrow, to: d.width)
      let blocks = try (0..<d.layers).map { layer in
        let group = layer * groups / d.layers
        let block = trunk.scope("encoder.albert_layer_groups.\(group).albert_layers.0")
        let attention = block.scope("attention")
        return Network.Block(
          attentionNorm: try attention.norm("LayerNorm", d.width),
          attention: Network.Attention(
            query: try attention.linear("query", from: d.width, to: d.width),
            key: try attention.linear("key", from: d.width, to: d.width),
            value: try attention.linear("value", from: d.width, to: d.width),
            output: try attention.linear("dense", from: d.width, to: d.width)),
          mlpNorm: try block.norm("full_layer_layer_norm", d.width),
          mlp: Network.MLP(
            up: try block.linear("ffn", from: d.width, to: d.feedForwardWidth),
            down: try block.linear("ffn_output", from: d.feedForwardWidth, to: d.width)))
      }
      let head: Network.Head
      switch d.head {
      case .maskedLanguageModel:
        let predictions = root.scope("predictions")
        head = .masked(
          transform: try predictions.linear("dense", from: d.width, to: narrow), activation: d.activation,
          norm: try predictions.norm("LayerNorm", narrow),
          unembedding: try predictions.unembedding(d, "decoder", embedding, width: narrow, isTied: isTied))
      case .sequenceClassification(let classes):
        head = .classifier(
          pooler: try trunk.linear("pooler", from: d.width, to: d.width), activation: .tanh,
          classifier: try root.linear("classifier", from: d.width, to: classes))
      case .tokenClassification(let classes):
        head = .tokenClassifier(try root.linear("classifier", from: d.width, to: classes))
      default: head = .none
      }
      return Network(stack: Network.Stack(embedding: embedding, blocks: blocks), head: head)
    })
}
