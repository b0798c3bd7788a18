import Support
import Tensors

extension ForwardPass {
  /// What enters a stack's first block, `[B, T, C]`: tokens (or patches), segments and positions.
  mutating func embeddings(_ stack: StackPass) throws -> Variable {
    let embedding = stack.network.embedding
    var x = try tokens(stack)
    if let types = embedding.types, stack.d.role != .decoder {
      let ids = stack.typeIDs ?? Array(repeating: 0, count: stack.ids.count)
      let segments = tape.embed(ids, table: parameters[types], shape: [stack.batch, stack.length])
      x = tape.add(x, try at(stack.d.site(.typeEmbed), segments))
    }
    let table =
      embedding.positions.map { index in
        // ViT's lies in the file as `[1, positions, C]`.
        parameters[index].shape.count == 2
          ? parameters[index] : tape.reshape(parameters[index], Array(parameters[index].shape.suffix(2)))
      } ?? embedding.fixedPositions.map { Variable($0) }
    if let table {
      let positions = tape.embed(stack.positionIDs, table: table, shape: [stack.batch, stack.length])
      x = tape.add(x, try at(stack.d.site(.positionEmbed), positions))
    }
    if let embeddingNorm = embedding.norm { x = norm(x, embeddingNorm, stack.d) }
    if let projection = embedding.projection { x = project(x, projection) }
    return drop(x, \.embeddings)
  }

  private mutating func tokens(_ stack: StackPass) throws -> Variable {
    let embedding = stack.network.embedding, site = stack.d.site(.embed), scale = stack.d.embeddingScale
    if let patches = embedding.patches, let pixels = stack.pixels, let image = d.image {
      return try images(pixels, image, patches, embedding.leading, site)
    }
    guard let table = embedding.tokens else { throw InputError(at: "input", phrase("error.hasNeitherTokens")) }
    var x = embed(stack.ids, table, shape: [stack.batch, stack.length])
    if scale != 1 && stack.d.embeddingIsScaled { x = tape.scale(x, by: scale) }
    x = try at(site, x)
    if scale != 1 && !stack.d.embeddingIsScaled { x = tape.scale(x, by: scale) }
    return embedding.tokenProjection.map { project(x, $0) } ?? x
  }

  /// `[B, channels, side, side]` to `[B, leading + patches, C]`.
  private mutating func images(
    _ pixels: Tensor, _ image: ImageShape, _ projection: Network.Projection, _ leading: [Int], _ site: Site
  ) throws -> Variable {
    let squares = tape.patches(try at(.pixels, Variable(pixels)), size: image.patch)
    // A convolution whose stride is its size multiplies each patch with a matrix `[C, channels · patch²]`.
    let kernel = parameters[projection.weight]
    let weight = tape.reshape(kernel, [kernel.shape[0], squares.shape[2]])
    var x = try at(
      site,
      tape.linear(squares, weight: weight, bias: projection.bias.map { parameters[$0] }, slice: projection.slice))
    for token in leading.reversed() { x = tape.prepend(parameters[token], to: x) }
    return x
  }
}
