package import Tensors

extension Model {
  /// What each head of a layer is multiplied with to become its part of the attention output, `[H, D, C]`; of the
  /// stack that reads out, its attention to the encoder, or the encoder.
  package func headOutputWeights(layer: Int, ofEncoder: Bool = false, isCross: Bool = false) -> Tensor {
    let d = ofEncoder ? description.encoder ?? description.stack : description.stack
    let block = (ofEncoder ? network.encoder ?? network.stack : network.stack).blocks[layer]
    let attention = isCross ? block.cross ?? block.attention : block.attention
    return matrix(attention.output).reshaped([d.heads, d.headWidth, d.width])
  }

  /// What each head of a layer makes its values with, `[H, C, D]`; heads that share values have the same.
  package func headValueWeights(layer: Int) -> Tensor {
    let d = description
    let all = matrix(network.stack.blocks[layer].attention.value)  // [C, H′D]
    let result = Tensor(uninitialized: [d.heads, d.width, d.headWidth])
    for head in 0..<d.heads {
      let first = head * d.keyValueHeads / d.heads * d.headWidth
      let own = Tensor(copying: all.matrix.columns(first..<first + d.headWidth))
      result[head].pointer.update(from: own.pointer, count: own.count)
    }
    return result
  }

  /// `W_U·W_E`, `[C, C]`: how the stream's directions go through the logits and back through the embeddings of the same
  /// tokens; nil where more than one matrix stands on either side, or the model gives no logits for tokens.
  package func unembeddingTimesEmbedding() -> Tensor? {
    let (d, stack) = (description, network.stack)
    guard case .unembedding(let unembedding) = network.head, let tokens = stack.embedding.tokens,
      stack.embedding.tokenProjection == nil, stack.embedding.projection == nil, stack.projection == nil
    else { return nil }
    let embedding = parameters[tokens].tensor  // [V, C]
    let output = tokens == unembedding.weight ? embedding : parameters[unembedding.weight].tensor
    guard let up = unembedding.slice.view(of: output) else { return nil }
    guard up.rows == d.width, embedding.shape == [up.columns, d.width] else { return nil }
    let product = Tensor(uninitialized: [d.width, d.width])
    withExtendedLifetime((embedding, output)) { multiplyInPieces(up, embedding.matrix, into: product.matrix) }
    return product
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
      + (block.router.map { [("mlp.W_router", $0)] } ?? [])
      + block.experts.enumerated().flatMap { number, mlp in
        let prefix = block.router == nil ? "mlp" : "mlp.experts.\(number)"
        return (mlp.gate.map { [("\(prefix).W_gate", $0)] } ?? [])
          + [("\(prefix).W_in", mlp.up), ("\(prefix).W_out", mlp.down)]
      }
  }

  /// A projection's weight as a dense `[in, out]`.
  private func matrix(_ projection: Network.Projection) -> Tensor {
    projection.slice.matrix(of: parameters[projection.weight].tensor)
  }
}
