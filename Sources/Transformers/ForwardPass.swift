import Tensors

/// One pass through the network: the block, once, for every family.
///
/// Letters: B batch, T positions, C width, H heads, D head width, F feed-forward width, V vocabulary.
struct ForwardPass {
  let d: ModelDescription
  let network: Network
  let parameters: [Variable]
  let tape: Tape
  let input: ModelInput
  let request: TraceRequest
  var trace = Trace()
  var watched: [Site: Variable] = [:]

  init(_ model: Model, _ input: ModelInput, _ request: TraceRequest) {
    d = model.description
    network = model.network
    parameters = model.parameters.map { Variable($0.tensor, needsGradient: request.parameterGradients) }
    tape = Tape(isRecording: request.wantsGradients)
    self.input = input
    self.request = request
  }

  /// Where a value passes a site: edits change it, and it is kept if asked for.
  private mutating func at(_ site: Site, _ value: Variable) throws -> Variable {
    var value = value
    for edit in request.edits where edit.site == site {
      let region = try edit.region(of: value.shape)
      switch edit.operation {
      case .zero: value = tape.edit(value, region: region, factor: 0, replacement: nil)
      case .scale(let factor): value = tape.edit(value, region: region, factor: factor, replacement: nil)
      case .replace(let tensor): value = tape.edit(value, region: region, factor: 0, replacement: tensor)
      }
    }
    if request.gradients.contains(site) {
      // Where nothing upstream is differentiated, the gradient starts here.
      if !value.needsGradient { value = Variable(value.value, needsGradient: true) }
      watched[site] = value
    }
    if request.sites.contains(site) { trace.values[site] = value.value }
    return value
  }

  private func project(_ x: Variable, _ p: Network.Projection) -> Variable {
    tape.linear(x, weight: parameters[p.weight], bias: p.bias.map { parameters[$0] }, slice: p.slice)
  }

  private func norm(_ x: Variable, _ n: Network.Norm) -> Variable {
    tape.layerNorm(x, gain: parameters[n.gain], bias: parameters[n.bias], epsilon: d.normEpsilon)
  }

  /// Everything up to the loss; nil where there are no labels.
  mutating func run() throws -> Variable? {
    var x = try embeddings()  // [B, T, C]
    for layer in 0..<d.layers { x = try block(layer, x) }
    if let finalNorm = network.finalNorm { x = try at(.finalNorm, norm(x, finalNorm)) }
    return try head(x)
  }

  private mutating func embeddings() throws -> Variable {
    let shape = [input.batch, input.length]
    let tokens = tape.embed(input.ids, table: parameters[network.tokenEmbedding], shape: shape)
    var x = try at(.embed, tokens)
    if let types = network.typeEmbedding {
      let ids = input.typeIDs ?? Array(repeating: 0, count: input.ids.count)
      x = tape.add(x, try at(.typeEmbed, tape.embed(ids, table: parameters[types], shape: shape)))
    }
    let positions = (0..<input.ids.count).map { Int32($0 % input.length) }
    x = tape.add(
      x, try at(.positionEmbed, tape.embed(positions, table: parameters[network.positionEmbedding], shape: shape)))
    if let embeddingNorm = network.embeddingNorm { x = norm(x, embeddingNorm) }
    return x
  }

  private mutating func block(_ layer: Int, _ input: Variable) throws -> Variable {
    let b = network.blocks[layer], isPre = d.normPlacement == .pre
    let residPre = try at(.residPre(layer: layer), input)
    let attentionOut = try attention(layer, b, isPre ? norm(residPre, b.attentionNorm) : residPre)
    var residMid = try at(.residMid(layer: layer), tape.add(residPre, attentionOut))
    if !isPre { residMid = try at(Site(.normalizedResidMid, layer: layer), norm(residMid, b.attentionNorm)) }
    let mlpOut = try mlp(layer, b, isPre ? norm(residMid, b.mlpNorm) : residMid)
    var residPost = try at(.residPost(layer: layer), tape.add(residMid, mlpOut))
    if !isPre { residPost = try at(Site(.normalizedResidPost, layer: layer), norm(residPost, b.mlpNorm)) }
    return residPost
  }

  private mutating func attention(_ layer: Int, _ b: Network.Block, _ x: Variable) throws -> Variable {
    let visibility = Visibility(isCausal: d.isCausal, keys: input.mask)
    let query = try at(.query(layer: layer), heads(project(x, b.query)))  // [B, T, H, D]
    let key = try at(.key(layer: layer), heads(project(x, b.key)))
    let value = try at(.value(layer: layer), heads(project(x, b.value)))
    let readsScores = request.touches(.scores(layer: layer))
    let scores = try at(
      .scores(layer: layer),
      tape.attentionScores(
        query: query, key: key, scale: d.scoreScales[layer], visibility: visibility, onlyVisible: !readsScores))
    let pattern = try at(
      .pattern(layer: layer), tape.attentionPattern(scores: scores, visibility: visibility, inPlace: !readsScores))
    let z = try at(.z(layer: layer), tape.attentionMix(pattern: pattern, value: value, visibility: visibility))
    return try at(
      .attentionOut(layer: layer), project(tape.reshape(z, [input.batch, input.length, d.width]), b.output))
  }

  private func heads(_ x: Variable) -> Variable {
    tape.reshape(x, [input.batch, input.length, d.heads, d.headWidth])
  }

  private mutating func mlp(_ layer: Int, _ b: Network.Block, _ x: Variable) throws -> Variable {
    let pre = try at(.mlpPre(layer: layer), project(x, b.up))  // [B, T, F]
    let post = try at(.mlpPost(layer: layer), tape.activate(pre, d.activation))
    return try at(.mlpOut(layer: layer), project(post, b.down))
  }

  private mutating func head(_ x: Variable) throws -> Variable? {
    var targets = input.targets(for: d)
    var x = x
    if case .none = network.head { return nil }
    if case .classifier = network.head {
    } else if !request.touches(.logits) {
      // Only what has a label is unembedded.
      guard let all = targets else { return nil }
      let rows = all.indices.filter { all[$0] >= 0 }
      x = tape.gather(x, rows: rows, shape: [rows.count, d.width])
      targets = rows.map { all[$0] }
    }
    let logits: Variable
    switch network.head {
    case .none: return nil
    case .unembedding(let unembedding): logits = project(x, unembedding)  // [B, T, V]
    case .masked(let transform, let transformNorm, let unembedding):
      logits = project(norm(tape.activate(project(x, transform), d.activation), transformNorm), unembedding)
    case .classifier(let pooler, let classifier):
      let first = tape.select(x, position: 0)  // [B, C]
      logits = project(tape.activate(project(first, pooler), .tanh), classifier)
    }
    let seen = try at(.logits, logits)
    guard let targets else { return nil }
    let (loss, exact) = tape.crossEntropy(seen, targets: targets, reusingLogits: !request.touches(.logits))
    trace.loss = exact
    return loss
  }
}
