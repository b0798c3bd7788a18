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
      : site.kind == .residPost && d.stacks.contains { site == $0.residual(point: $0.layers) }
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
      for operation in [Edit.Operation.zero, .scale(0.5), .replace(patch)] {
        let edited = try reference.model.run(
          reference.input, TraceRequest(sites: Set(order), edits: [Edit(site, operation)]))
        let found = try #require(edited[site]).values
        let wanted =
          switch operation {
          case .zero: before.values.map { _ in Float(0) }
          case .scale(let factor): before.values.map { $0 * factor }
          case .replace(let tensor): tensor.values
          }
        #expect(found == wanted, "\(site.text)")
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

  @Test("Gradients flow through edits: zeroed values pass none, scaled ones their share")
  func gradientsThroughEdits() throws {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    let site = Site.mlpOut(layer: 0), above = Site.residPost(layer: 0)
    func gradient(_ operation: Edit.Operation) throws -> (at: [Float], above: [Float]) {
      let trace = try reference.model.run(
        reference.input,
        TraceRequest(gradients: [.mlpPost(layer: 0), above], edits: [Edit(site, operation)]))
      return (try #require(trace.gradients[.mlpPost(layer: 0)]).values, try #require(trace.gradients[above]).values)
    }
    #expect(try gradient(.zero).at.allSatisfy { $0 == 0 })
    #expect(try gradient(.zero).above.contains { $0 != 0 })
    #expect(try gradient(.scale(0.5)).at.contains { $0 != 0 })
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
