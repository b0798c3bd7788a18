import Tensors

/// A kind of model: how its configuration and its tensors' names map to the one block.
struct Family: Sendable {
  /// The configuration's `model_type`.
  let modelType: String
  let describe: @Sendable (Configuration, Checkpoint) throws -> ModelDescription
  let network: @Sendable (ParameterScope, ModelDescription) throws -> Network

  static let all = [gpt2, bert]

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
    for (name, value) in [
      ("layers", d.layers), ("heads", d.heads), ("width", d.width), ("vocabulary size", d.vocabulary),
      ("positions", d.maximumPositions), ("feed-forward width", d.feedForwardWidth),
    ] where value < 1 {
      throw InputError(at: configuration.path, "the number of \(name) is impossible", found: "\(value)")
    }
    guard d.width % d.heads == 0 else {
      throw InputError(
        at: configuration.path, "the width is no multiple of the heads", found: "\(d.width) and \(d.heads)")
    }
  }
}
