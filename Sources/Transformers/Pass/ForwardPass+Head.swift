import Support
import Tensors

extension ForwardPass {
  /// The loss, or the sum of the rows' objectives; nil without labels or a head.
  mutating func head(_ x: Variable) throws -> Variable? {
    guard request.objectives.isEmpty else { return try objectives(x) }
    let targets = input.targets(for: d), smoothing = request.training?.labelSmoothing ?? 0
    trace.labelCount = targets?.count { $0 >= 0 } ?? 0
    if d.head.classes != nil { trace.classes = targets ?? [] }
    if touches(.logits) || network.head.unembedding.map({ bfloats[$0] != nil }) ?? true {
      guard let logits = logits(x) else { return nil }
      let seen = try at(.logits, logits)
      guard let targets else { return nil }
      var losses = [Double](repeating: .nan, count: request.tokenLosses ? targets.count : 0)
      var hits = [Bool](repeating: false, count: losses.count)
      let (loss, exact) = tape.crossEntropy(
        seen, targets: targets, reusingLogits: !touches(.logits), smoothing: smoothing,
        each: request.tokenLosses ? { (losses[$0], hits[$0]) = ($1, $2) } : nil)
      (trace.tokenLosses, trace.tokenHits) = (losses, hits)
      trace.loss = exact
      return loss
    }
    // Only what has a label is unembedded.
    guard let targets, let unembedding = network.head.unembedding else { return nil }
    let rows = targets.indices.filter { targets[$0] >= 0 }
    var losses = [Double](repeating: .nan, count: request.tokenLosses ? targets.count : 0)
    var hits = [Bool](repeating: false, count: losses.count)
    let (loss, exact) = tape.unembeddedCrossEntropy(
      beforeUnembedding(tape.gather(x, rows: rows, shape: [rows.count, x.shape[2]])),
      weight: parameters[unembedding.weight], bias: unembedding.bias.map { parameters[$0] }, slice: unembedding.slice,
      targets: rows.map { targets[$0] }, smoothing: smoothing,
      each: request.tokenLosses ? { (losses[rows[$0]], hits[rows[$0]]) = ($1, $2) } : nil)
    trace.loss = exact
    (trace.tokenLosses, trace.tokenHits) = (losses, hits)
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
    var terms: [ObjectiveTerm] = []
    for (index, objective) in request.objectives.enumerated() {
      switch objective.measure {
      case .cosine:
        try objective.measure.check(x.shape[2])
      case .loss:
        let rows = (index * perRow..<(index + 1) * perRow).filter { targets?[$0] ?? -1 >= 0 }
        guard !rows.isEmpty else { throw Self.noLogits }
        for row in rows {
          terms.append(
            ObjectiveTerm(index, .logProbability(of: targets?[row] ?? 0), row: row, weight: -1 / Double(rows.count)))
        }
      default:
        let real = mask[index * length..<(index + 1) * length].lastIndex { $0 != 0 }
        let last = real.map { $0 - index * length } ?? 0
        let position: Int = network.head.isOfWholeInputs ? 0 : objective.position ?? last
        guard (0..<length).contains(position) else {
          throw InputError(
            at: "position", phrase("error.beyondInput"), expected: "0 … \(length - 1)", found: "\(position)")
        }
        let row = network.head.isOfWholeInputs ? index : index * length + position
        terms.append(ObjectiveTerm(index, objective.measure, row: row))
      }
    }
    if let unembedding = network.head.unembedding {
      for term in terms { try term.measure.check(unembedding.slice.outputCount) }
    }
    trace.objectives = [Double](repeating: .nan, count: batch)
    for term in terms { trace.objectives[term.objective] = 0 }
    // How a term is computed depends on itself and the model alone, not on what else is in the batch.
    let picked = picksLogits ? terms.filter(\.isOfLogits) : []
    let whole = picksLogits ? terms.filter { !$0.isOfLogits } : terms
    var total: Variable?
    func add(_ number: Variable) { total = total.map { tape.add($0, number) } ?? number }
    if !picked.isEmpty, let logits = self.picked(x, picked) { add(sum(logits.terms, over: logits.values)) }
    if !whole.isEmpty {
      guard let logits = try logits(x, ofRows: whole.map(\.row)) else { throw Self.noLogits }
      if request.objectiveLogits { trace.objectiveLogits = logits.value }
      let width = logits.shape[1]
      for term in whole { try term.measure.check(width) }
      add(sum(whole.enumerated().map { $1.over($0 * width..<($0 + 1) * width) }, over: logits))
    }
    if request.objectives.contains(where: \.isCosine) { add(cosines(x, mask)) }
    return total
  }

  private static var noLogits: InputError {
    InputError(.usage, at: "objective", phrase("error.thereNoLoss"), expected: phrase("expected.labelsModelHead"))
  }

  /// Whether differences of logits are made of the logits alone that they name.
  private var picksLogits: Bool {
    network.head.unembedding.map { bfloats[$0] == nil } ?? false && !touches(.logits) && !request.objectiveLogits
      && !request.parameterGradients && request.training == nil
  }

  /// The sum of what terms come to, each of its logits, which also goes into the trace.
  private mutating func sum(_ terms: [ObjectiveTerm], over logits: Variable) -> Variable {
    var values = [Double](repeating: 0, count: terms.count)
    values.withUnsafeMutableBufferPointer { values in
      nonisolated(unsafe) let values = values
      forEachPiece(values.count) { values[$0] = terms[$0].value(logits.value, gradient: nil) }
    }
    var total = 0.0
    for (term, value) in zip(terms, values) {
      trace.objectives[term.objective] += term.weight * value
      total += term.weight * value
    }
    return tape.number(total, of: logits) {
      let gradient = Tensor(uninitialized: logits.shape)
      forEachPiece(terms.count) { _ = terms[$0].value(logits.value, gradient: gradient) }
      return gradient
    }
  }

  /// The logits that differences of logits name, `[…]`, and the terms with their places among them.
  private func picked(_ x: Variable, _ terms: [ObjectiveTerm]) -> (values: Variable, terms: [ObjectiveTerm])? {
    guard let unembedding = network.head.unembedding else { return nil }
    var picks: [(row: Int, output: Int)] = []
    let placed = terms.enumerated().map { row, term in
      guard case .logit(let own, let others) = term.measure else { preconditionFailure("\(term.measure)") }
      let first = picks.count, count = Int32(own.count)
      picks += (own + others).map { (row, Int($0)) }
      var term = term.over(first..<picks.count)
      term.measure = .logit(of: Array(0..<count), minus: Array(count..<count + Int32(others.count)))
      return term
    }
    let read = beforeUnembedding(tape.gather(x, rows: terms.map(\.row), shape: [terms.count, x.shape[2]]))
    return (
      tape.outputs(
        picks, of: read, weight: parameters[unembedding.weight], bias: unembedding.bias.map { parameters[$0] },
        slice: unembedding.slice), placed
    )
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
  private mutating func logits(_ x: Variable, ofRows rows: [Int]) throws -> Variable? {
    if !network.head.isOfWholeInputs, !touches(.logits) {
      return logits(tape.gather(x, rows: rows, shape: [rows.count, x.shape[2]]))
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
