package import Tensors

/// What one pass through the model saw: the values at the sites that were asked for, and, after a backward pass, the
/// gradients of the loss.
package struct Trace: Sendable {
  /// Values at sites; only those that were asked for.
  package var values: [Site: Tensor] = [:]
  /// Gradients of the loss at sites; only those that were asked for.
  package var gradients: [Site: Tensor] = [:]
  /// Gradients of the loss by the parameter's name in the checkpoint; empty unless asked for.
  package var parameterGradients: [String: Tensor] = [:]
  /// Mean loss over the labelled positions or examples; nil without labels.
  package var loss: Double?
  /// How many of them there are: what the mean is over.
  package var labelCount = 0

  /// The same of each position, `[B · T]`: of a language model the loss of what follows it. NaN where nothing is to be
  /// predicted; empty unless asked for.
  package var tokenLosses: [Double] = []
  /// Whether the likeliest token was the right one, at the same positions.
  package var tokenHits: [Bool] = []
  /// Of a classifier the class that each row of logits should name, `[B]` or `[B · T]`; −100 where none is known, empty
  /// without labels.
  package var classes: [Int32] = []

  /// What was asked of each row of the batch.
  package var objectives: [Double] = []
  /// The logits that each of them is made of, `[B, V]`; nil unless asked for.
  package var objectiveLogits: Tensor?
  /// For each edit of the request whether it changed any bit.
  package var didChange: [Bool] = []

  package init() {}

  package subscript(site: Site) -> Tensor? { values[site] }
}
