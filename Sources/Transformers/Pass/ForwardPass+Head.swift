import CKernels
import Support
import Tensors

extension ForwardPass {
  /// The loss, or the sum of the rows' objectives; nil without labels or a head.
  mutating func head(_ x: Variable) throws -> Variable? {
    guard request.objectives.isEmpty else { return try objectives(x) }
    let targets = input.targets(for: d), smoothing = request.training?.labelSmoothing ?? 0
    trace.labelCount = targets?.count { $0 >= 0 } ?? 0
    if touches(.logits) || network.head.unembedding.map({ bfloats[$0] != nil }) ?? true {
      guard let logits = logits(x) else { return nil }
      let seen = try at(.logits, logits)
      guard let targets else { return nil }
      var losses = [Double](repeating: .nan, count: request.tokenLosses ? targets.count : 0)
      let (loss, exact) = tape.crossEntropy(
        seen, targets: targets, reusingLogits: !touches(.logits), smoothing: smoothing,
        each: request.tokenLosses ? { losses[$0] = $1 } : nil)
      trace.tokenLosses = losses
      trace.loss = exact
      return loss
    }
    // Only what has a label is unembedded.
    guard let targets, let unembedding = network.head.unembedding else { return nil }
    let rows = targets.indices.filter { targets[$0] >= 0 }
    var losses = [Double](repeating: .nan, count: request.tokenLosses ? targets.count : 0)
    let (loss, exact) = tape.unembeddedCrossEntropy(
      beforeUnembedding(tape.gather(x, rows: rows, shape: [rows.count, x.shape[2]])),
      weight: parameters[unembedding.weight], bias: unembedding.bias.map { parameters[$0] }, slice: unembedding.slice,
      targets: rows.map { targets[$0] }, smoothing: smoothing,
      each: request.tokenLosses ? { losses[rows[$0]] = $1 } : nil)
    trace.loss = exact
    trace.tokenLosses = losses
    return loss
  }

  /// The sum over the rows of the batch of what is asked of each, whose gradient in a row is that of the row's own.
  private mutating func objectives(_ x: Variable) throws -> Variable? {
    let batch = x.shape[0], length = x.shape[1]
    guard request.objectives.count == batch else {
      throw InputError(
        .usage, at: "objectives", phrase("error.oneForEachRow"), expected: "\(batch)",
        found: "\(request.objectives.count)")
    }
    let mask = d.encoder == nil ? input.mask : input.target?.mask ?? []
    let targets = input.targets(for: d), perRow = (targets?.count ?? 0) / batch
    // Which row of logits counts for which objective, and how much.
    var terms: [(objective: Int, measure: Objective.Measure, row: Int, weight: Double)] = []
    for (index, objective) in request.objectives.enumerated() {
      switch objective.measure {
      case .cosine: continue
      case .loss:
        let rows = (index * perRow..<(index + 1) * perRow).filter { targets?[$0] ?? -1 >= 0 }
        for row in rows {
          terms.append((index, .logProbability(of: targets?[row] ?? 0), row, -1 / Double(rows.count)))
        }
      default:
        let real = mask[index * length..<(index + 1) * length].lastIndex { $0 != 0 }
        let last = real.map { $0 - index * length } ?? 0
        let position: Int = network.head.isOfWholeInputs ? 0 : objective.position ?? last
        guard (0..<length).contains(position) else {
          throw InputError(
            at: "position", phrase("error.beyondInput"), expected: "0 … \(length - 1)", found: "\(position)")
        }
        terms.append((index, objective.measure, network.head.isOfWholeInputs ? index : index * length + position, 1))
      }
    }
    if let unembedding = network.head.unembedding {
      for term in terms { try term.measure.check(unembedding.slice.outputCount) }
    }
    trace.objectives = [Double](repeating: .nan, count: batch)
    for term in terms { trace.objectives[term.objective] = 0 }
    var total: Variable?
    func add(_ number: Variable) { total = total.map { tape.add($0, number) } ?? number }
    if !terms.isEmpty {
      let narrowed = narrowed(&terms)
      guard let logits = try logits(x, ofRows: terms.map(\.row), tokens: narrowed) else {
        throw InputError(
          .usage, at: "objective", phrase("error.thereNoLoss"), expected: phrase("expected.labelsModelHead"))
      }
      if request.objectiveLogits { trace.objectiveLogits = logits.value }
      let width = logits.shape[1]
      if narrowed == nil { for term in terms { try term.measure.check(width) } }
      var values = [Double](repeating: 0, count: terms.count)
      values.withUnsafeMutableBufferPointer { values in
        nonisolated(unsafe) let values = values
        forEachPiece(values.count) {
          values[$0] = terms[$0].measure.value(logits.value.pointer + $0 * width, width, gradient: nil)
        }
      }
      for (term, value) in zip(terms, values) { trace.objectives[term.objective] += term.weight * value }
      add(
        tape.number(values.reduce(0, +), of: logits) { [terms] in
          let gradient = Tensor(uninitialized: logits.shape)
          forEachPiece(terms.count) {
            let row = gradient.pointer + $0 * width
            _ = terms[$0].measure.value(logits.value.pointer + $0 * width, width, gradient: row)
            if terms[$0].weight != 1 { tk_scale(row, row, Float(terms[$0].weight), width) }
          }
          return gradient
        })
    }
    if terms.isEmpty || request.objectives.contains(where: \.isCosine) { add(cosines(x, mask)) }
    return total
  }

  /// The tokens that alone count where all that is asked are differences of logits; the terms then name their places
  /// among these. Nil where more is asked or looked at.
  private func narrowed(
    _ terms: inout [(objective: Int, measure: Objective.Measure, row: Int, weight: Double)]
  ) -> [Int32]? {
    guard let unembedding = network.head.unembedding, bfloats[unembedding] == nil, !touches(.logits),
      !request.objectiveLogits, !request.parameterGradients, request.training == nil
    else { return nil }
    var tokens: Set<Int32> = []
    for term in terms {
      guard case .logit(let own, let others) = term.measure else { return nil }
      tokens.formUnion(own + others)
    }
    let order = tokens.sorted()
    guard order.count <= 64 else { return nil }
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, Int32($0)) })
    for index in terms.indices {
      guard case .logit(let own, let others) = terms[index].measure else { continue }
      terms[index].measure = .logit(of: own.compactMap { places[$0] }, minus: others.compactMap { places[$0] })
    }
    return order
  }

  /// The sum of the rows' cosines.
  private mutating func cosines(_ x: Variable, _ mask: [UInt8]) -> Variable {
    let pooled = pooling.vectors(tape, x, mask: mask)
    let (batch, width, asked) = (pooled.shape[0], pooled.shape[1], request.objectives)
    func number(_ row: Int, _ gradient: UnsafeMutablePointer<Float>?) -> Double? {
      guard case .cosine(let vector) = asked[row].measure else { return nil }
      let a = pooled.value.pointer + row * width, b = vector.pointer
      var (dot, aa, bb) = (0.0, 0.0, 0.0)
      for c in 0..<width {
        dot += Double(a[c]) * Double(b[c])
        aa += Double(a[c]) * Double(a[c])
        bb += Double(b[c]) * Double(b[c])
      }
      let lengths = (aa * bb).squareRoot(), cosine = dot / lengths
      if let gradient {
        for c in 0..<width { gradient[c] = Float(Double(b[c]) / lengths - cosine * Double(a[c]) / aa) }
      }
      return cosine
    }
    for row in 0..<batch { if let cosine = number(row, nil) { trace.objectives[row] = cosine } }
    return tape.number(trace.objectives.reduce(0, +), of: pooled) {
      let gradient = Tensor(repeating: 0, shape: pooled.shape)
      for row in 0..<batch { _ = number(row, gradient.pointer + row * width) }
      return gradient
    }
  }

  /// Some rows of the logits, `[rows, V]`, of which alone are computed where nobody looks at the others.
  ///
  /// - Parameter tokens: those that are computed, in order; all where nil.
  private mutating func logits(_ x: Variable, ofRows rows: [Int], tokens: [Int32]?) throws -> Variable? {
    if !network.head.isOfWholeInputs, !touches(.logits) {
      let read = tape.gather(x, rows: rows, shape: [rows.count, x.shape[2]])
      guard let tokens, let unembedding = network.head.unembedding else { return logits(read) }
      let few = unembedding.outputs(tokens.map(Int.init))
      return tape.fewOutputs(
        beforeUnembedding(read), weight: parameters[few.weight], bias: few.bias.map { parameters[$0] },
        slice: few.slice)
    }
    guard let all = logits(x) else { return nil }
    let seen = try at(.logits, all), width = seen.shape[seen.shape.count - 1]
    return tape.gather(seen, rows: rows, shape: [rows.count, width])
  }

  /// What the head makes of the stack's output, `[…, V]` for each position or `[B, classes]`; nil where there is none.
  func logits(_ x: Variable) -> Variable? {
    if let unembedding = network.head.unembedding { return project(beforeUnembedding(x), unembedding) }
    if case .tokenClassifier(let classifier) = network.head { return project(x, classifier) }
    guard case .classifier(let pooler, let activation, let classifier) = network.head else { return nil }
    let rows = input.classifiedPositions(for: d).enumerated().map { $0 * x.shape[1] + $1 }
    var pooled = tape.gather(x, rows: rows, shape: [rows.count, x.shape[2]])  // [B, C]
    if let pooler { pooled = tape.activate(project(pooled, pooler), activation) }
    return project(pooled, classifier)
  }

  private func beforeUnembedding(_ x: Variable) -> Variable {
    let x = d.headScale == 1 ? x : tape.scale(x, by: d.headScale)
    guard case .masked(let transform, let activation, let transformNorm, _) = network.head else { return x }
    return norm(tape.activate(project(x, transform), activation), transformNorm, d.stack)
  }
}

extension Network.Head {
  /// Whether it makes one row of logits of an input.
  var isOfWholeInputs: Bool { if case .classifier = self { true } else { false } }

  /// What multiplies vectors to the logits of tokens; nil where the head gives none.
  var unembedding: Network.Projection? {
    switch self {
    case .unembedding(let unembedding), .masked(_, _, _, let unembedding): unembedding
    case .none, .classifier, .tokenClassifier: nil
    }
  }
}
