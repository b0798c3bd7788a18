import Engine
import Support
import Tensors
import Transformers

/// The gradients of a batch as they pass: what flows through the stream and its branches, what masking heads would change,
/// and the sizes of parameters' elements.
final class BatchGradients: GradientWatcher, @unchecked Sendable {
  let gradients: Set<Site>
  let values: Set<Site>
  /// Over the real positions, at the sites that had a gradient.
  private(set) var flows: [Site: GradientFormulas.Flow] = [:]
  /// By z, of each document and head (`document · H + head`): `|Σ_t z_t·∂L/∂z_t|` (Michel 2019), what masking the head
  /// would change, to first order.
  private(set) var maskEffects: [Site: [Double]] = [:]
  /// Of each parameter; nil where no gradient was shown.
  private(set) var magnitudes: [GradientFormulas.Magnitudes?]
  private let heads: Set<Site>
  /// Real positions of each row.
  private let lengths: [Site.Stack: [Int]]

  init(_ model: Model, _ documents: [TokenizedDocument], _ targets: [TokenizedDocument]) {
    let stacks = model.description.stacks
    func sites(_ kinds: [Site.Kind], _ more: [Site.Kind]) -> [Site] {
      stacks.flatMap { stack in
        let kinds = stack.role == .decoder ? kinds + more : kinds
        return (0..<stack.layers).flatMap { layer in kinds.map { stack.site($0, layer: layer) } }
      }
    }
    heads = Set(sites([.z], [.crossZ]))
    values = heads.union(stacks.flatMap { stack in (0...stack.layers).map(stack.residual(point:)) })
    gradients = values.union(sites([.attentionOut, .mlpOut], [.crossOut]))
    magnitudes = Array(repeating: nil, count: model.parameters.count)
    lengths = Dictionary(
      uniqueKeysWithValues: stacks.map { ($0.role, ($0.role == .decoder ? targets : documents).map(\.ids.count)) })
  }

  fileprivate var isEmpty: Bool { flows.isEmpty && magnitudes.allSatisfy { $0 == nil } }

  func see(_ gradient: Tensor, of value: Tensor?, at site: Site) {
    guard let lengths = lengths[site.stack] else { return }
    if heads.contains(site), let value {
      maskEffects[site] = mapPieces(lengths.count * value.shape[2]) { piece in
        let (document, head) = (piece / value.shape[2], piece % value.shape[2])
        return maskEffect(value, gradient, document: document, head: head, length: lengths[document])
      }
      return
    }
    flows[site] = GradientFormulas.flow(gradient, value, lengths: lengths)
  }

  func see(_ gradient: Tensor, ofParameter place: Int) {
    magnitudes[place] = GradientFormulas.magnitudes(of: [gradient])[0]
  }
}

extension Observation {
  /// The gradients of its batch; nil where none passed.
  var gradients: BatchGradients? {
    gradientWatchers.lazy.compactMap { $0 as? BatchGradients }.first { !$0.isEmpty }
  }
}

/// `|Σ_t z_t·∂L/∂z_t|` of one head on one document (Michel 2019): what masking the head would change, to first order.
private func maskEffect(_ z: Tensor, _ gradient: Tensor, document: Int, head: Int, length: Int) -> Double {
  let (heads, width) = (z.shape[2], z.shape[3])
  var product = 0.0
  for t in 0..<length {
    let offset = ((document * z.shape[1] + t) * heads + head) * width
    for d in 0..<width { product += Double(z.pointer[offset + d]) * Double(gradient.pointer[offset + d]) }
  }
  return abs(product)
}
