import Tensors

extension ForwardPass {
  /// One block: attention, in a decoder attention to the encoder, and the MLP, each added to the stream.
  mutating func block(_ stack: StackPass, _ layer: Int, _ input: Variable) throws -> Variable {
    let b = stack.network.blocks[layer], d = stack.d
    var x = try at(d.site(.residPre, layer: layer), input)
    if d.normPlacement == .parallel { return try parallelBlock(stack, layer, b, x) }
    let mask = stack.visibility(layer)
    if d.mlpIsFirst {
      x = try sublayer(stack, layer, x, b.mlpNorm ?? b.attentionNorm, .mlp.first) { pass, read in
        try pass.mlp(stack, layer, b, read)
      }
      return try sublayer(stack, layer, x, b.attentionNorm, .attention.last) { pass, read in
        try pass.attention(stack, layer, b.attention, .own, read, keys: read, mask)
      }
    }
    x = try sublayer(stack, layer, x, b.attentionNorm, .attention) { pass, read in
      try pass.attention(stack, layer, b.attention, .own, read, keys: read, mask)
    }
    if let cross = b.cross, let crossNorm = b.crossNorm, let memory = stack.memory {
      let mask = Visibility(isCausal: false, keys: memory.mask)
      x = try sublayer(stack, layer, x, crossNorm, .cross) { pass, read in
        try pass.attention(stack, layer, cross, .cross, read, keys: Branch(memory.states), mask)
      }
    }
    return try sublayer(stack, layer, x, b.mlpNorm ?? b.attentionNorm, .mlp) { pass, read in
      try pass.mlp(stack, layer, b, read)
    }
  }

  /// `x + f(norm(x))`, or `norm(x + f(x))` where norms come after.
  private mutating func sublayer(
    _ stack: StackPass, _ layer: Int, _ x: Variable, _ n: Network.Norm, _ kinds: SublayerKinds,
    _ f: (inout ForwardPass, Branch) throws -> Variable
  ) throws -> Variable {
    func site(_ kind: Site.Kind) -> Site { stack.d.site(kind, layer: layer) }
    let isPre = stack.d.normPlacement == .pre
    let read = try branch(x, isPre ? n : nil, stack, at: site(kinds.input), scale: site(kinds.scale))
    let added = drop(try f(&self, read), \.residual)
    let y = try at(site(kinds.sum), self.sum(x, [added], stack.d.residualWeights))
    return isPre ? y : try at(site(kinds.normalized), norm(y, n, stack.d, scale: site(kinds.scale)))
  }

  /// What a sublayer reads of the stream. Where somebody changes or differentiates it, the stream itself stays apart.
  private mutating func branch(
    _ x: Variable, _ n: Network.Norm?, _ stack: StackPass, at site: Site, scale: Site
  ) throws -> Branch {
    let read = touches(site) ? try at(site, tape.reshape(x, x.shape)) : x
    let value = n.map { norm(read, $0, stack.d, scale: scale) } ?? read
    return Branch(raw: read, norm: n, value: value, real: real(value, stack))
  }

  /// The rows of x, `[B, T, C]`, that are no padding, `[n, C]`, where products leave the others out.
  func real(_ x: Variable, _ stack: StackPass) -> Variable? {
    stack.realRows.map { tape.gather(x, rows: $0, shape: [$0.count, x.shape[2]]) }
  }

  /// `[n, C]` back among rows of padding, which are 0; all rows stay as they are.
  func padded(_ x: Variable, _ stack: StackPass) -> Variable {
    guard x.shape.count == 2, let rows = stack.realRows else { return x }
    return tape.scatter(x, rows: rows, shape: [stack.batch, stack.length, x.shape[1]])
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
    func site(_ kind: Site.Kind) -> Site { stack.d.site(kind, layer: layer) }
    let read = try branch(x, b.attentionNorm, stack, at: site(.attentionIn), scale: site(.attentionScale))
    let isShared = b.mlpNorm == nil && ![.attentionIn, .mlpIn, .mlpScale].contains { touches(site($0)) }
    let other =
      isShared
      ? read
      : try branch(x, b.mlpNorm ?? b.attentionNorm, stack, at: site(.mlpIn), scale: site(.mlpScale))
    let attended = try attention(stack, layer, b.attention, .own, read, keys: read, mask)
    let transformed = try mlp(stack, layer, b, other)
    let writes = [drop(attended, \.residual), drop(transformed, \.residual)]
    return try at(site(.residPost), sum(x, writes, stack.d.residualWeights))
  }

  private mutating func attention(
    _ stack: StackPass, _ layer: Int, _ a: Network.Attention, _ kinds: AttentionKinds, _ x: Branch,
    keys memory: Branch, _ visibility: Visibility
  ) throws -> Variable {
    let d = stack.d
    func site(_ kind: Site.Kind) -> Site { d.site(kind, layer: layer) }
    var query = try at(site(kinds.query), heads(x, a.query, stack, apartAt: site(kinds.queryIn)))  // [B, T, H, D]
    if let queryNorm = a.queryNorm { query = norm(query, queryNorm, d) }
    if let rotary = stack.rotary(layer), kinds.isOwn { query = try at(site(.rotatedQuery), tape.rotate(query, rotary)) }
    let (key, value) = try keysAndValues(stack, layer, a, kinds, memory)
    let bias =
      kinds.isOwn
      ? stack.slopes ?? a.relativeBias.map { RelativeBias(table: parameters[$0], buckets: stack.buckets) }
      : nil
    let mix = Mix(bias: bias, scale: d.scoreScales[layer], visibility: visibility)
    let read = try behindCache(stack, layer, kinds, query, (key, value), mix)
    let z = try at(
      site(kinds.z),
      read.z
        ?? mixed(
          query, read.pair.key, read.pair.value, bias, d, scale: mix.scale, visibility, scores: site(kinds.scores),
          pattern: site(kinds.pattern)))
    let out = try written(z, a.output, stack, site(kinds.result))
    return try at(site(kinds.out), a.outputNorm.map { norm(out, $0, d) } ?? out)
  }

  /// What the heads write together, `[B, T, C]`; where somebody looks, each head's part apart first.
  private mutating func written(
    _ z: Variable, _ output: Network.Projection, _ stack: StackPass, _ result: Site
  ) throws -> Variable {
    guard touches(result) else {
      let joined = tape.reshape(z, z.shape.dropLast(2) + [z.shape[2] * z.shape[3]])
      return padded(project(real(joined, stack) ?? joined, output), stack)
    }
    let parts = try at(result, tape.linearByHead(z, weight: parameters[output.weight], slice: output.slice))
    let sum = tape.sumOfHeads(parts)
    guard let bias = output.bias.map({ parameters[$0] }) else { return sum }
    let offsets = tape.gather(
      tape.reshape(bias, [bias.value.count, 1]), rows: output.slice.parts.flatMap(Array.init),
      shape: [output.slice.outputCount, 1])
    return tape.add(
      sum, tape.copies(offsets, of: sum.shape[2], times: sum.shape[0] * sum.shape[1], shape: sum.shape))
  }

  /// A projection of what an attention reads, head by head `[B, T, heads, D]`; where somebody looks at what each query
  /// head reads, every one of them has a copy of its own.
  private mutating func heads(
    _ x: Branch, _ p: Network.Projection, _ stack: StackPass, apartAt site: Site
  ) throws -> Variable {
    let d = stack.d
    guard touches(site) else { return split(padded(project(x.real ?? x.value, p), stack), d) }
    let width = x.raw.shape[2], own = p.slice.outputCount / d.headWidth
    let copies = try at(
      site, tape.copies(x.raw, of: width, times: d.heads, shape: x.raw.shape.dropLast() + [d.heads, width]))
    let read = x.norm.map { norm(copies, $0, d) } ?? copies
    return tape.joined(
      (0..<d.heads).map { head in
        let first = head * own / d.heads * d.headWidth
        return project(tape.head(read, head), p.outputs(first..<first + d.headWidth))
      })
  }

  /// Keys or values that several heads share, copied for each.
  private func copied(_ x: Variable, _ d: StackDescription) -> Variable {
    guard x.shape[2] < d.heads else { return x }
    let shape = [x.shape[0], x.shape[1], d.heads, d.headWidth]
    return tape.copies(x, of: d.headWidth, times: d.heads / x.shape[2], shape: shape)
  }

  /// What each query takes of the values, `[B, T, H, D]`: band by band, or in steps where somebody wants to hold or
  /// change the scores or probabilities, and for linear attention, whose scores are then `ln φ(q)·φ(k)`.
  private mutating func mixed(
    _ query: Variable, _ key: Variable, _ value: Variable, _ bias: RelativeBias?, _ d: StackDescription, scale: Float,
    _ visibility: Visibility, scores: Site, pattern: Site
  ) throws -> Variable {
    let watch =
      isAgain
      ? nil
      : request.observer.map { observer in
        { (rows: AttentionRows) in observer.rows(AttentionBand(site: pattern, rows: rows)) }
      }
    let dropout = dropout(\.attention)
    let isLinear = d.similarity == .linear
    guard isLinear || touches(scores) || touches(pattern) else {
      return tape.attention(
        query: query, key: key, value: value, scale: scale, visibility: visibility, bias: bias, dropout: dropout,
        watch: watch)
    }
    let readsScores = touches(scores) || isLinear
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

  /// Keys as they meet queries, and values.
  private mutating func keysAndValues(
    _ stack: StackPass, _ layer: Int, _ a: Network.Attention, _ kinds: AttentionKinds, _ memory: Branch
  ) throws -> KeyValueCache.Pair {
    let d = stack.d
    func made() throws -> KeyValueCache.Pair {
      func site(_ kind: Site.Kind) -> Site { d.site(kind, layer: layer) }
      var key = try at(site(kinds.key), heads(memory, a.key, stack, apartAt: site(kinds.keyIn)))
      var value = try at(site(kinds.value), heads(memory, a.value, stack, apartAt: site(kinds.valueIn)))
      // Where somebody looks at the copies of one, the other has as many.
      let areApart = [kinds.keyIn, kinds.valueIn, kinds.keyByHead, kinds.valueByHead].contains { touches(site($0)) }
      if areApart {
        key = try at(site(kinds.keyByHead), copied(key, d))
        value = try at(site(kinds.valueByHead), copied(value, d))
      }
      if let keyNorm = a.keyNorm { key = norm(key, keyNorm, d) }
      if let rotary = stack.rotary(layer), kinds.isOwn {
        key = try at(d.site(.rotatedKey, layer: layer), tape.rotate(key, rotary))
      }
      return (key, value)
    }
    guard let cache = stack.cache, !kinds.isOwn else { return try made() }
    return try cache.cross(layer, made)
  }

  /// How scores become weights of values.
  private struct Mix {
    let bias: RelativeBias?
    let scale: Float
    let visibility: Visibility
  }

  /// Behind a cache, what one new position of each row takes of all values, where nothing of the steps between is looked
  /// at; else the keys and values that there are.
  private func behindCache(
    _ stack: StackPass, _ layer: Int, _ kinds: AttentionKinds, _ query: Variable, _ new: KeyValueCache.Pair, _ mix: Mix
  ) throws -> (z: Variable?, pair: KeyValueCache.Pair) {
    guard let cache = stack.cache else { return (nil, new) }
    if kinds.isOwn { cache.add(new, layer) }
    func site(_ kind: Site.Kind) -> Site { stack.d.site(kind, layer: layer) }
    let isPlain = stack.d.similarity == .softmax && !touches(site(kinds.scores)) && !touches(site(kinds.pattern))
    guard stack.length == 1, isPlain, request.observer == nil else {
      let earlier = stack.earlier.first ?? 0
      precondition(stack.earlier.allSatisfy { $0 == earlier }, "whole patterns are of rows of one length")
      return (nil, kinds.isOwn && earlier > 0 ? cache.copies(layer, earlier + stack.length) ?? new : new)
    }
    let all = kinds.isOwn ? cache.buffers(layer) ?? (new.key.value, new.value.value) : (new.key.value, new.value.value)
    let z = tape.attentionStep(
      query: query, keys: all.0, values: all.1, rows: cache.rows,
      counts: kinds.isOwn ? stack.earlier.map { $0 + 1 } : stack.earlier.map { _ in all.0.shape[1] }, scale: mix.scale,
      visibility: mix.visibility, bias: mix.bias)
    return (z, new)
  }

  /// `[B, T, heads · D]` by heads.
  private func split(_ x: Variable, _ d: StackDescription) -> Variable {
    tape.reshape(x, [x.shape[0], x.shape[1], x.shape[2] / d.headWidth, d.headWidth])
  }
}

/// What a sublayer reads: the stream, and what its norm makes of it.
struct Branch {
  let raw: Variable
  /// Nil where nothing is normed.
  let norm: Network.Norm?
  let value: Variable
  /// The rows of `value` that are no padding, where products are of those alone.
  let real: Variable?

  init(raw: Variable, norm: Network.Norm?, value: Variable, real: Variable?) {
    self.raw = raw
    self.norm = norm
    self.value = value
    self.real = real
  }

  init(_ x: Variable) {
    raw = x
    norm = nil
    value = x
    real = nil
  }
}

/// The sites of one sublayer.
private struct SublayerKinds {
  let input: Site.Kind
  let scale: Site.Kind
  var sum: Site.Kind
  var normalized: Site.Kind

  /// The same where it comes first, or last, whatever it is: sums are named by their place in the block.
  var first: SublayerKinds { placed(as: .attention) }
  var last: SublayerKinds { placed(as: .mlp) }

  private func placed(as other: SublayerKinds) -> SublayerKinds {
    SublayerKinds(input: input, scale: scale, sum: other.sum, normalized: other.normalized)
  }

  static let attention = SublayerKinds(
    input: .attentionIn, scale: .attentionScale, sum: .residMid, normalized: .normalizedResidMid)
  static let cross = SublayerKinds(
    input: .crossIn, scale: .crossScale, sum: .residMidCross, normalized: .normalizedResidMidCross)
  static let mlp = SublayerKinds(input: .mlpIn, scale: .mlpScale, sum: .residPost, normalized: .normalizedResidPost)
}

/// The sites of one attention: within a stack, or of a decoder to its encoder.
private struct AttentionKinds {
  let queryIn: Site.Kind
  let query: Site.Kind
  let keyIn: Site.Kind
  let key: Site.Kind
  let keyByHead: Site.Kind
  let valueIn: Site.Kind
  let value: Site.Kind
  let valueByHead: Site.Kind
  let scores: Site.Kind
  let pattern: Site.Kind
  let z: Site.Kind
  let result: Site.Kind
  let out: Site.Kind
  var isOwn: Bool { out == .attentionOut }

  static let own = AttentionKinds(
    queryIn: .queryIn, query: .query, keyIn: .keyIn, key: .key, keyByHead: .keyByHead, valueIn: .valueIn,
    value: .value, valueByHead: .valueByHead, scores: .scores, pattern: .pattern, z: .z, result: .result,
    out: .attentionOut)
  static let cross = AttentionKinds(
    queryIn: .crossQueryIn, query: .crossQuery, keyIn: .crossKeyIn, key: .crossKey, keyByHead: .crossKeyByHead,
    valueIn: .crossValueIn, value: .crossValue, valueByHead: .crossValueByHead, scores: .crossScores,
    pattern: .crossPattern, z: .crossZ, result: .crossResult, out: .crossOut)
}
