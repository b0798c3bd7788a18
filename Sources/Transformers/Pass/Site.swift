/// A place in the model where an intermediate value can be seen, changed or differentiated.
///
/// `docs/sites.md` lists them with their shapes (`Kind.shape`).
///
/// The text form is TransformerLens's hook name where it has one (`Kind.transformerLensNames`); in an encoder–decoder
/// every site belongs to one of the two stacks.
package struct Site: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case pixels = "hook_pixels"
    /// Token embeddings, or those of an image's patches.
    case embed = "hook_embed"
    case positionEmbed = "hook_pos_embed"
    case typeEmbed = "hook_token_type_embed"
    case residPre = "hook_resid_pre"
    /// What a sublayer reads of the stream, before its norm (Pre-LN); a change here leaves the stream as it is.
    case attentionIn = "hook_attn_in"
    /// What the attention's norm divides by: `√(variance + ε)`, or the root mean square.
    case attentionScale = "ln1.hook_scale"
    /// The same for each head's queries, keys and values apart, also where heads share keys.
    case queryIn = "hook_q_input"
    case keyIn = "hook_k_input"
    case valueIn = "hook_v_input"
    case query = "attn.hook_q"
    case key = "attn.hook_k"
    case value = "attn.hook_v"
    /// Keys and values copied for each query head, where several share them: a change names a query head.
    case keyByHead = "attn.hook_k_by_head"
    case valueByHead = "attn.hook_v_by_head"
    /// Rotary embeddings only: after norm and rotation.
    case rotatedQuery = "attn.hook_rot_q"
    case rotatedKey = "attn.hook_rot_k"
    case scores = "attn.hook_attn_scores"
    case pattern = "attn.hook_pattern"
    case z = "attn.hook_z"
    /// What each head writes, its bias left out: `z` through the head's rows of the output matrix.
    case result = "attn.hook_result"
    case attentionOut = "hook_attn_out"
    /// The stream after attention was added; before its norm where the norm comes after (Post-LN).
    case residMid = "hook_resid_mid"
    /// Post-LN only: `residMid` after its norm.
    case normalizedResidMid = "hook_normalized_resid_mid"
    /// Decoders that read an encoder: the attention to its output.
    case crossIn = "hook_cross_attn_in"
    case crossScale = "ln_cross.hook_scale"
    case crossQueryIn = "cross_attn.hook_q_input"
    case crossKeyIn = "cross_attn.hook_k_input"
    case crossValueIn = "cross_attn.hook_v_input"
    case crossQuery = "cross_attn.hook_q"
    case crossKey = "cross_attn.hook_k"
    case crossValue = "cross_attn.hook_v"
    case crossKeyByHead = "cross_attn.hook_k_by_head"
    case crossValueByHead = "cross_attn.hook_v_by_head"
    case crossScores = "cross_attn.hook_attn_scores"
    case crossPattern = "cross_attn.hook_pattern"
    case crossZ = "cross_attn.hook_z"
    case crossResult = "cross_attn.hook_result"
    case crossOut = "hook_cross_attn_out"
    case residMidCross = "hook_resid_mid_cross"
    case normalizedResidMidCross = "hook_normalized_resid_mid_cross"
    case mlpIn = "hook_mlp_in"
    case mlpScale = "ln2.hook_scale"
    case mlpPre = "mlp.hook_pre"
    /// Gated MLPs only: what the activation is multiplied with.
    case mlpPreLinear = "mlp.hook_pre_linear"
    case mlpPost = "mlp.hook_post"
    /// Mixtures of experts only: the router's probabilities of all experts, of which the largest are chosen.
    case expertWeights = "mlp.hook_expert_weights"
    case mlpOut = "hook_mlp_out"
    /// The stream after the MLP was added; before its norm where the norm comes after (Post-LN).
    case residPost = "hook_resid_post"
    /// Post-LN only: `residPost` after its norm, the block's output.
    case normalizedResidPost = "hook_normalized_resid_post"
    /// The stack's output: after the final norm, and OPT's last projection.
    case finalScale = "ln_final.hook_scale"
    case finalNorm = "ln_final.hook_normalized"
    case logits = "hook_logits"

    /// Whether every layer has one.
    package var isPerLayer: Bool {
      switch self {
      case .pixels, .embed, .positionEmbed, .typeEmbed, .finalScale, .finalNorm, .logits: false
      default: true
      }
    }

    /// `[B, H, T query, T key]`.
    package var isSquare: Bool { [.scores, .pattern, .crossScores, .crossPattern].contains(self) }

    /// Whether it can only be looked at.
    package var isReadOnly: Bool { [.attentionScale, .crossScale, .mlpScale, .finalScale].contains(self) }

    /// Whether a pass that stops there goes head by head, at some cost.
    package var isByHead: Bool {
      switch self {
      case .queryIn, .keyIn, .valueIn, .keyByHead, .valueByHead, .result, .crossQueryIn, .crossKeyIn, .crossValueIn,
        .crossKeyByHead, .crossValueByHead, .crossResult:
        true
      default: false
      }
    }

    /// Whether a pass that stops there computes in other steps than one that does not, which may round otherwise.
    package var isDetour: Bool {
      isSquare || isByHead || [.logits, .attentionIn, .crossIn, .mlpIn].contains(self)
    }

    /// Whether heads are an axis.
    var hasHeads: Bool {
      switch self {
      case .query, .key, .value, .rotatedQuery, .rotatedKey, .z, .crossQuery, .crossKey, .crossValue, .crossZ: true
      default: isSquare || isByHead
      }
    }
  }

  /// The stack that a site belongs to; logits belong to the model as a whole.
  package enum Stack: String, CaseIterable, Sendable {
    case only = "blocks"
    case encoder, decoder
  }

  package let kind: Kind
  /// The block, for kinds that every layer has; else nil.
  package let layer: Int?
  package let stack: Stack

  package init(_ kind: Kind, layer: Int? = nil, stack: Stack = .only) {
    precondition(kind.isPerLayer == (layer != nil), "\(kind) \(kind.isPerLayer ? "needs a" : "has no") layer")
    self.kind = kind
    self.layer = layer
    self.stack = stack
  }

  /// By the number of the kind: a type with raw values would hash the text, at every look at a value.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(unsafeBitCast(kind, to: UInt8.self))
    hasher.combine(layer ?? -1)
    hasher.combine(unsafeBitCast(stack, to: UInt8.self))
  }

  package static let pixels = Site(.pixels)
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
}

/// Names: `blocks.3.attn.hook_pattern` and `hook_embed`; `encoder.3.attn.hook_pattern` and `encoder.hook_embed`;
/// `encoder_final_ln.hook_normalized`, as TransformerLens calls it.
extension Site {
  package var text: String {
    if let layer { return "\(stack.rawValue).\(layer).\(kind.rawValue)" }
    guard stack != .only else { return kind.rawValue }
    switch kind {
    case .finalNorm: return "\(stack.rawValue)_final_ln.hook_normalized"
    case .finalScale: return "\(stack.rawValue)_final_ln.hook_scale"
    default: return "\(stack.rawValue).\(kind.rawValue)"
    }
  }

  /// The site of a text form, nil where it is none.
  package init?(text: String) {
    let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    if let stack = Stack(rawValue: String(parts[0])), parts.count == 3, let layer = Int(parts[1]), layer >= 0,
      let kind = Kind(rawValue: String(parts[2])), kind.isPerLayer
    {
      self.init(kind, layer: layer, stack: stack)
      return
    }
    // The few names without a layer are looked up as they are written.
    for stack in Stack.allCases {
      for kind in Kind.allCases where !kind.isPerLayer {
        let site = Site(kind, stack: stack)
        if site.text == text {
          self = site
          return
        }
      }
    }
    return nil
  }
}
