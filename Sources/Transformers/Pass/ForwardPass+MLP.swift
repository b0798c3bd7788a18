import Tensors

extension ForwardPass {
  /// What a block's MLP, or its mixture of experts, writes.
  mutating func mlp(_ stack: StackPass, _ layer: Int, _ b: Network.Block, _ x: Branch) throws -> Variable {
    let isSeen = [.mlpPre, .mlpPreLinear, .mlpPost].contains { touches(stack.d.site($0, layer: layer)) }
    let rows = isSeen ? x.value : x.real ?? x.value
    let written =
      try b.router.map { try mixture(stack, layer, $0, b.experts, x.value) }
      ?? padded(transformed(rows, b.mlp, stack.d, layer: isSeen ? layer : nil), stack)
    return try at(stack.d.site(.mlpOut, layer: layer), b.mlpOutputNorm.map { norm(written, $0, stack.d) } ?? written)
  }

  /// - Parameter layer: whose sites the values pass; nil for those of nobody's interest, and of an expert.
  private mutating func transformed(_ x: Variable, _ m: Network.MLP, _ d: StackDescription, layer: Int?) throws
    -> Variable
  {
    func pass(_ kind: Site.Kind, _ value: Variable) throws -> Variable {
      try layer.map { try at(d.site(kind, layer: $0), value) } ?? value
    }
    let pre = try pass(.mlpPre, project(x, m.gate ?? m.up))  // [B, T, F]
    var active = tape.activate(pre, d.activation)
    if m.gate != nil { active = tape.product(active, try pass(.mlpPreLinear, project(x, m.up))) }
    return project(try pass(.mlpPost, active), m.down)
  }

  /// Each token goes through the experts that are likeliest by the router's softmax, weighed by their shares (Shazeer
  /// 2017, with the weights of Jiang 2024); an expert runs on its own tokens alone.
  private mutating func mixture(
    _ stack: StackPass, _ layer: Int, _ router: Network.Projection, _ experts: [Network.MLP], _ x: Variable
  ) throws -> Variable {
    let d = stack.d, rows = stack.batch * stack.length, width = x.shape[2]
    let count = experts.count
    // A softmax over the experts is one over keys that all are seen.
    let all = Visibility(isCausal: false, keys: [UInt8](repeating: 1, count: count))
    let softmax = tape.attentionPattern(
      scores: tape.reshape(project(x, router), [1, 1, rows, count]), visibility: all, inPlace: false)
    let seen = try at(
      d.site(.expertWeights, layer: layer), tape.reshape(softmax, [stack.batch, stack.length, count]))
    let probabilities = tape.reshape(seen, [rows, count])
    if request.training != nil, d.balanceWeight > 0 {
      penalties.append(
        tape.scale(tape.imbalance(probabilities, perRow: d.expertsPerToken, where: stack.mask), by: d.balanceWeight))
    }
    let weights = tape.largestShares(probabilities, perRow: d.expertsPerToken)
    var parts: [(rows: [Int], value: Variable)] = []
    for (number, expert) in experts.enumerated() {
      let own = (0..<rows).filter { weights.value.pointer[$0 * experts.count + number] > 0 }
      guard !own.isEmpty else {
        parts.append(([], Variable(Tensor(uninitialized: [0, width]))))
        continue
      }
      let read = tape.gather(x, rows: own, shape: [own.count, width])
      parts.append((own, try transformed(read, expert, d, layer: nil)))
    }
    return tape.mixture(of: parts, weights: weights, shape: x.shape)
  }
}
