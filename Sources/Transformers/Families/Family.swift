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
        at: "\(configuration.path): \"model_type\"", phrase("error.namesUnknownFamily"),
        expected: phrase("expected.oneOfModeltype", ["modelType": all.map(\.modelType).joined(separator: ", ")]),
        found: "\"\(type)\"")
    }
    return family
  }

  /// Refuses descriptions that no network can have.
  static func check(_ d: ModelDescription, _ configuration: Configuration) throws {
    for stack in d.stacks {
      for (name, value) in [
        ("layers", stack.layers), ("heads", stack.heads), (phrase("family.keyValueHeads"), stack.keyValueHeads),
        ("width", stack.width), (phrase("family.headWidth"), stack.headWidth), ("positions", stack.maximumPositions),
        (phrase("family.feedForwardWidth"), stack.feedForwardWidth),
      ] where value < 1 {
        throw InputError(
          at: configuration.path, phrase("error.numberNameImpossible", ["name": name]), found: "\(value)")
      }
      guard stack.heads % stack.keyValueHeads == 0 else {
        throw InputError(
          at: configuration.path, phrase("error.headsNoMultiple"),
          found: phrase("found.headsAndKeyvalueheads", ["heads": stack.heads, "keyValueHeads": stack.keyValueHeads]))
      }
    }
    if let image = d.image {
      guard image.channels > 0, image.patch > 0, image.side >= image.patch else {
        throw InputError(
          at: configuration.path, phrase("error.theImagesAreImpossible"),
          found: phrase("found.sidePatchesPatch", ["side": image.side, "patch": image.patch]))
      }
    } else if d.vocabulary < 1 {
      throw InputError(at: configuration.path, phrase("error.sizeVocabularyImpossible"), found: "\(d.vocabulary)")
    }
    if let start = d.decoderStart, start >= d.vocabulary {
      throw InputError(
        at: configuration.place("decoder_start_token_id"), phrase("error.isBeyondTheVocabulary"),
        expected: "0 … \(d.vocabulary - 1)", found: "\(start)")
    }
  }
}
