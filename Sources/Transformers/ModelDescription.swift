/// What a model is made of, as its configuration says: the one block with its parts chosen.
package struct ModelDescription: Hashable, Sendable {
  package enum NormPlacement: Hashable, Sendable { case pre, post }
  package enum Activation: String, Hashable, Sendable { case gelu, geluTanh, relu, silu, tanh }

  /// What sits on top of the stack.
  package enum Head: Hashable, Sendable {
    case none
    /// Predicts the next token.
    case languageModel
    /// Predicts tokens that were masked.
    case maskedLanguageModel
    case sequenceClassification(labels: [String])
  }

  /// The configuration's `model_type`.
  package var family: String
  package var layers: Int
  package var heads: Int
  package var width: Int
  package var headWidth: Int
  package var feedForwardWidth: Int
  package var vocabulary: Int
  package var maximumPositions: Int
  package var tokenTypes: Int
  package var normPlacement: NormPlacement
  package var normEpsilon: Float
  package var activation: Activation
  package var isCausal: Bool
  package var head: Head
  /// Scores are divided by `√headWidth` unless the configuration says otherwise.
  package var scoreScale: Float
  package var padToken: Int?

  /// The residual stream at point `0 … layers`: before each block, and after the last one (before any final norm).
  package func residual(point: Int) -> Site {
    if point < layers { return .residPre(layer: point) }
    return normPlacement == .pre ? .residPost(layer: layers - 1) : Site(.normalizedResidPost, layer: layers - 1)
  }
}
