import CKernels
import Support
import Tensors

/// One pass through the network: the block, once, for every family.
///
/// Letters: B batch, T positions, C width, H heads, D head width, F feed-forward width, V vocabulary.
struct ForwardPass {
  let d: ModelDescription
  let network: Network
  let parameters: PassParameters
  private let bfloats: [Network.Projection: BFloatMatrix]
  let tape: Tape
  let input: ModelInput
  let request: TraceRequest
  var trace = Trace()
  var watched: [Site: Variable] = [:]
  /// What a training's loss has beside the error.
  var penalties: [Variable] = []
  /// How often something was dropped.
  private var drops: UInt64 = 0

  init(_ model: Model, _ input: ModelInput, _ request: TraceRequest) {
    d = model.description
    network = model.network
    parameters = PassParameters(
      model.parameters, needGradient: request.parameterGradients || request.training != nil, request.training)
    bfloats = model.bfloats
    tape = Tape(isRecording: request.wantsGradients)
    self.input = input
    self.request = request
  }

  /// Where a value passes a site: edits change it, and it is kept if asked for.
  mutating func at(_ site: Site, _ value: Variable) throws -> Variable {
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
    guard let observer = request.observer else { return value }
    if observer.sites.contains(site) { observer.value(site, value.value) }
    if observer.gradients.contains(site) {
      let shown = observer.sites.contains(site) ? value.value : nil
      tape.look(at: value) { observer.gradient(site, shown, $0) }
    }
    return value
  }

  /// x, some of it dropped where the pass trains.
  mutating func drop(_ x: Variable, _ rate: KeyPath<DropoutRates, Float>) -> Variable {
    dropout(rate).map { tape.dropout(x, $0) } ?? x
  }

  /// What is dropped next; nil for nothing.
  mutating func dropout(_ rate: KeyPath<DropoutRates, Float>) -> Dropout? {
    guard let training = request.training, training.dropout[keyPath: rate] > 0 else { return nil }
    drops += 1
    var generator = SeededGenerator(seed: training.seed, stream: drops)
    return Dropout(rate: training.dropout[keyPath: rate], seed: generator.next())
  }

  func project(_ x: Variable, _ p: Network.Projection) -> Variable {
    if let weight = bfloats[p] {
      return tape.linear(x, weight: weight, bias: p.bias.map { parameters[$0] }, slice: p.slice)
    }
    return tape.linear(x, weight: parameters[p.weight], bias: p.bias.map { parameters[$0] }, slice: p.slice)
  }

  /// The rows of a table of tokens.
  func embed(_ ids: [Int32], _ table: Int, shape: [Int]) -> Variable {
    if let matrix = network.output(tiedTo: table).flatMap({ bfloats[$0] }) {
      return tape.embed(ids, columnsOf: matrix, shape: shape)
    }
    return tape.embed(ids, table: parameters[table], shape: shape)
  }

  func norm(_ x: Variable, _ n: Network.Norm, _ s: StackDescription) -> Variable {
    guard let gain = n.gain.map({ parameters[$0] }) else { return x }
    if case .rms(let shift) = s.norm { return tape.rmsNorm(x, gain: gain, shift: shift, epsilon: s.normEpsilon) }
    let bias = n.bias.map { parameters[$0] } ?? Variable(Tensor(repeating: 0, shape: gain.shape))
    return tape.layerNorm(x, gain: gain, bias: bias, epsilon: s.normEpsilon)
  }

  /// Everything up to the loss; nil where there are no labels.
  mutating func run() throws -> Variable? {
    guard let encoder = d.encoder, let network = network.encoder else {
      let loss = try head(output(of: StackPass(d.stack, self.network.stack, input)))
      return penalised(loss)
    }
    let memory = (states: try output(of: StackPass(encoder, network, input)), mask: input.mask)
    let loss = try head(output(of: StackPass(d.stack, self.network.stack, input, memory: memory)))
    return penalised(loss)
  }

  /// The loss with what the pass has added to it; known when the pass is through.
  private func penalised(_ loss: Variable?) -> Variable? { loss.map { penalties.reduce($0, tape.add) } }

  /// The logits after the last position, `[B, V]`: of the positions that a cache holds nothing is run again.
  mutating func next(_ cache: KeyValueCache) throws -> Tensor {
    if let encoder = d.encoder, let network = network.encoder, cache.memory == nil {
      cache.memory = (try output(of: StackPass(encoder, network, input)), input.mask)
    }
    let stack = StackPass(d.stack, network.stack, input, memory: cache.memory, cache: cache)
    let x = try output(of: stack)
    cache.advance(by: stack.length)
    return logits(tape.select(x, position: stack.length - 1))?.value ?? x.value
  }

  /// A stack's output, from its embeddings through all blocks and what follows them.
  private mutating func output(of stack: StackPass) throws -> Variable {
    var x = try embeddings(stack)  // [B, T, C]
    for layer in 0..<stack.d.layers {
      x = try block(stack, layer, x)
      // What a block of a long sequence leaves behind is large, and cheap beside the block to ask for again.
      if stack.batch * stack.length > 1 << 13 { tk_give_back_freed_memory() }
    }
    guard stack.d.hasOutput else { return x }
    if let finalNorm = stack.network.finalNorm { x = norm(x, finalNorm, stack.d) }
    if let projection = stack.network.projection { x = project(x, projection) }
    return try at(stack.d.site(.finalNorm), x)
  }

  /// The loss; nil without labels or a head.
  private mutating func head(_ x: Variable) throws -> Variable? {
    let targets = input.targets(for: d), smoothing = request.training?.labelSmoothing ?? 0
    trace.labelCount = targets?.count { $0 >= 0 } ?? 0
    if request.touches(.logits) || network.head.unembedding.map({ bfloats[$0] != nil }) ?? true {
      guard let logits = logits(x) else { return nil }
      let seen = try at(.logits, logits)
      guard let targets else { return nil }
      var losses = [Double](repeating: .nan, count: request.tokenLosses ? targets.count : 0)
      let (loss, exact) = tape.crossEntropy(
        seen, targets: targets, reusingLogits: !request.touches(.logits), smoothing: smoothing,
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

  /// What the head makes of the stack's output, `[…, V]` for each position or `[B, classes]`; nil where there is none.
  private func logits(_ x: Variable) -> Variable? {
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
  /// What multiplies vectors to the logits of tokens; nil where the head gives none.
  var unembedding: Network.Projection? {
    switch self {
    case .unembedding(let unembedding), .masked(_, _, _, let unembedding): unembedding
    case .none, .classifier, .tokenClassifier: nil
    }
  }
}

/// The parameters as values of a pass.
struct PassParameters {
  private let variables: [Variable?]
  private let parameters: [Parameter]

  init(_ parameters: [Parameter], needGradient: Bool, _ training: TrainingPass? = nil) {
    self.parameters = parameters
    variables = parameters.enumerated().map { index, parameter in
      parameter.resident.map {
        Variable(
          $0, needsGradient: needGradient && parameter.isLearned, gradientIn: training?.gradients[index],
          adding: training?.isAdding ?? false)
      }
    }
  }

  subscript(index: Int) -> Variable { variables[index] ?? Variable(parameters[index].tensor) }
}
