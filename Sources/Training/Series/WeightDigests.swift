internal import Support
package import Transformers

/// A digest of each of a model's weight tensors, which tells the tensors that two checkpoints share.
package struct WeightDigests: Hashable, Sendable {
  /// In the order of the network.
  let names: [String]
  let digests: [String]

  package init(_ model: Model) {
    self.init(
      names: model.parameters.map(\.name),
      digests: mapPieces(model.parameters.count) { model.parameters[$0].digest })
  }

  init(names: [String], digests: [String]) {
    self.names = names
    self.digests = digests
  }

  /// The tensors that are the same in another checkpoint.
  func shared(with other: WeightDigests) -> [String] {
    let others = Dictionary(zip(other.names, other.digests), uniquingKeysWith: { first, _ in first })
    return zip(names, digests).filter { others[$0] == $1 }.map(\.0)
  }
}
