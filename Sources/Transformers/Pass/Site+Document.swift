import Support

extension Site {
  /// The list of all sites, in Markdown: `docs/sites.md`.
  package static var document: String {
    let rows = Kind.allCases.map { kind in
      let shape = kind.shape.map(\.rawValue).joined(separator: ", ")
      let place = kind.isPerLayer ? "blocks.N." : ""
      let changes = kind.isReadOnly ? phrase("sites.no") : phrase("sites.yes")
      let names = kind.transformerLensNames.map { "`\($0)`" }
      let theirs = names.isEmpty ? "—" : names.joined(separator: ", ")
      return "| `\(place)\(kind.rawValue)` | [\(shape)] | \(changes) | \(theirs) | \(phrase("site.\(kind)")) |"
    }
    return """
      # \(phrase("sites.title"))

      \(phrase("sites.introduction"))

      \(phrase("sites.columns"))
      |---|---|---|---|---|
      \(rows.joined(separator: "\n"))

      """
  }
}

extension Site.Kind {
  /// The hooks of the same value in TransformerLens 2.16, empty where it has none: in HookedTransformer and
  /// HookedEncoder (`blocks.N.`), and in HookedEncoderDecoder (`decoder.N.`) where that calls it otherwise.
  package var transformerLensNames: [String] {
    switch self {
    case .pixels, .keyByHead, .valueByHead, .normalizedResidMid, .crossQueryIn, .crossKeyIn, .crossValueIn,
      .crossKeyByHead, .crossValueByHead, .normalizedResidMidCross, .logits:
      []
    case .embed, .positionEmbed: [rawValue, "embed.\(rawValue)"]
    case .typeEmbed: ["embed.\(rawValue)"]
    case .residPre, .attentionIn, .attentionScale, .queryIn, .keyIn, .valueIn, .query, .key, .value, .rotatedQuery,
      .rotatedKey, .scores, .pattern, .z, .result, .attentionOut, .residMid, .mlpIn, .mlpPre, .mlpPreLinear, .mlpPost,
      .expertWeights, .mlpOut, .residPost, .normalizedResidPost:
      ["blocks.N.\(rawValue)"]
    case .crossIn, .crossQuery, .crossKey, .crossValue, .crossScores, .crossPattern, .crossZ, .crossResult, .crossOut,
      .residMidCross:
      ["decoder.N.\(rawValue)"]
    // A T5 decoder's second norm is that of cross-attention.
    case .crossScale: ["decoder.N.ln2.hook_scale"]
    case .mlpScale: ["blocks.N.ln2.hook_scale", "decoder.N.ln3.hook_scale"]
    case .finalScale, .finalNorm: [Site.Stack.only, .encoder, .decoder].map { Site(self, stack: $0).text }
    }
  }
}
