import Engine
import Tensors
import Transformers

/// The gradients of a batch as they pass: what flows through the stream and its branches, and the sizes of parameters'
/// elements.
final class BatchGradients: GradientWatcher, @unchecked Sendable {
  let gradients: Set<Site>
  let values: Set<Site>
  /// Over the real positions, at the sites that had a gradient.
  private(set) var flows: [Site: GradientFormulas.Flow] = [:]
  /// Of each parameter; nil where no gradient was shown.
  private(set) var magnitudes: [GradientFormulas.Magnitudes?]
  /// Real positions of each row.
  private let lengths: [Site.Stack: [Int]]

  init(_ model: Model, _ documents: [TokenizedDocument], _ targets: [TokenizedDocument]) {
    let stacks = model.description.stacks
    values = Set(stacks.flatMap { stack in (0...stack.layers).map(stack.residual(point:)) })
    let branches = stacks.flatMap { stack in
      let kinds: [Site.Kind] = [.attentionOut, .mlpOut] + (stack.role == .decoder ? [.crossOut] : [])
      return (0..<stack.layers).flatMap { layer in kinds.map { stack.site($0, layer: layer) } }
    }
    gradients = values.union(branches)
    magnitudes = Array(repeating: nil, count: model.parameters.count)
    lengths = Dictionary(
      uniqueKeysWithValues: stacks.map { ($0.role, ($0.role == .decoder ? targets : documents).map(\.ids.count)) })
  }

  var isEmpty: Bool { flows.isEmpty && magnitudes.allSatisfy { $0 == nil } }

  func see(_ gradient: Tensor, of value: Tensor?, at site: Site) {
    guard let lengths = lengths[site.stack] else { return }
    flows[site] = GradientFormulas.flow(gradient, value, lengths: lengths)
  }

  func see(_ gradient: Tensor, ofParameter place: Int) {
    magnitudes[place] = GradientFormulas.magnitudes(of: [gradient])[0]
  }
}
