/// A place in the model where an intermediate value can be seen, changed or differentiated.
///
/// Shapes, with batch B, positions T, heads H, head width D, model width C, feed-forward width F, vocabulary V:
///
/// | site | shape |
/// |---|---|
/// | `embed`, `positionEmbed`, `typeEmbed`, residual stream, `attentionOut`, `mlpOut`, `finalNorm` | `[B, T, C]` |
/// | `query`, `key`, `value`, `z` | `[B, T, H, D]` |
/// | `scores`, `pattern` | `[B, H, T query, T key]` |
/// | `mlpPre`, `mlpPost` | `[B, T, F]` |
/// | `logits` | `[B, T, V]`, or `[B, classes]` for a classifier |
///
/// The text form is TransformerLens's hook name.
package struct Site: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case embed = "hook_embed"
    case positionEmbed = "hook_pos_embed"
    case typeEmbed = "hook_token_type_embed"
    case residPre = "hook_resid_pre"
    case query = "attn.hook_q"
    case key = "attn.hook_k"
    case value = "attn.hook_v"
    case scores = "attn.hook_attn_scores"
    case pattern = "attn.hook_pattern"
    case z = "attn.hook_z"
    case attentionOut = "hook_attn_out"
    /// The stream after attention was added; before its norm where the norm comes after (Post-LN).
    case residMid = "hook_resid_mid"
    /// Post-LN only: `residMid` after its norm.
    case normalizedResidMid = "hook_normalized_resid_mid"
    case mlpPre = "mlp.hook_pre"
    case mlpPost = "mlp.hook_post"
    case mlpOut = "hook_mlp_out"
    /// The stream after the MLP was added; before its norm where the norm comes after (Post-LN).
    case residPost = "hook_resid_post"
    /// Post-LN only: `residPost` after its norm, the block's output.
    case normalizedResidPost = "hook_normalized_resid_post"
    case finalNorm = "ln_final.hook_normalized"
    case logits = "hook_logits"

    /// Whether every layer has one.
    package var isPerLayer: Bool {
      switch self {
      case .embed, .positionEmbed, .typeEmbed, .finalNorm, .logits: false
      default: true
      }
    }
  }

  package let kind: Kind
  /// The block, for kinds that every layer has; else nil.
  package let layer: Int?

  package init(_ kind: Kind, layer: Int? = nil) {
    precondition(kind.isPerLayer == (layer != nil), "\(kind) \(kind.isPerLayer ? "needs a" : "has no") layer")
    self.kind = kind
    self.layer = layer
  }

  package static let embed = Site(.embed)
  package static let positionEmbed = Site(.positionEmbed)
  package static let typeEmbed = Site(.typeEmbed)
  package static let finalNorm = Site(.finalNorm)
  package static let logits = Site(.logits)
  package static func residPre(layer: Int) -> Site { Site(.residPre, layer: layer) }
  package static func query(layer: Int) -> Site { Site(.query, layer: layer) }
  package static func key(layer: Int) -> Site { Site(.key, layer: layer) }
  package static func value(layer: Int) -> Site { Site(.value, layer: layer) }
  package static func scores(layer: Int) -> Site { Site(.scores, layer: layer) }
  package static func pattern(layer: Int) -> Site { Site(.pattern, layer: layer) }
  package static func z(layer: Int) -> Site { Site(.z, layer: layer) }
  package static func attentionOut(layer: Int) -> Site { Site(.attentionOut, layer: layer) }
  package static func residMid(layer: Int) -> Site { Site(.residMid, layer: layer) }
  package static func mlpPre(layer: Int) -> Site { Site(.mlpPre, layer: layer) }
  package static func mlpPost(layer: Int) -> Site { Site(.mlpPost, layer: layer) }
  package static func mlpOut(layer: Int) -> Site { Site(.mlpOut, layer: layer) }
  package static func residPost(layer: Int) -> Site { Site(.residPost, layer: layer) }

  /// `blocks.3.attn.hook_pattern`.
  package var text: String {
    guard let layer else { return kind.rawValue }
    return "blocks.\(layer).\(kind.rawValue)"
  }

  /// The site of a text form, nil where it is none.
  package init?(text: String) {
    if text.hasPrefix("blocks.") {
      let rest = text.dropFirst(7)
      guard let dot = rest.firstIndex(of: "."), let layer = Int(rest[..<dot]), layer >= 0,
        let kind = Kind(rawValue: String(rest[rest.index(after: dot)...])), kind.isPerLayer
      else { return nil }
      self.init(kind, layer: layer)
    } else {
      guard let kind = Kind(rawValue: text), !kind.isPerLayer else { return nil }
      self.init(kind)
    }
  }
}
