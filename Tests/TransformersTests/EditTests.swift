import Support
import Tensors
import TestSupport
import Testing
import Transformers

@Suite struct EditTests {
  /// Whether all that reads a site is a norm.
  private static func isBeforeANorm(_ site: Site, _ d: ModelDescription) -> Bool {
    d.normPlacement == .post
      ? [.residMid, .residMidCross, .residPost].contains(site.kind)
      : [.attentionIn, .queryIn, .keyIn, .valueIn, .crossIn, .crossQueryIn, .mlpIn].contains(site.kind)
        || site.kind == .residPost && d.stacks.contains { site == $0.residual(point: $0.layers) }
  }

  @Test(
    "An edit at any site changes what it says there and nothing before it",
    arguments: ["gpt2", "bert_mlm", "phi", "qwen3", "vit", "t5_gated", "bart"])
  func editsEverySite(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let order = reference.model.description.sites
    let plain = try reference.model.run(reference.input, TraceRequest(sites: Set(order)))
    // Values of another text, to patch from.
    var other = reference.input
    other.ids = other.ids.map { ($0 + 17) % 120 }
    if let target = reference.input.target {
      other.target = ModelInput.Target(length: target.length, ids: target.ids.map { ($0 + 17) % 120 })
    }
    other.pixels = other.pixels.map { Tensor($0.values.map { 0.5 - $0 * $0 }, shape: $0.shape) }
    let foreign = try reference.model.run(other, TraceRequest(sites: Set(order)))

    for (index, site) in order.enumerated() {
      let before = try #require(plain[site]), patch = try #require(foreign[site])
      guard !site.kind.isReadOnly else {
        #expect(throws: InputError.self) {
          try reference.model.run(reference.input, TraceRequest(edits: [Edit(site, .zero)]))
        }
        continue
      }
      for operation in [
        Edit.Operation.zero, .scale(0.5), .replace(patch), .mix(patch, share: 0.25), .add(patch),
      ] {
        let edited = try reference.model.run(
          reference.input, TraceRequest(sites: Set(order), edits: [Edit(site, operation)]))
        let found = try #require(edited[site]).values
        let wanted =
          switch operation {
          case .zero: before.values.map { _ in Float(0) }
          case .scale(let factor): before.values.map { $0 * factor }
          case .replace(let tensor): tensor.values
          case .mix(let tensor, let share): zip(before.values, tensor.values).map { (1 - share) * $0 + share * $1 }
          case .add(let tensor): zip(before.values, tensor.values).map { $0 + $1 }
          }
        let isExact = if case .mix = operation { false } else { true }
        #expect(
          isExact ? found == wanted : zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) },
          "\(site.text) \(operation)")
        #expect(edited.didChange == [wanted != before.values], "\(site.text)")
        for earlier in order[..<index] {
          #expect(edited[earlier]?.values == plain[earlier]?.values, "\(earlier.text) after an edit at \(site.text)")
        }
        // A patch from another text has the same positions and segments, and a norm undoes a scaling before it.
        let isUndone =
          if case .scale = operation { Self.isBeforeANorm(site, reference.model.description) } else { false }
        if site != .logits && wanted != before.values && !isUndone {
          #expect(edited[.logits]?.values != plain[.logits]?.values, "\(site.text) does nothing")
        }
      }
    }
  }

  @Test("An edit of one head at one position leaves the others")
  func editsOneHead() throws {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    let site = Site.z(layer: 1)
    let plain = try #require(try reference.model.run(reference.input, TraceRequest(sites: [site]))[site])
    let edit = Edit(site, .zero, positions: [3, 5], heads: [2])
    let edited = try #require(
      try reference.model.run(reference.input, TraceRequest(sites: [site], edits: [edit]))[site])
    for b in 0..<2 {
      for t in 0..<12 {
        for h in 0..<4 {
          let isMeant = h == 2 && (t == 3 || t == 5)
          #expect(edited[b][t][h].values == (isMeant ? Array(repeating: 0, count: 6) : plain[b][t][h].values))
        }
      }
    }
  }

  /// `∂L/∂(MLP's hidden units)` of layer 0 where the MLP's output is edited, and what it has to be: of the gradient
  /// above, which is that of the edited output, its share through the output matrix, at the positions that are left.
  private func gradient(through operation: Edit.Operation, share: Float, positions: Set<Int>? = nil) throws
    -> (found: [Float], wanted: [Float])
  {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    let units = Site.mlpPost(layer: 0), above = Site.residPost(layer: 0)
    let trace = try reference.model.run(
      reference.input,
      TraceRequest(
        gradients: [units, above], edits: [Edit(.mlpOut(layer: 0), operation, positions: positions)]))
    let found = try #require(trace.gradients[units]), gradient = try #require(trace.gradients[above])
    let name = try #require(reference.model.parameters.first { $0.name.hasSuffix("h.0.mlp.c_proj.weight") })
    let (rows, inner) = (gradient.shape[0] * gradient.shape[1], found.shape[2])
    let width = gradient.shape[2], g = gradient.values, w = name.tensor.values
    var wanted = [Float](repeating: 0, count: rows * inner)
    for row in 0..<rows {
      let isEdited = positions?.contains(row % gradient.shape[1]) ?? true
      for unit in 0..<inner {
        let sum = (0..<width).reduce(0.0) { $0 + Double(g[row * width + $1]) * Double(w[unit * width + $1]) }
        wanted[row * inner + unit] = Float(sum) * (isEdited ? share : 1)
      }
    }
    return (found.values, wanted)
  }

  @Test("Gradients flow through edits: zeroed and replaced values pass none, scaled ones their share, others all")
  func gradientsThroughEdits() throws {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    let site = Site.mlpOut(layer: 0)
    let value = try #require(try reference.model.run(reference.input, TraceRequest(sites: [site]))[site])
    let patch = Tensor(value.values.map { 0.3 - $0 }, shape: value.shape)
    for positions in [nil, [0, 3, 7]] as [Set<Int>?] {
      let edits: [(Edit.Operation, Float)] = [(.zero, 0), (.scale(0.5), 0.5), (.scale(-2), -2), (.replace(patch), 0)]
      for (operation, share) in edits {
        let (found, wanted) = try gradient(through: operation, share: share, positions: positions)
        let largest = wanted.map(abs).max() ?? 0
        #expect(share == 0 && positions == nil || largest > 0)
        #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * largest }, "\(operation)")
      }
    }
  }

  @Test("The gradient at a replaced value is that of the loss for what replaces it", arguments: [0, 1])
  func gradientOfReplacement(layer: Int) throws {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    let site = Site.z(layer: layer)
    let value = try #require(try reference.model.run(reference.input, TraceRequest(sites: [site]))[site])
    let patch = value.values.map { 0.3 - $0 }
    func loss(_ values: [Float]) throws -> Double {
      let edit = Edit(site, .replace(Tensor(values, shape: value.shape)))
      return try #require(try reference.model.run(reference.input, TraceRequest(edits: [edit])).loss)
    }
    let edit = Edit(site, .replace(Tensor(patch, shape: value.shape)))
    let trace = try reference.model.run(reference.input, TraceRequest(gradients: [site], edits: [edit]))
    let gradient = try #require(trace.gradients[site]).values
    let largest = Double(gradient.map(abs).max() ?? 0)
    // Single elements, spread over rows, positions and heads.
    for index in stride(from: 5, to: patch.count, by: patch.count / 16) {
      func moved(_ by: Float) throws -> Double {
        var values = patch
        values[index] += by
        return try loss(values)
      }
      let step: Float = 0.05
      let near = try moved(step) - moved(-step), far = try moved(2 * step) - moved(-2 * step)
      let numeric = (8 * near - far) / (12 * Double(step))
      #expect(abs(numeric - Double(gradient[index])) <= 0.01 * largest, "\(index): \(numeric), \(gradient[index])")
    }
  }

  @Test("Heads cannot be chosen where there are none, nor a replacement of another shape")
  func refusesWrongEdits() throws {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    #expect(throws: InputError.self) {
      try reference.model.run(
        reference.input, TraceRequest(edits: [Edit(.residPre(layer: 0), .zero, heads: [1])]))
    }
    #expect(throws: InputError.self) {
      try reference.model.run(
        reference.input, TraceRequest(edits: [Edit(.z(layer: 0), .replace(Tensor(repeating: 0, shape: [1])))]))
    }
  }
}
