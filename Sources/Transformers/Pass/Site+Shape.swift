extension Site.Kind {
  /// What lies along an axis of a value.
  package enum Axis: String, Sendable {
    case batch = "B"
    /// Positions; of a square, queries then keys.
    case positions = "T"
    case keys = "S"
    case heads = "H"
    /// Heads of keys and values, which several query heads may share.
    case keyValueHeads = "H′"
    case headWidth = "D"
    case width = "C"
    case feedForward = "F"
    case vocabulary = "V"
    case experts = "E"
    case one = "1"
    case channels
    case side
  }

  /// The axes of a value. A classifier's logits are `[B, classes]`, a token classifier's `[B, T, classes]`; keys and
  /// values have H in place of H′ where what each head reads is asked for too.
  package var shape: [Axis] {
    switch self {
    case .pixels: [.batch, .channels, .side, .side]
    case .embed, .positionEmbed, .typeEmbed, .residPre, .attentionIn, .attentionOut, .residMid, .normalizedResidMid,
      .crossIn, .crossOut, .residMidCross, .normalizedResidMidCross, .mlpIn, .mlpOut, .residPost, .normalizedResidPost,
      .finalNorm:
      [.batch, .positions, .width]
    case .attentionScale, .crossScale, .mlpScale, .finalScale: [.batch, .positions, .one]
    case .queryIn, .result, .crossQueryIn, .crossResult, .keyIn, .valueIn: [.batch, .positions, .heads, .width]
    case .crossKeyIn, .crossValueIn: [.batch, .keys, .heads, .width]
    case .query, .rotatedQuery, .z, .keyByHead, .valueByHead, .crossQuery, .crossZ:
      [.batch, .positions, .heads, .headWidth]
    case .key, .value, .rotatedKey: [.batch, .positions, .keyValueHeads, .headWidth]
    case .crossKey, .crossValue: [.batch, .keys, .keyValueHeads, .headWidth]
    case .crossKeyByHead, .crossValueByHead: [.batch, .keys, .heads, .headWidth]
    case .scores, .pattern: [.batch, .heads, .positions, .positions]
    case .crossScores, .crossPattern: [.batch, .heads, .positions, .keys]
    case .mlpPre, .mlpPreLinear, .mlpPost: [.batch, .positions, .feedForward]
    case .expertWeights: [.batch, .positions, .experts]
    case .logits: [.batch, .positions, .vocabulary]
    }
  }
}
