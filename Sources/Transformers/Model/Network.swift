package import Tensors

/// Where the weights of the one block lie among a model's parameters; numbers are indices into `Model.parameters`.
package struct Network: Sendable {
  /// A matrix with its bias: `[…, in] → […, out]`.
  package struct Projection: Hashable, Sendable {
    package var weight: Int
    package var bias: Int?
    package var slice: WeightSlice

    /// Some of its outputs.
    func outputs(_ range: Range<Int>) -> Projection {
      Projection(weight: weight, bias: bias, slice: slice.outputs(range))
    }
  }

  package struct Norm: Sendable {
    /// Nil for no norm at all.
    package var gain: Int?
    package var bias: Int?

    package static let none = Norm(gain: nil, bias: nil)
  }

  package struct Attention: Sendable {
    package var query: Projection
    package var key: Projection
    package var value: Projection
    package var output: Projection
    /// Norms of each head's queries and keys, before they are turned.
    package var queryNorm: Norm?
    package var keyNorm: Norm?
    /// Of what is written to the stream.
    package var outputNorm: Norm?
    /// The biases of relative positions, `[buckets, H]`; layers may share one table.
    package var relativeBias: Int?
  }

  package struct MLP: Sendable {
    package var up: Projection
    /// What the activation is taken of, where `up` only multiplies it.
    package var gate: Projection?
    package var down: Projection
  }

  package struct Block: Sendable {
    package var attentionNorm: Norm
    package var attention: Attention
    package var crossNorm: Norm?
    package var cross: Attention?
    /// The attention's norm serves both sublayers where nil.
    package var mlpNorm: Norm?
    package var mlp: MLP
    /// What gives tokens to `mlp` and to the other experts; nil where every token goes through `mlp`.
    package var router: Projection?
    package var otherExperts: [MLP] = []
    /// Of what the MLP, or the mixture, writes to the stream.
    package var mlpOutputNorm: Norm?

    package var experts: [MLP] { [mlp] + otherExperts }
  }

  package struct Embedding: Sendable {
    /// The table of tokens; for images the patches' projection is there instead.
    package var tokens: Int?
    package var patches: Projection?
    /// Learned positions before the patches.
    package var leading: [Int] = []
    /// A projection of the tokens alone (OPT), and one of the sum after its norm (ALBERT).
    package var tokenProjection: Projection?
    package var projection: Projection?
    package var positions: Int?
    /// Positions that are not learned, `[positions, C]`.
    package var fixedPositions: Tensor?
    package var types: Int?
    package var norm: Norm?
  }

  package struct Stack: Sendable {
    package var embedding: Embedding
    package var blocks: [Block]
    package var finalNorm: Norm?
    /// What follows the final norm (OPT).
    package var projection: Projection?
  }

  package enum Head: Sendable {
    case none
    case unembedding(Projection)
    case masked(transform: Projection, activation: ActivationFunction, norm: Norm, unembedding: Projection)
    /// Classifies by one position, through a pooler where there is one: the first, or of a causal model the last that is
    /// no padding.
    case classifier(pooler: Projection?, activation: ActivationFunction, classifier: Projection)
    /// Classifies every position.
    case tokenClassifier(Projection)
  }

  package var stack: Stack
  package var encoder: Stack?
  package var head: Head
}

extension Network {
  /// Every matrix that vectors are multiplied with, but the patches' of images.
  var projections: [Projection] {
    func parts(_ attention: Attention) -> [Projection] {
      [attention.query, attention.key, attention.value, attention.output]
    }
    func parts(_ stack: Stack) -> [Projection] {
      let ends = [stack.embedding.tokenProjection, stack.embedding.projection, stack.projection].compactMap { $0 }
      return ends
        + stack.blocks.flatMap { block in
          parts(block.attention) + (block.cross.map(parts) ?? []) + (block.router.map { [$0] } ?? [])
            + block.experts.flatMap { [$0.gate, $0.up, $0.down] }.compactMap { $0 }
        }
    }
    let last: [Projection] =
      switch head {
      case .none: []
      case .unembedding(let unembedding): [unembedding]
      case .masked(let transform, _, _, let unembedding): [transform, unembedding]
      case .classifier(let pooler, _, let classifier): (pooler.map { [$0] } ?? []) + [classifier]
      case .tokenClassifier(let classifier): [classifier]
      }
    return (encoder.map(parts) ?? []) + parts(stack) + last
  }

  /// Their weights in bf16, one matrix at a time.
  func bfloats(of parameters: [Parameter]) -> [Projection: BFloatMatrix] {
    var matrices: [Projection: BFloatMatrix] = [:]
    for projection in projections where matrices[projection] == nil {
      matrices[projection] = projection.slice.bfloats(of: parameters[projection.weight].tensor)
      parameters[projection.weight].giveBack()
    }
    return matrices
  }

  /// The output matrix whose columns are the embeddings that lie in a table, where they are the same.
  func output(tiedTo table: Int) -> Projection? { head.unembedding.flatMap { $0.weight == table ? $0 : nil } }
}
