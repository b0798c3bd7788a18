import Support
import Tensors

extension ForwardPass {
  /// What enters a stack's first block, `[B, T, C]`: tokens (or patches), segments and positions.
  mutating func embeddings(_ stage: Stage) throws -> Variable {
    let embedding = stage.network.embedding
    var x = try tokens(stage)
    if let types = embedding.types, stage.d.role != .decoder {
      let ids = stage.typeIDs ?? Array(repeating: 0, count: stage.ids.count)
      let segments = tape.embed(ids, table: parameters[types], shape: [stage.batch, stage.length])
      x = tape.add(x, try at(stage.d.site(.typeEmbed), segments))
    }
    let table =
      embedding.positions.map { index in
        // ViT's lies in the file as `[1, positions, C]`.
        parameters[index].shape.count == 2
          ? parameters[index] : tape.reshape(parameters[index], Array(parameters[index].shape.suffix(2)))
      } ?? embedding.fixedPositions.map { Variable($0) }
    if let table {
      let positions = tape.embed(stage.positionIDs, table: table, shape: [stage.batch, stage.length])
      x = tape.add(x, try at(stage.d.site(.positionEmbed), positions))
    }
    if let embeddingNorm = embedding.norm { x = norm(x, embeddingNorm, stage.d) }
    if let projection = embedding.projection { x = project(x, projection) }
    return drop(x, \.embeddings)
  }

  private mutating func tokens(_ stage: Stage) throws -> Variable {
    let embedding = stage.network.embedding, site = stage.d.site(.embed), scale = stage.d.embeddingScale
    if let patches = embedding.patches, let pixels = stage.pixels, let image = d.image {
      return try images(pixels, image, patches, embedding.leading, site)
    }
    guard let table = embedding.tokens else { throw InputError(at: "input", phrase("error.hasNeitherTokens")) }
    var x = embed(stage.ids, table, shape: [stage.batch, stage.length])
    if scale != 1 && stage.d.embeddingIsScaled { x = tape.scale(x, by: scale) }
    x = try at(site, x)
    if scale != 1 && !stage.d.embeddingIsScaled { x = tape.scale(x, by: scale) }
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
