package import Tensors

extension Model {
  /// What each head of a layer is multiplied with to become its part of the attention output, `[H, D, C]`.
  package func headOutputWeights(layer: Int) -> Tensor {
    let d = description
    return matrix(network.stack.blocks[layer].attention.output).reshaped([d.heads, d.headWidth, d.width])
  }

  /// The matrices that the network multiplies vectors with, as `[out, in]` under their TransformerLens names
  /// (`blocks.0.attn.W_Q`); fused projections give one for each part, embeddings are left out, and layers that share
  /// their weights (ALBERT) give them once.
  package func weightMatrices() -> [(name: String, matrix: Tensor)] {
    var seen: Set<Int> = []
    let stacks = [(description.encoder, network.encoder), (description.stack, network.stack)]
    return stacks.flatMap { description, stack -> [(name: String, matrix: Tensor)] in
      guard let description, let stack else { return [] }
      return stack.blocks.enumerated().flatMap { layer, block -> [(name: String, matrix: Tensor)] in
        guard seen.insert(block.mlp.down.weight).inserted else { return [] }
        return named(block).map { name, projection in
          let matrix = matrix(projection).transposed
          return (name: "\(description.role.rawValue).\(layer).\(name)", matrix: matrix)
        }
      }
    }
  }

  private func named(_ block: Network.Block) -> [(String, Network.Projection)] {
    func attention(_ prefix: String, _ a: Network.Attention) -> [(String, Network.Projection)] {
      [("W_Q", a.query), ("W_K", a.key), ("W_V", a.value), ("W_O", a.output)].map { ("\(prefix).\($0.0)", $0.1) }
    }
    return attention("attn", block.attention) + (block.cross.map { attention("cross_attn", $0) } ?? [])
      + (block.mlp.gate.map { [("mlp.W_gate", $0)] } ?? [])
      + [("mlp.W_in", block.mlp.up), ("mlp.W_out", block.mlp.down)]
  }

  /// A projection's weight as a dense `[in, out]`.
  private func matrix(_ projection: Network.Projection) -> Tensor {
    projection.slice.matrix(of: parameters[projection.weight].tensor)
  }
}
