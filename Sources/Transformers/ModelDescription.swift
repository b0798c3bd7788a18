package import Tensors

/// What a model is made of, as its configuration says: the one block with its parts chosen.
package struct ModelDescription: Hashable, Sendable {
  package enum NormPlacement: Hashable, Sendable { case pre, post }

  /// What sits on top of the stack.
  package enum Head: Hashable, Sendable {
    case none
    /// Predicts the next token.
    case languageModel
    /// Predicts tokens that were masked.
    case maskedLanguageModel
    case sequenceClassification(classes: Int)

    /// In words, for the report.
    package var task: String {
      switch self {
      case .none: "encoder without a head"
      case .languageModel: "causal language model"
      case .maskedLanguageModel: "masked language model"
      case .sequenceClassification(let classes): "sequence classification (\(classes) classes)"
      }
    }
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
  /// Segments that tokens can belong to; 0 where the family has none.
  package var tokenTypes: Int
  package var normPlacement: NormPlacement
  package var normEpsilon: Float
  package var activation: ActivationFunction
  package var isCausal: Bool
  package var head: Head
  /// What scores are multiplied with in each layer: `1/√headWidth` unless the configuration says otherwise.
  package var scoreScales: [Float]
  package var padToken: Int?

  /// The residual stream at point `0 … layers`: before each block, and after the last one (before any final norm).
  package func residual(point: Int) -> Site {
    if point < layers { return .residPre(layer: point) }
    return normPlacement == .pre ? .residPost(layer: layers - 1) : Site(.normalizedResidPost, layer: layers - 1)
  }
}
