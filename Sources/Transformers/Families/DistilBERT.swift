import Tensors

extension Family {
  /// DistilBERT (Sanh 2019): BERT without segments and pooler.
  static let distilbert = Family(
    modelType: "distilbert",
    describe: { config, checkpoint in
      let width = try config.size("dim", "hidden_size"), heads = try config.size("n_heads", "num_attention_heads")
      let head = try config.encoderHead(isMasked: checkpoint.contains("vocab_transform.weight"))
      let stack = StackDescription(
        layers: try config.size("n_layers", "num_hidden_layers", most: Configuration.mostLayers), heads: heads,
        width: width, headWidth: try config.headWidth(width, heads: heads, key: "n_heads"),
        feedForwardWidth: try config.size("hidden_dim"),
        maximumPositions: try config.positions("max_position_embeddings", default: 512), normPlacement: .post,
        normEpsilon: 1e-12,
        activation: try config.activation("activation", default: "gelu"), isCausal: false,
        positions: .learned(offset: 0, counting: .all), hasOutput: false)
      return ModelDescription(
        family: "distilbert", vocabulary: try config.size("vocab_size"), head: head, padToken: config.padToken,
        stack: stack)
    },
    network: { root, d, config in
      let trunk = root.trunk("distilbert", isNamed: d.head != .none), isTied = try config.tiesEmbeddings()
      let embedding = try trunk.scope("embeddings").bertEmbedding(
        d, width: d.width, tiedTo: isTied ? "vocab_projector.weight" : nil)
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("transformer.layer.\(layer)"), attention = block.scope("attention")
        return Network.Block(
          attentionNorm: try block.norm("sa_layer_norm", d.width),
          attention: Network.Attention(
            query: try attention.linear("q_lin", from: d.width, to: d.width),
            key: try attention.linear("k_lin", from: d.width, to: d.width),
            value: try attention.linear("v_lin", from: d.width, to: d.width),
            output: try attention.linear("out_lin", from: d.width, to: d.width)),
          mlpNorm: try block.norm("output_layer_norm", d.width),
          mlp: Network.MLP(
            up: try block.linear("ffn.lin1", from: d.width, to: d.feedForwardWidth),
            down: try block.linear("ffn.lin2", from: d.feedForwardWidth, to: d.width)))
      }
      let head: Network.Head
      switch d.head {
      case .maskedLanguageModel:
        head = .masked(
          transform: try root.linear("vocab_transform", from: d.width, to: d.width), activation: d.activation,
          norm: try root.norm("vocab_layer_norm", d.width),
          unembedding: try root.unembedding(
            d, "vocab_projector.weight", older: [], tokens: embedding.tokens ?? 0, isTied: isTied,
            bias: try root.tensor("vocab_projector.bias", [d.vocabulary])))
      case .sequenceClassification(let classes):
        head = .classifier(
          pooler: try root.linear("pre_classifier", from: d.width, to: d.width), activation: .relu,
          classifier: try root.linear("classifier", from: d.width, to: classes))
      case .tokenClassification(let classes):
        head = .tokenClassifier(try root.linear("classifier", from: d.width, to: classes))
      default: head = .none
      }
      return Network(stack: Network.Stack(embedding: embedding, blocks: blocks), head: head)
    })
}
