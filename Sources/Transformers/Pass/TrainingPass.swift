package import Tensors

/// Shares of elements that a pass drops, 0 for none.
package struct DropoutRates: Hashable, Sendable {
  /// Of what enters the first block.
  package var embeddings: Float = 0
  /// Of attention probabilities.
  package var attention: Float = 0
  /// Of what a sublayer adds to the stream.
  package var residual: Float = 0

  package init(embeddings: Float = 0, attention: Float = 0, residual: Float = 0) {
    self.embeddings = embeddings
    self.attention = attention
    self.residual = residual
  }
}

/// What a pass that trains does beside computing: it drops, smooths labels, and leaves the gradients of the parameters in
/// memory that is given.
package struct TrainingPass: Sendable {
  package var dropout: DropoutRates
  /// The share of each target that is spread over all classes.
  package var labelSmoothing: Float
  /// Decides what is dropped.
  package var seed: UInt64
  /// By index of parameter; those that are not learned have none.
  package var gradients: [Tensor?]
  /// Whether earlier passes' gradients lie there, to which these are added.
  package var isAdding: Bool
  /// What the loss is multiplied with before it is differentiated.
  package var weight: Float

  package init(
    gradients: [Tensor?], isAdding: Bool = false, weight: Float = 1, dropout: DropoutRates = DropoutRates(),
    labelSmoothing: Float = 0, seed: UInt64 = 0
  ) {
    self.gradients = gradients
    self.isAdding = isAdding
    self.weight = weight
    self.dropout = dropout
    self.labelSmoothing = labelSmoothing
    self.seed = seed
  }
}
