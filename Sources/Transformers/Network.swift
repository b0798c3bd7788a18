package import Tensors

/// Where the weights of the one block lie among a model's parameters; numbers are indices into `Model.parameters`.
package struct Network: Sendable {
  /// A matrix with its bias: `[…, in] → […, out]`.
  package struct Projection: Sendable {
    package var weight: Int
    package var bias: Int?
    package var slice: WeightSlice
  }

  package struct Norm: Sendable {
    package var gain: Int
    package var bias: Int?
  }

  package struct Attention: Sendable {
    package var query: Projection
    package var key: Projection
    package var value: Projection
    package var output: Projection
    /// Norms of each head's queries and keys, before they are turned.
    package var queryNorm: Norm?
    package var keyNorm: Norm?
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
    /// The biases of relative positions, one table for all layers.
    package var relativeBias: Int?
    package var finalNorm: Norm?
    /// What follows the final norm (OPT).
    package var projection: Projection?
  }

  package enum Head: Sendable {
    case none
    case unembedding(Projection)
    case masked(transform: Projection, activation: ActivationFunction, norm: Norm, unembedding: Projection)
    /// Classifies by the first position, through a pooler where there is one.
    case classifier(pooler: Projection?, activation: ActivationFunction, classifier: Projection)
  }

  package var stack: Stack
  package var encoder: Stack?
  package var head: Head
}
