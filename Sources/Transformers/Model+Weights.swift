package import Tensors

extension Model {
  /// What each head of a layer is multiplied with to become its part of the attention output, `[H, D, C]`.
  package func headOutputWeights(layer: Int) -> Tensor {
    let d = description
    return inputMajor(network.blocks[layer].output).reshaped([d.heads, d.headWidth, d.width])
  }

  /// The matrices that the network multiplies vectors with, as `[out, in]` under their TransformerLens names
  /// (`blocks.0.attn.W_Q`); fused projections give one for each part, embeddings are left out.
  package func weightMatrices() -> [(name: String, matrix: Tensor)] {
    network.blocks.enumerated().flatMap { layer, block in
      [
        ("attn.W_Q", block.query), ("attn.W_K", block.key), ("attn.W_V", block.value), ("attn.W_O", block.output),
        ("mlp.W_in", block.up), ("mlp.W_out", block.down),
      ].map { name, projection in
        let matrix = projection.slice.matrix(of: parameters[projection.weight].tensor).transposed
        return (name: "blocks.\(layer).\(name)", matrix: Tensor(copying: matrix))
      }
    }
  }

  /// A projection's weight as a dense `[in, out]`.
  private func inputMajor(_ projection: Network.Projection) -> Tensor {
    Tensor(copying: projection.slice.matrix(of: parameters[projection.weight].tensor))
  }
}
