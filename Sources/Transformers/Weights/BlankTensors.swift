package import Foundation

/// The tensors that a model to be trained does not find in files: all of them, or those of its head.
struct BlankTensors: Sendable {
  /// Names that are there although no file has them; from these families tell what a model is.
  let claimed: Set<String>

  /// What stands on top of the trunk, under any family's names.
  func isHeads(_ name: String) -> Bool {
    let name = name[...]
    return Self.heads.contains { name == $0 || name.hasPrefix("\($0).") } || name.contains("pooler.dense")
      || name.hasSuffix("pooler.weight") || name.hasSuffix("pooler.bias")
  }

  private static let heads: [Substring] = [
    "classifier", "pre_classifier", "cls", "lm_head", "embed_out", "vocab_transform", "vocab_layer_norm",
    "vocab_projector", "predictions", "score",
  ]

  /// - Parameter checkpoint: where the trunk's weights are; nil from scratch.
  init(_ configuration: Configuration, _ checkpoint: Checkpoint?) throws {
    var claimed: Set<String> = []
    let known = Set(checkpoint?.names ?? [])
    if configuration.architecture.hasSuffix("ForMaskedLM") {
      switch try configuration.text("model_type") {
      case "bert": claimed = ["cls.predictions.transform.dense.weight"]
      case "roberta", "xlm-roberta", "camembert": claimed = ["lm_head.dense.weight"]
      case "distilbert": claimed = ["vocab_transform.weight"]
      case "albert": claimed = ["predictions.dense.weight"]
      default: break
      }
      claimed.formUnion(
        known.filter { name in ["cls.", "lm_head.", "vocab_", "predictions."].contains { name.hasPrefix($0) } })
    } else if configuration.architecture.contains("ForSequenceClassification")
      || configuration.architecture.contains("ForTokenClassification")
    {
      claimed.formUnion(known.filter { $0.hasPrefix("classifier") || $0.hasPrefix("pre_classifier") })
    } else {
      claimed.formUnion(known.filter { $0.hasPrefix("lm_head.") || $0.hasPrefix("embed_out.") })
      if checkpoint == nil, try !configuration.flag("tie_word_embeddings", default: true) {
        claimed.insert("lm_head.weight")
      }
    }
    claimed.formUnion(known.filter { $0.contains("pooler") })
    self.claimed = claimed
  }
}

extension Model {
  /// A model to be trained: as a configuration describes it, with the weights of a directory where one is given. What
  /// the directory lacks of the head is blank, and without a directory everything.
  ///
  /// - Throws: `InputError` as for any model.
  package convenience init(configuration: Configuration, weights directory: URL? = nil) throws {
    let files = try directory.map { try ModelFiles($0) }
    let read = try files.map { try Checkpoint($0) }
    let checkpoint = Checkpoint(
      read, at: URL(filePath: configuration.path), blanks: try BlankTensors(configuration, read))
    let (description, network, root) = try Self.build(configuration, checkpoint)
    self.init(description: description, parameters: root.parameters, network: network)
  }
}
