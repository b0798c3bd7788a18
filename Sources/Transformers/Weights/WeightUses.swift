/// Which tensors of its files a model has asked for.
struct WeightUses: Sendable {
  /// A matrix that is not the one that the configuration ties it to.
  struct Pair: Hashable, Sendable {
    var own: String
    var tied: String
  }

  /// Names in the files.
  var read: Set<String> = []
  var untied: [Pair] = []
}

/// What a reader has to know of a model's weights beside their numbers.
package struct WeightNote: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// An adapter was added to the weights: `names` are the matrices that it changes.
    case merged
    /// `names[0]` is used as the file has it, though the configuration ties it to `names[1]`, which differs.
    case untied
    /// Matrices of an adapter that lie among the weights: not applied.
    case adapters
    /// Layers that the configuration does not have: not read.
    case beyond
    /// Other tensors that were not read.
    case unread
    /// What the model has and no forward pass uses: poolers, heads that are not run, the numbers of the positions.
    case idle
    /// What older programs stored beside the parameters: masks, frequencies.
    case buffers
  }

  package var kind: Kind
  /// As the files have them, in their order.
  package var names: [String]
  /// How many numbers they hold.
  package var count: Int
  /// Of an adapter, what it is and what it was added to.
  package var detail: String

  package init(_ kind: Kind, _ names: [String], count: Int = 0, detail: String = "") {
    self.kind = kind
    self.names = names
    self.count = count
    self.detail = detail
  }
}

extension WeightNote {
  /// The notes on a model that has asked for all that it uses.
  static func all(_ checkpoint: Checkpoint, _ uses: WeightUses) -> [WeightNote] {
    let patterns = Set(uses.read.map(layerless))
    var unread: [Kind: [String]] = [:]
    for name in checkpoint.names where !uses.read.contains(name) {
      unread[kind(of: name, patterns), default: []].append(name)
    }
    return (checkpoint.adapter.map { [$0.note] } ?? [])
      + uses.untied.map { WeightNote(.untied, [$0.own, $0.tied]) }
      + Kind.allCases.compactMap { kind in
        unread[kind].map { names in
          WeightNote(kind, names, count: names.reduce(0) { $0 + (checkpoint.shape($1)?.reduce(1, *) ?? 0) })
        }
      }
  }

  private static func kind(of name: String, _ patterns: Set<String>) -> Kind {
    let parts = name.split(separator: ".")
    if parts.contains(where: { part in adapterParts.contains { part.hasPrefix($0) } }) { return .adapters }
    if buffers.contains(where: { name == $0 || name.hasSuffix(".\($0)") }) { return .buffers }
    if patterns.contains(layerless(name)) { return .beyond }
    return parts.contains { headParts.contains(String($0)) } ? .idle : .unread
  }

  /// A name with every number in it as `#`: the same for all layers.
  private static func layerless(_ name: String) -> String {
    name.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) == nil ? $0 : "#" }.joined(
      separator: ".")
  }

  private static let adapterParts = ["lora_", "ia3_", "hada_", "lokr_", "oft_", "vera_", "prompt_embeddings"]

  private static let headParts: Set<String> = [
    "pooler", "cls", "seq_relationship", "sop_classifier", "predictions", "classifier", "pre_classifier",
    "cls_classifier", "distillation_classifier", "classification_head", "lm_head", "embed_out", "score", "qa_outputs",
    "multiple_choice_head", "position_ids", "token_type_ids", "vocab_transform", "vocab_layer_norm", "vocab_projector",
  ]

  private static let buffers = [
    "attn.bias", "attn.masked_bias", "attention.bias",
    "attention.masked_bias", "rotary_emb.inv_freq", "rotary_emb.cos_cached", "rotary_emb.sin_cached",
    // T5's files have it, its decoder never had a use for it.
    "EncDecAttention.relative_attention_bias.weight",
  ]
}
