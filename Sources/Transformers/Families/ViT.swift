import Support
import Tensors

extension Family {
  /// ViT (Dosovitskiy 2021): a Pre-LN encoder of image patches behind a learned token that the classifier reads.
  static let vit = imageFamily("vit", classifier: "ViTForImageClassification", leading: ["cls_token"])

  /// DeiT (Touvron 2021): ViT with a second learned token.
  static let deit = imageFamily(
    "deit", classifier: "DeiTForImageClassification", leading: ["cls_token", "distillation_token"])
}

private func imageFamily(_ modelType: String, classifier: String, leading: [String]) -> Family {
  Family(
    modelType: modelType,
    describe: { config, _ in
      let width = try config.size("hidden_size"), heads = try config.size("num_attention_heads")
      let image = ImageShape(
        channels: try config.size("num_channels", default: 3), side: try config.side("image_size", default: 224),
        patch: try config.side("patch_size", default: 16), leadingTokens: leading.count)
      try config.require("patch_size", image.patch <= image.side, phrase("viT.mostImagesSide", ["side": image.side]))
      var stack = StackDescription(
        layers: try config.size("num_hidden_layers", most: Configuration.mostLayers), heads: heads, width: width,
        headWidth: try config.headWidth(width, heads: heads), feedForwardWidth: try config.size("intermediate_size"),
        maximumPositions: image.positions, normPlacement: .pre,
        normEpsilon: try config.epsilon("layer_norm_eps", default: 1e-12),
        activation: try config.activation("hidden_act", default: "gelu"), isCausal: false,
        positions: .learned(offset: 0, counting: .all), hasOutput: true)
      stack.hiddenStatesIncludeOutput = false
      return ModelDescription(
        family: modelType, vocabulary: 0,
        head: config.architecture == classifier ? .imageClassification(classes: try config.classes()) : .none,
        image: image, stack: stack)
    },
    network: { root, d, config in
      let trunk = root.trunk(modelType, isNamed: d.head != .none)
      let embeddings = trunk.scope("embeddings"),
        image =
          d.image
          ?? ImageShape(
            channels: 0, side: 0, patch: 1, leadingTokens: 0)
      let patches = Network.Projection(
        weight: try embeddings.tensor(
          "patch_embeddings.projection.weight", [d.width, image.channels, image.patch, image.patch]),
        bias: try embeddings.tensor("patch_embeddings.projection.bias", [d.width]),
        slice: WeightSlice(isInputMajor: false, outputs: 0..<d.width))
      let embedding = Network.Embedding(
        patches: patches, leading: try leading.map { try embeddings.tensor($0, [1, 1, d.width]) },
        positions: try embeddings.tensor("position_embeddings", [1, image.positions, d.width]))
      let bias = try config.flag("qkv_bias", default: true)
      let blocks = try (0..<d.layers).map { layer in
        let block = trunk.scope("layers.\(layer)", older: "encoder.layer.\(layer)", probe: "layernorm_before.weight")
        func attention(_ name: String, _ older: String, bias: Bool = true) throws -> Network.Projection {
          try block.linear("attention.\(name)", from: d.width, to: d.width, bias: bias, older: "attention.\(older)")
        }
        return Network.Block(
          attentionNorm: try block.norm("layernorm_before", d.width),
          attention: Network.Attention(
            query: try attention("q_proj", "attention.query", bias: bias),
            key: try attention("k_proj", "attention.key", bias: bias),
            value: try attention("v_proj", "attention.value", bias: bias),
            output: try attention("o_proj", "output.dense")),
          mlpNorm: try block.norm("layernorm_after", d.width),
          mlp: Network.MLP(
            up: try block.linear("mlp.fc1", from: d.width, to: d.feedForwardWidth, older: "intermediate.dense"),
            down: try block.linear("mlp.fc2", from: d.feedForwardWidth, to: d.width, older: "output.dense")))
      }
      var head = Network.Head.none
      if case .imageClassification(let classes) = d.head {
        head = .classifier(
          pooler: nil, activation: .tanh, classifier: try root.linear("classifier", from: d.width, to: classes))
      }
      return Network(
        stack: Network.Stack(
          embedding: embedding, blocks: blocks, finalNorm: try trunk.norm("layernorm", d.width)),
        head: head)
    })
}
