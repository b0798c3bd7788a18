extension Network.Block {
  /// The parameters that it reads, by index.
  var parameters: [Int] {
    func parts(_ norm: Network.Norm?) -> [Int?] { [norm?.gain, norm?.bias] }
    func parts(_ projection: Network.Projection?) -> [Int?] { [projection?.weight, projection?.bias] }
    func parts(_ attention: Network.Attention?) -> [Int?] {
      guard let attention else { return [] }
      return [attention.query, attention.key, attention.value, attention.output].flatMap { parts($0) }
        + [attention.queryNorm, attention.keyNorm, attention.outputNorm].flatMap { parts($0) }
        + [attention.relativeBias]
    }
    let norms = [attentionNorm, crossNorm, mlpNorm, mlpOutputNorm].flatMap { parts($0) }
    let mixture = parts(router) + experts.flatMap { parts($0.gate) + parts($0.up) + parts($0.down) }
    return (norms + parts(attention) + parts(cross) + mixture).compactMap(\.self)
  }
}

extension Model {
  /// By parameter, the stack by index and the block that it belongs to, of several that share it the first; nil outside
  /// the blocks.
  package var blockOfParameter: [(stack: Int, layer: Int)?] {
    var owners = [(stack: Int, layer: Int)?](repeating: nil, count: parameters.count)
    for (stack, network) in [network.encoder, network.stack].compactMap(\.self).enumerated() {
      for (layer, block) in network.blocks.enumerated() {
        for index in block.parameters where owners[index] == nil { owners[index] = (stack, layer) }
      }
    }
    return owners
  }
}

extension Network.Embedding {
  /// The indices of its parameters.
  package var parameters: [Int] {
    let projections = [patches, tokenProjection, projection].compactMap(\.self)
    return [tokens, positions, types, norm?.gain, norm?.bias].compactMap(\.self) + leading
      + projections.flatMap { [$0.weight, $0.bias].compactMap(\.self) }
  }
}

extension Network.Head {
  /// The indices of its parameters, a matrix that it shares with the embeddings among them.
  package var parameters: [Int] {
    func all(_ projections: [Network.Projection?], _ norm: Network.Norm? = nil) -> [Int] {
      projections.compactMap(\.self).flatMap { [$0.weight, $0.bias].compactMap(\.self) }
        + [norm?.gain, norm?.bias].compactMap(\.self)
    }
    return switch self {
    case .none: []
    case .unembedding(let unembedding): all([unembedding])
    case .masked(let transform, _, let norm, let unembedding): all([transform, unembedding], norm)
    case .classifier(let pooler, _, let classifier): all([pooler, classifier])
    case .tokenClassifier(let classifier): all([classifier])
    }
  }
}
