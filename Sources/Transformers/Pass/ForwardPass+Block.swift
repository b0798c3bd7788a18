import Tensors

extension ForwardPass {
  /// One block: attention, in a decoder attention to the encoder, and the MLP, each added to the stream.
  mutating func block(_ stack: StackPass, _ layer: Int, _ input: Variable) throws -> Variable {
    let b = stack.network.blocks[layer], d = stack.d
    var x = try at(d.site(.residPre, layer: layer), input)
    if d.normPlacement == .parallel { return try parallelBlock(stack, layer, b, x) }
    let mask = stack.visibility(layer)
    x = try sublayer(stack, layer, x, b.attentionNorm, .residMid, .normalizedResidMid) { pass, x in
      try pass.attention(stack, layer, b.attention, .own, x, keys: x, mask)
    }
    if let cross = b.cross, let crossNorm = b.crossNorm, let memory = stack.memory {
      let mask = Visibility(isCausal: false, keys: memory.mask)
      x = try sublayer(stack, layer, x, crossNorm, .residMidCross, .normalizedResidMidCross) { pass, x in
        try pass.attention(stack, layer, cross, .cross, x, keys: memory.states, mask)
      }
    }
    return try sublayer(stack, layer, x, b.mlpNorm ?? b.attentionNorm, .residPost, .normalizedResidPost) { pass, x in
      try pass.mlp(stack, layer, b, x)
    }
  }

  /// `x + f(norm(x))`, or `norm(x + f(x))` where norms come after.
  private mutating func sublayer(
    _ stack: StackPass, _ layer: Int, _ x: Variable, _ n: Network.Norm, _ sum: Site.Kind, _ normalized: Site.Kind,
    _ f: (inout ForwardPass, Variable) throws -> Variable
  ) throws -> Variable {
    let isPre = stack.d.normPlacement == .pre
    let added = drop(try f(&self, isPre ? norm(x, n, stack.d) : x), \.residual)
    let y = try at(stack.d.site(sum, layer: layer), self.sum(x, [added], stack.d.residualWeights))
    return isPre ? y : try at(stack.d.site(normalized, layer: layer), norm(y, n, stack.d))
  }

  /// The stream with what was written to it, each as it weighs.
  private func sum(_ x: Variable, _ writes: [Variable], _ weights: StackDescription.ResidualWeights) -> Variable {
    func weighed(_ x: Variable, _ weight: Float) -> Variable { weight == 1 ? x : tape.scale(x, by: weight) }
    let branches = writes.map { weighed($0, weights.branch) }
    // Without a stream nothing flows back through it.
    if weights.stream == 0, let first = branches.first { return branches.dropFirst().reduce(first, tape.add) }
    return branches.reduce(weighed(x, weights.stream), tape.add)
  }

  /// Attention and MLP both read the block's input.
  private mutating func parallelBlock(_ stack: StackPass, _ layer: Int, _ b: Network.Block, _ x: Variable) throws
    -> Variable
  {
    let mask = stack.visibility(layer)
    let normalized = norm(x, b.attentionNorm, stack.d)
    let attended = try attention(stack, layer, b.attention, .own, normalized, keys: normalized, mask)
    let transformed = try mlp(stack, layer, b, b.mlpNorm.map { norm(x, $0, stack.d) } ?? normalized)
    let writes = [drop(attended, \.residual), drop(transformed, \.residual)]
    return try at(stack.d.site(.residPost, layer: layer), sum(x, writes, stack.d.residualWeights))
  }

  private mutating func attention(
    _ stack: StackPass, _ layer: Int, _ a: Network.Attention, _ kinds: AttentionKinds, _ x: Variable,
    keys memory: Variable,
    _ visibility: Visibility
  ) throws -> Variable {
    let d = stack.d
    func site(_ kind: Site.Kind) -> Site { d.site(kind, layer: layer) }
    var query = try at(site(kinds.query), split(project(x, a.query), d))  // [B, T, H, D]
    if let queryNorm = a.queryNorm { query = norm(query, queryNorm, d) }
    if let rotary = stack.rotary(layer), kinds.isOwn { query = try at(site(.rotatedQuery), tape.rotate(query, rotary)) }
    let (key, value) = try keysAndValues(stack, layer, a, kinds, memory)
    let bias =
      kinds.isOwn
      ? stack.slopes ?? a.relativeBias.map { RelativeBias(table: parameters[$0], buckets: stack.buckets) }
      : nil
    let z = try at(
      site(kinds.z),
      mixed(
        query, key, value, bias, d, scale: d.scoreScales[layer], visibility, scores: site(kinds.scores),
        pattern: site(kinds.pattern)))
    let out = project(tape.reshape(z, [stack.batch, stack.length, d.attentionWidth]), a.output)
    return try at(site(kinds.out), a.outputNorm.map { norm(out, $0, d) } ?? out)
  }

  /// What each query takes of the values, `[B, T, H, D]`: band by band, or in steps where somebody wants to hold or
  /// change the scores or probabilities, and for linear attention, whose scores are then `ln φ(q)·φ(k)`.
  private mutating func mixed(
    _ query: Variable, _ key: Variable, _ value: Variable, _ bias: RelativeBias?, _ d: StackDescription, scale: Float,
    _ visibility: Visibility, scores: Site, pattern: Site
  ) throws -> Variable {
    let watch = request.observer.map { observer in
      { (rows: AttentionRows) in observer.rows(AttentionBand(site: pattern, rows: rows)) }
    }
    let dropout = dropout(\.attention)
    let isLinear = d.similarity == .linear
    guard isLinear || request.touches(scores) || request.touches(pattern) else {
      return tape.attention(
        query: query, key: key, value: value, scale: scale, visibility: visibility, bias: bias, dropout: dropout,
        watch: watch)
    }
    let readsScores = request.touches(scores) || isLinear
    var s = tape.attentionScores(
      query: isLinear ? tape.activate(query, .eluPlusOne) : query,
      key: isLinear ? tape.activate(key, .eluPlusOne) : key, scale: isLinear ? 1 : scale, visibility: visibility,
      onlyVisible: !readsScores)
    if isLinear { s = tape.activate(s, .logarithm) }
    if let bias { s = tape.addRelativeBias(s, table: bias.table, buckets: bias.buckets) }
    s = try at(scores, s)
    let p = try at(pattern, tape.attentionPattern(scores: s, visibility: visibility, inPlace: !readsScores))
    if let watch { p.value.forEachHeadsRows(watch) }
    return tape.attentionMix(
      pattern: dropout.map { tape.dropout(p, $0) } ?? p, value: value, visibility: visibility)
  }

  /// Keys as they meet queries, and values; behind a cache those of earlier positions too.
  private mutating func keysAndValues(
    _ stack: StackPass, _ layer: Int, _ a: Network.Attention, _ kinds: AttentionKinds, _ memory: Variable
  ) throws -> KeyValueCache.Pair {
    let d = stack.d
    func made() throws -> KeyValueCache.Pair {
      var key = try at(d.site(kinds.key, layer: layer), split(project(memory, a.key), d))
      let value = try at(d.site(kinds.value, layer: layer), split(project(memory, a.value), d))
      if let keyNorm = a.keyNorm { key = norm(key, keyNorm, d) }
      if let rotary = stack.rotary(layer), kinds.isOwn {
        key = try at(d.site(.rotatedKey, layer: layer), tape.rotate(key, rotary))
      }
      return (key, value)
    }
    guard let cache = stack.cache else { return try made() }
    return try kinds.isOwn ? cache.extend(layer, by: made()) : cache.cross(layer, made)
  }

  /// `[B, T, heads · D]` by heads.
  private func split(_ x: Variable, _ d: StackDescription) -> Variable {
    tape.reshape(x, [x.shape[0], x.shape[1], x.shape[2] / d.headWidth, d.headWidth])
  }
}

/// The sites of one attention: within a stack, or of a decoder to its encoder.
private struct AttentionKinds {
  let query: Site.Kind
  let key: Site.Kind
  let value: Site.Kind
  let scores: Site.Kind
  let pattern: Site.Kind
  let z: Site.Kind
  let out: Site.Kind
  var isOwn: Bool { out == .attentionOut }

  static let own = AttentionKinds(
    query: .query, key: .key, value: .value, scores: .scores, pattern: .pattern, z: .z, out: .attentionOut)
  static let cross = AttentionKinds(
    query: .crossQuery, key: .crossKey, value: .crossValue, scores: .crossScores, pattern: .crossPattern, z: .crossZ,
    out: .crossOut)
}
