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
  let bfloats: [Network.Projection: BFloatMatrix]
  var tape: Tape
  let input: ModelInput
  let request: TraceRequest
  var trace = Trace()
  /// Where gradients are kept.
  let watched = WatchedSites()
  /// What a training's loss has beside the error.
  var penalties: [Variable] = []
  /// How the last hidden states become one vector.
  let pooling: Pooling
  /// The sites that somebody keeps, differentiates or changes.
  private let touched: Set<Site>
  /// Places in the request's edits.
  private let edits: [Site: [Int]]
  /// Whether the pass adds one position to what a cache holds.
  private var isStep = false
  /// How often something was dropped.
  private var drops: UInt64 = 0
  /// Whether what passes has passed before, and was shown then.
  var isAgain = false

  init(_ model: Model, _ input: ModelInput, _ request: TraceRequest) {
    d = model.description
    network = model.network
    tape = Tape(isRecording: request.wantsGradients)
    parameters = PassParameters(model.parameters, request, tape)
    bfloats = model.bfloats
    self.input = input
    self.request = request
    pooling = model.pooling ?? Pooling(modes: [.mean])
    touched = request.touched
    edits = Dictionary(grouping: request.edits.indices) { request.edits[$0].site }
    trace.didChange = request.edits.map { _ in false }
  }

  func touches(_ site: Site) -> Bool { touched.contains(site) }

  /// Where a value passes a site: edits change it, and it is kept if asked for.
  mutating func at(_ site: Site, _ value: Variable) throws -> Variable {
    var value = value
    if let edits = edits[site] {
      let changes = try edits.map { try request.edits[$0].change(of: value.shape) }
      let (changed, didChange) = tape.change(value, changes)
      value = changed
      for (edit, isOther) in zip(edits, didChange) where isOther { trace.didChange[edit] = true }
    }
    if tape.isRecording, request.gradients.contains(site) {
      // Where nothing upstream is differentiated, the gradient starts here.
      if !value.needsGradient { value = Variable(value.value, needsGradient: true) }
      watched.shapes[site] = value.shape
      tape.look(at: value) { [watched] in watched.gradients[site] = $0 }
    }
    if request.sites.contains(site), !isAgain { trace.values[site] = value.value }
    guard let observer = request.observer else { return value }
    if observer.sites.contains(site), !isAgain { observer.value(site, value.value) }
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
    let (weight, bias) = (parameters[p.weight], p.bias.map { parameters[$0] })
    return isStep
      ? tape.linearStep(x, weight: weight, bias: bias, slice: p.slice)
      : tape.linear(x, weight: weight, bias: bias, slice: p.slice)
  }

  /// The rows of a table of tokens.
  func embed(_ ids: [Int32], _ table: Int, shape: [Int]) -> Variable {
    if let matrix = network.output(tiedTo: table).flatMap({ bfloats[$0] }) {
      return tape.embed(ids, columnsOf: matrix, shape: shape)
    }
    return tape.embed(ids, table: parameters[table], shape: shape)
  }

  /// - Parameter scale: the site at which what is divided by can be looked at.
  mutating func norm(_ x: Variable, _ n: Network.Norm, _ s: StackDescription, scale: Site) -> Variable {
    if touches(scale), n.gain != nil, !isAgain {
      let width = x.shape[x.shape.count - 1], divisors = Tensor(uninitialized: x.shape.dropLast() + [1])
      for row in 0..<divisors.count {
        let values = UnsafeBufferPointer(start: x.value.pointer + row * width, count: width)
        let mean = s.norm == .layer ? values.reduce(0.0) { $0 + Double($1) } / Double(width) : 0
        let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        divisors.pointer[row] = Float((squares / Double(width) + Double(s.normEpsilon)).squareRoot())
      }
      if request.sites.contains(scale) { trace.values[scale] = divisors }
      if request.observer?.sites.contains(scale) == true { request.observer?.value(scale, divisors) }
    }
    return norm(x, n, s)
  }

  func norm(_ x: Variable, _ n: Network.Norm, _ s: StackDescription) -> Variable {
    guard let gain = n.gain.map({ parameters[$0] }) else { return x }
    if case .rms(let shift) = s.norm { return tape.rmsNorm(x, gain: gain, shift: shift, epsilon: s.normEpsilon) }
    let bias = n.bias.map { parameters[$0] } ?? Variable(Tensor(repeating: 0, shape: gain.shape))
    return tape.layerNorm(x, gain: gain, bias: bias, epsilon: s.normEpsilon)
  }

  /// Everything up to the loss; nil where there are no labels.
  mutating func run() throws -> Variable? {
    let leavesOut = request.leavesOutPadding
    var memory: (states: Variable, mask: [UInt8])?
    if let encoder = d.encoder, let network = network.encoder {
      let stack = StackPass(encoder, network, input, leavesOutPadding: leavesOut)
      memory = (try request.start?.memory.map { Variable($0) } ?? output(of: stack), input.mask)
    }
    let stack = StackPass(d.stack, network.stack, input, memory: memory, leavesOutPadding: leavesOut)
    let loss = try head(output(of: stack))
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
    isStep = stack.length == 1 && stack.earlier.allSatisfy { $0 > 0 }
    let x = try output(of: stack)
    cache.advance(by: stack.length)
    return logits(tape.select(x, position: stack.length - 1))?.value ?? x.value
  }

  /// A stack's output, from its embeddings through all blocks and what follows them.
  private mutating func output(of stack: StackPass) throws -> Variable {
    let start = stack.d.role == .encoder ? nil : request.start
    var x = try start.map { Variable($0.stream) } ?? embeddings(stack)  // [B, T, C]
    guard x.shape == [stack.batch, stack.length, stack.d.width], start?.layer ?? 0 <= stack.d.layers else {
      throw InputError(
        at: "start", phrase("modelInput.hasWrongShape"), expected: "\([stack.batch, stack.length, stack.d.width])",
        found: "\(x.shape)")
    }
    let forgotten = recomputesBlocks ? stack.d.layers - stack.keptBlocks(request.keptBytes) : 0
    for layer in (start?.layer ?? 0)..<stack.d.layers {
      x = try layer < forgotten ? forgottenBlock(stack, layer, x) : block(stack, layer, x)
      // What a block of a long sequence leaves behind is large, and cheap beside the block to ask for again.
      if stack.batch * stack.length > 1 << 13 { tk_give_back_freed_memory() }
    }
    guard stack.d.hasOutput else { return x }
    if let finalNorm = stack.network.finalNorm { x = norm(x, finalNorm, stack.d, scale: stack.d.site(.finalScale)) }
    if let projection = stack.network.projection { x = project(x, projection) }
    return try at(stack.d.site(.finalNorm), x)
  }
}

/// The sites whose gradients are kept, shared by the copies of a pass.
final class WatchedSites {
  var shapes: [Site: [Int]] = [:]
  /// Of those that the loss depends on.
  var gradients: [Site: Tensor] = [:]
}
