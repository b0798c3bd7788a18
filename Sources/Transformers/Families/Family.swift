import Support

/// A kind of model: how its configuration and its tensors' names map to the one block.
struct Family: Sendable {
  /// The configuration's `model_type`.
  let modelType: String
  let describe: @Sendable (Configuration, Checkpoint) throws -> ModelDescription
  let network: @Sendable (ParameterScope, ModelDescription, Configuration) throws -> Network

  static let all = [
    gpt2, gptNeo, gptNeoX, opt, llama, mistral, qwen2, qwen3, phi, gemma, bert, roberta, xlmRoberta, camembert,
    distilbert, albert, vit, deit, t5, mt5, umt5, bart, marian, composed,
  ]

  /// - Throws: `InputError` for a `model_type` that no family has.
  static func named(by configuration: Configuration) throws -> Family {
    let type = try configuration.text("model_type")
    guard let family = all.first(where: { $0.modelType == type }) else {
      throw InputError(
        at: "\(configuration.path): \"model_type\"", "names an unknown family",
        expected: "one of \(all.map(\.modelType).joined(separator: ", "))", found: "\"\(type)\"")
    }
    return family
  }

  /// Refuses descriptions that no network can have.
  static func check(_ d: ModelDescription, _ configuration: Configuration) throws {
    for stack in d.stacks {
      for (name, value) in [
        ("layers", stack.layers), ("heads", stack.heads), ("key-value heads", stack.keyValueHeads),
        ("width", stack.width), ("head width", stack.headWidth), ("positions", stack.maximumPositions),
        ("feed-forward width", stack.feedForwardWidth),
      ] where value < 1 {
        throw InputError(at: configuration.path, "the number of \(name) is impossible", found: "\(value)")
      }
      guard stack.heads % stack.keyValueHeads == 0 else {
        throw InputError(
          at: configuration.path, "the heads are no multiple of the key-value heads",
          found: "\(stack.heads) and \(stack.keyValueHeads)")
      }
    }
    if let image = d.image {
      guard image.channels > 0, image.patch > 0, image.side >= image.patch else {
        throw InputError(
          at: configuration.path, "the images are impossible", found: "\(image.side) in patches of \(image.patch)")
      }
    } else if d.vocabulary < 1 {
      throw InputError(at: configuration.path, "the size of the vocabulary is impossible", found: "\(d.vocabulary)")
    }
    if let start = d.decoderStart, start >= d.vocabulary {
      throw InputError(
        at: configuration.place("decoder_start_token_id"), "is beyond the vocabulary",
        expected: "0 … \(d.vocabulary - 1)", found: "\(start)")
    }
  }
}
