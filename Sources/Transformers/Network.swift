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
    package var bias: Int
  }

  package struct Block: Sendable {
    package var attentionNorm: Norm
    package var query: Projection
    package var key: Projection
    package var value: Projection
    package var output: Projection
    package var mlpNorm: Norm
    package var up: Projection
    package var down: Projection
  }

  package enum Head: Sendable {
    case none
    case unembedding(Projection)
    case masked(transform: Projection, norm: Norm, unembedding: Projection)
    case classifier(pooler: Projection, classifier: Projection)
  }

  package var tokenEmbedding: Int
  package var positionEmbedding: Int
  package var typeEmbedding: Int?
  package var embeddingNorm: Norm?
  package var blocks: [Block]
  package var finalNorm: Norm?
  package var head: Head
}
