package import Tensors

/// One stack of blocks: the parts that every block of it has.
package struct StackDescription: Hashable, Sendable {
  package enum Norm: Hashable, Sendable {
    /// Mean and variance (Ba 2016).
    case layer
    /// Root mean square alone (Zhang & Sennrich 2019); Gemma's stored gains lack the 1 that `shift` adds.
    case rms(shift: Float)
    case none
  }

  /// Where the norms stand: before a sublayer, after its sum, or before both sublayers that then run side by side.
  package enum NormPlacement: Hashable, Sendable { case pre, post, parallel }

  package enum Positions: Hashable, Sendable {
    /// Rows of a table, from `offset` on.
    case learned(offset: Int, counting: Counting)
    case sinusoidal
    case rotary(Rotary)
    /// A bias on the scores by distance.
    case relative(RelativeBuckets)
    /// A penalty on the scores that grows with the distance, in each head at its own slope (Press 2022).
    case linearBias
    case none
  }

  /// What makes weights of queries and keys.
  package enum Similarity: Hashable, Sendable {
    /// `exp(scale · q·k)`.
    case softmax
    /// `φ(q)·φ(k)`, `φ(x) = elu(x) + 1` (Katharopoulos 2020).
    case linear
  }

  /// What the sum of a sublayer takes of the stream and of what the sublayer writes.
  package struct ResidualWeights: Hashable, Sendable {
    package var stream: Float
    package var branch: Float

    package init(stream: Float = 1, branch: Float = 1) {
      self.stream = stream
      self.branch = branch
    }
  }

  /// Which tokens advance the count of learned positions; the others get the row before the first.
  package enum Counting: Hashable, Sendable {
    case all
    case unmasked
    case allBut(token: Int)
  }

  package var role = Site.Stack.only
  package var layers: Int
  package var heads: Int
  /// Heads of keys and values; as many as `heads`, or fewer that groups of heads share.
  package var keyValueHeads: Int
  package var width: Int
  package var headWidth: Int
  package var feedForwardWidth: Int
  package var maximumPositions: Int
  package var norm: Norm = .layer
  package var normPlacement: NormPlacement
  package var normEpsilon: Float
  /// Whether a block's MLP comes before its attention.
  package var mlpIsFirst = false
  package var activation: ActivationFunction
  /// Whether the MLP multiplies its activation with a second projection.
  package var isGated = false
  package var isCausal: Bool
  package var positions: Positions
  /// What token embeddings are multiplied with.
  package var embeddingScale: Float = 1
  /// Whether the family's embedding module does that itself, so that `embed` shows the product.
  package var embeddingIsScaled = true
  /// What scores are multiplied with in each layer: `1/√headWidth` unless the configuration says otherwise.
  package var scoreScales: [Float]
  /// In each layer, how many keys a query sees at most; all where nil.
  package var windows: [Int?]
  /// The rotary embedding of layers with a window, where they have another than `positions` says.
  package var windowedRotary: Rotary?
  /// In each layer with a window, of the keys before it every how many-th is seen too (Child 2019); none where nil.
  package var stride: Int?
  package var similarity = Similarity.softmax
  package var residualWeights = ResidualWeights()
  /// MLPs of a block, of which a router gives each token to `expertsPerToken` (Shazeer 2017); 1 where there is no router.
  package var experts = 1
  package var expertsPerToken = 1
  /// What the training's loss gets of the routers' imbalance.
  package var balanceWeight: Float = 0
  /// Whether something (a final norm, a projection) follows the last block.
  package var hasOutput: Bool
  /// Whether that begins with a norm.
  package var hasFinalNorm = true
  /// Whether that belongs to the last hidden state, as Hugging Face counts them.
  package var hiddenStatesIncludeOutput = true

  package init(
    layers: Int, heads: Int, keyValueHeads: Int? = nil, width: Int, headWidth: Int, feedForwardWidth: Int,
    maximumPositions: Int, normPlacement: NormPlacement, normEpsilon: Float, activation: ActivationFunction,
    isCausal: Bool, positions: Positions, hasOutput: Bool
  ) {
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads ?? heads
    self.width = width
    self.headWidth = headWidth
    self.feedForwardWidth = feedForwardWidth
    self.maximumPositions = maximumPositions
    self.normPlacement = normPlacement
    self.normEpsilon = normEpsilon
    self.activation = activation
    self.isCausal = isCausal
    self.positions = positions
    scoreScales = Array(repeating: 1 / Float(max(1, headWidth)).squareRoot(), count: layers)
    windows = Array(repeating: nil, count: layers)
    self.hasOutput = hasOutput
  }

  /// The width of all heads together.
  package var attentionWidth: Int { heads * headWidth }
  package var keyValueWidth: Int { keyValueHeads * headWidth }

  /// Rows of a table of learned positions.
  var positionRows: Int {
    guard case .learned(let offset, _) = positions else { return 0 }
    return maximumPositions + offset
  }

  package func site(_ kind: Site.Kind, layer: Int? = nil) -> Site { Site(kind, layer: layer, stack: role) }

  /// The residual stream at point `0 … layers`: before each block, and after the last one (before any final norm).
  package func residual(point: Int) -> Site {
    if point < layers { return site(.residPre, layer: point) }
    return site(normPlacement == .post ? .normalizedResidPost : .residPost, layer: layers - 1)
  }

  /// The hidden states as Hugging Face counts them: the last is after the final norm in most families.
  package func hiddenState(_ point: Int) -> Site {
    point == layers && hasOutput && hiddenStatesIncludeOutput ? site(.finalNorm) : residual(point: point)
  }

  /// Every site of the stack, in the order in which a pass comes to them.
  func sites(tokenTypes: Int) -> [Site] {
    let hasNorm = norm != .none, sharesKeys = keyValueHeads < heads
    var before: [Site.Kind] = [.embed]
    if tokenTypes > 0 && role != .decoder { before.append(.typeEmbed) }
    let isRotary = if case .rotary = positions { true } else { false }
    switch positions {
    case .learned, .sinusoidal: before.append(.positionEmbed)
    case .rotary, .relative, .linearBias, .none: break
    }
    // What a sublayer reads and, in a parallel block, both before anything is computed.
    func read(_ input: Site.Kind, _ scale: Site.Kind) -> [Site.Kind] {
      [input] + (hasNorm && normPlacement != .post ? [scale] : [])
    }
    func sum(_ sum: Site.Kind, _ scale: Site.Kind, _ normalized: Site.Kind) -> [Site.Kind] {
      [sum] + (normPlacement == .post ? (hasNorm ? [scale] : []) + [normalized] : [])
    }
    let attention: [Site.Kind] =
      [.queryIn, .query] + (isRotary ? [.rotatedQuery] : []) + [.keyIn, .key, .valueIn, .value]
      + (sharesKeys ? [.keyByHead, .valueByHead] : []) + (isRotary ? [.rotatedKey] : [])
      + [.scores, .pattern, .z, .result, .attentionOut]
    let cross: [Site.Kind] =
      [.crossQueryIn, .crossQuery, .crossKeyIn, .crossKey, .crossValueIn, .crossValue]
      + (sharesKeys ? [.crossKeyByHead, .crossValueByHead] : [])
      + [.crossScores, .crossPattern, .crossZ, .crossResult, .crossOut]
    let mlp: [Site.Kind] =
      (experts > 1 ? [.expertWeights] : (isGated ? [.mlpPre, .mlpPreLinear] : [.mlpPre]) + [.mlpPost]) + [.mlpOut]
    let (readAttention, readMLP) = (read(.attentionIn, .attentionScale), read(.mlpIn, .mlpScale))
    var kinds: [Site.Kind] = [.residPre]
    if normPlacement == .parallel {
      kinds += readAttention + readMLP + attention + mlp + [.residPost]
    } else if mlpIsFirst {
      kinds += readMLP + mlp + sum(.residMid, .mlpScale, .normalizedResidMid)
      kinds += readAttention + attention + sum(.residPost, .attentionScale, .normalizedResidPost)
    } else {
      kinds += readAttention + attention + sum(.residMid, .attentionScale, .normalizedResidMid)
      if role == .decoder {
        kinds += read(.crossIn, .crossScale) + cross + sum(.residMidCross, .crossScale, .normalizedResidMidCross)
      }
      kinds += readMLP + mlp + sum(.residPost, .mlpScale, .normalizedResidPost)
    }
    let after: [Site.Kind] = hasOutput ? (hasFinalNorm ? [.finalScale, .finalNorm] : [.finalNorm]) : []
    return before.map { site($0) } + (0..<layers).flatMap { layer in kinds.map { site($0, layer: layer) } }
      + after.map { site($0) }
  }
}
