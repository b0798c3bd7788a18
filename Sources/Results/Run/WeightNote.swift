/// What a reader has to know of how a model's weights were read.
package struct WeightNote: Codable, Hashable, Sendable {
  package enum Kind: String, CaseIterable, Codable, Sendable {
    /// An adapter was merged into the weights.
    case merged
    /// The first matrix differs from the second, to which the configuration ties it.
    case untied
    /// Matrices of an adapter that lie among the weights: not applied.
    case adapters
    /// Layers beyond the configuration's: not read.
    case beyond
    /// Other tensors that were not read.
    case unread
    /// Parameters that no forward pass uses.
    case idle
  }

  package var kind: Kind
  /// Tensors, as the files name them.
  package var names: [String]
  /// How many numbers they hold.
  package var count: Int
  /// Of an adapter, its size and its base.
  package var detail: String?

  package init(_ kind: Kind, _ names: [String], count: Int, detail: String? = nil) {
    self.kind = kind
    self.names = names
    self.count = count
    self.detail = detail
  }
}
