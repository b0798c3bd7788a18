import Tensors

extension Family {
  /// BERT (Devlin 2019): Post-LN encoder with learned positions and segments.
  static let bert = Family(
    modelType: "bert",
    describe: { config, checkpoint in
      let positions = try config.text("position_embedding_type", default: "absolute")
      try config.require("position_embedding_type", positions == "absolute", "\"absolute\"")
      try config.require("is_decoder", !config.flag("is_decoder", default: false), "false")
      let width = try config.count("hidden_size"), heads = try config.count("num_attention_heads")
      let layers = try config.count("num_hidden_layers"), headWidth = width / max(1, heads)
      let head: ModelDescription.Head =
        if checkpoint.contains("cls.predictions.transform.dense.weight") {
          .maskedLanguageModel
        } else if config.architecture == "BertForSequenceClassification" {
          .sequenceClassification(classes: try config.classes())
        } else {
          .none
        }
      return ModelDescription(
        family: "bert", layers: layers, heads: heads, width: width, headWidth: headWidth,
        feedForwardWidth: try config.count("intermediate_size"), vocabulary: try config.count("vocab_size"),
        maximumPositions: try config.count("max_position_embeddings"),
        tokenTypes: try config.count("type_vocab_size", default: 2), normPlacement: .post,
        normEpsilon: Float(try config.number("layer_norm_eps", default: 1e-12)),
        activation: try config.activation("hidden_act", default: "gelu"), isCausal: false, head: head,
        scoreScales: Array(repeating: 1 / Float(headWidth).squareRoot(), count: layers),
        padToken: try? config.count("pad_token_id"))
    },
    network: { root, d in
      let trunk = root.trunk("bert", isNamed: d.head != .none, probe: "embeddings.word_embeddings.weight")
      let embeddings = trunk.scope("embeddings")
      let tokens = try embeddings.tensor("word_embeddings.weight", [d.vocabulary, d.width])
      let positions = try embeddings.tensor("position_embeddings.weight", [d.maximumPositions, d.width])
      let types = try embeddings.tensor("token_type_embeddings.weight", [d.tokenTypes, d.width])
      let embeddingNorm = try embeddings.norm("LayerNorm", d.width)
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("encoder.layer.\(layer)"), attention = block.scope("attention")
        return Network.Block(
          attentionNorm: try attention.norm("output.LayerNorm", d.width),
          query: try attention.linear("self.query", from: d.width, to: d.width),
          key: try attention.linear("self.key", from: d.width, to: d.width),
          value: try attention.linear("self.value", from: d.width, to: d.width),
          output: try attention.linear("output.dense", from: d.width, to: d.width),
          mlpNorm: try block.norm("output.LayerNorm", d.width),
          up: try block.linear("intermediate.dense", from: d.width, to: d.feedForwardWidth),
          down: try block.linear("output.dense", from: d.feedForwardWidth, to: d.width))
      }
      return Network(
        tokenEmbedding: tokens, positionEmbedding: positions, typeEmbedding: types, embeddingNorm: embeddingNorm,
        blocks: blocks, finalNorm: nil, head: try bertHead(root, trunk, d, tokens: tokens))
    })
}

/// The masked-LM head (its output matrix is the word embeddings), or the pooled classifier.
private func bertHead(_ root: ParameterScope, _ trunk: ParameterScope, _ d: ModelDescription, tokens: Int) throws
  -> Network.Head
{
  switch d.head {
  case .maskedLanguageModel:
    let predictions = root.scope("cls.predictions")
    return .masked(
      transform: try predictions.linear("transform.dense", from: d.width, to: d.width),
      norm: try predictions.norm("transform.LayerNorm", d.width),
      unembedding: Network.Projection(
        weight: tokens, bias: try predictions.tensor("bias", [d.vocabulary], alternatives: ["decoder.bias"]),
        slice: WeightSlice(isInputMajor: false, outputs: 0..<d.vocabulary)))
  case .sequenceClassification(let classes):
    return .classifier(
      pooler: try trunk.linear("pooler.dense", from: d.width, to: d.width),
      classifier: try root.linear("classifier", from: d.width, to: classes))
  case .none, .languageModel:
    return .none
  }
}
