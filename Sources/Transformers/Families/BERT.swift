import Support
import Tensors

extension Family {
  /// BERT (Devlin 2019): Post-LN encoder with learned positions and segments.
  static let bert = Family(
    modelType: "bert",
    describe: { config, checkpoint in
      let head = try config.encoderHead(isMasked: checkpoint.contains("cls.predictions.transform.dense.weight"))
      return ModelDescription(
        family: "bert", vocabulary: try config.size("vocab_size"),
        tokenTypes: try config.count("type_vocab_size", default: 2), head: head, padToken: config.padToken,
        stack: try config.bertStack())
    },
    network: { root, d, config in
      let trunk = root.trunk("bert", isNamed: d.head != .none), isTied = try config.tiesEmbeddings()
      let stack = try bertStack(trunk, d, tiedTo: isTied ? "cls.predictions.decoder.weight" : nil)
      let head: Network.Head
      switch d.head {
      case .maskedLanguageModel:
        let predictions = root.scope("cls.predictions")
        head = .masked(
          transform: try predictions.linear("transform.dense", from: d.width, to: d.width), activation: d.activation,
          norm: try predictions.norm("transform.LayerNorm", d.width),
          unembedding: try predictions.unembedding(d, "decoder", stack.embedding, isTied: isTied))
      case .sequenceClassification(let classes):
        head = .classifier(
          pooler: try trunk.linear("pooler.dense", from: d.width, to: d.width), activation: .tanh,
          classifier: try root.linear("classifier", from: d.width, to: classes))
      case .tokenClassification(let classes):
        head = .tokenClassifier(try root.linear("classifier", from: d.width, to: classes))
      default: head = .none
      }
      return Network(stack: stack, head: head)
    })

  /// RoBERTa (Liu 2019): BERT whose positions are counted from behind the padding token's id.
  static let roberta = robertaLike("roberta")

  /// XLM-RoBERTa (Conneau 2020) and CamemBERT (Martin 2020): RoBERTa with other vocabularies.
  static let xlmRoberta = robertaLike("xlm-roberta")
  static let camembert = robertaLike("camembert")
}

private func robertaLike(_ modelType: String) -> Family {
  Family(
    modelType: modelType,
    describe: { config, checkpoint in
      let head = try config.encoderHead(isMasked: checkpoint.contains("lm_head.dense.weight"))
      let pad = try config.count("pad_token_id", default: 1)
      var stack = try config.bertStack()
      guard stack.maximumPositions > pad + 1 else {
        throw config.error(
          "max_position_embeddings", phrase("bert.leavesNoPosition"),
          expected: phrase("bert.moreThanPad", ["pad": pad + 1]))
      }
      stack.maximumPositions -= pad + 1
      stack.positions = .learned(offset: pad + 1, counting: .allBut(token: pad))
      return ModelDescription(
        family: modelType, vocabulary: try config.size("vocab_size"),
        tokenTypes: try config.count("type_vocab_size", default: 2), head: head, padToken: pad, stack: stack)
    },
    network: { root, d, config in
      let trunk = root.trunk("roberta", isNamed: d.head != .none), isTied = try config.tiesEmbeddings()
      let stack = try bertStack(trunk, d, tiedTo: isTied ? "lm_head.decoder.weight" : nil)
      let head: Network.Head
      switch d.head {
      case .maskedLanguageModel:
        let predictions = root.scope("lm_head")
        head = .masked(
          transform: try predictions.linear("dense", from: d.width, to: d.width), activation: .gelu,
          norm: try predictions.norm("layer_norm", d.width),
          unembedding: try predictions.unembedding(d, "decoder", stack.embedding, isTied: isTied))
      case .sequenceClassification(let classes):
        head = .classifier(
          pooler: try root.linear("classifier.dense", from: d.width, to: d.width), activation: .tanh,
          classifier: try root.linear("classifier.out_proj", from: d.width, to: classes))
      case .tokenClassification(let classes):
        head = .tokenClassifier(try root.linear("classifier", from: d.width, to: classes))
      default: head = .none
      }
      return Network(stack: stack, head: head)
    })
}

extension Configuration {
  /// The stack of BERT and its kin.
  ///
  /// - Parameter activation: the family's own where the configuration does not say.
  func bertStack(activation fallback: String = "gelu") throws -> StackDescription {
    let positions = try text("position_embedding_type", default: "absolute")
    try require("position_embedding_type", positions == "absolute", "\"absolute\"")
    try requireOneStack()
    let width = try size("hidden_size"), heads = try size("num_attention_heads")
    return StackDescription(
      layers: try size("num_hidden_layers", most: Self.mostLayers), heads: heads, width: width,
      headWidth: try headWidth(width, heads: heads), feedForwardWidth: try size("intermediate_size"),
      maximumPositions: try self.positions("max_position_embeddings", default: 512), normPlacement: .post,
      normEpsilon: try epsilon("layer_norm_eps", default: 1e-12),
      activation: try activation("hidden_act", default: fallback), isCausal: false,
      positions: .learned(offset: 0, counting: .all), hasOutput: false)
  }
}

private func bertStack(_ trunk: ParameterScope, _ d: ModelDescription, tiedTo output: String?) throws -> Network.Stack {
  let embedding = try trunk.scope("embeddings").bertEmbedding(d, width: d.width, tiedTo: output)
  let blocks = try (0..<d.layers).map { layer in
    let block = trunk.scope("encoder.layer.\(layer)"), attention = block.scope("attention")
    return Network.Block(
      attentionNorm: try attention.norm("output.LayerNorm", d.width),
      attention: Network.Attention(
        query: try attention.linear("self.query", from: d.width, to: d.width),
        key: try attention.linear("self.key", from: d.width, to: d.width),
        value: try attention.linear("self.value", from: d.width, to: d.width),
        output: try attention.linear("output.dense", from: d.width, to: d.width)),
      mlpNorm: try block.norm("output.LayerNorm", d.width),
      mlp: Network.MLP(
        up: try block.linear("intermediate.dense", from: d.width, to: d.feedForwardWidth),
        down: try block.linear("output.dense", from: d.feedForwardWidth, to: d.width)))
  }
  return Network.Stack(embedding: embedding, blocks: blocks)
}

extension ParameterScope {
  /// Tokens, positions, segments where there are any, and the norm of their sum.
  func bertEmbedding(_ d: ModelDescription, width: Int, tiedTo output: String?) throws -> Network.Embedding {
    Network.Embedding(
      tokens: try embeddings("word_embeddings.weight", [d.vocabulary, width], tiedTo: output),
      positions: try tensor("position_embeddings.weight", [d.stack.positionRows, width]),
      types: d.tokenTypes > 0 ? try tensor("token_type_embeddings.weight", [d.tokenTypes, width]) : nil,
      norm: try norm("LayerNorm", width))
  }

  /// The output matrix `[vocabulary, width]` of a masked language model's predictions. Its bias is `decoder.bias`, which
  /// is tied to the head's `bias` where the matrix is tied to the embeddings; that bias alone is added nowhere.
  func unembedding(
    _ d: ModelDescription, _ name: String, _ embedding: Network.Embedding, width: Int? = nil, isTied: Bool
  ) throws -> Network.Projection {
    let shape = [d.vocabulary]
    let bias: Int? =
      if isTied {
        try tensor("bias", shape, preferring: "\(name).bias")
      } else if contains("\(name).bias") || hasBlanks {
        try tensor("\(name).bias", shape)
      } else {
        nil
      }
    return try unembedding(
      d, "\(name).weight", older: [], width: width, tokens: embedding.tokens ?? 0, isTied: isTied, bias: bias)
  }
}
