import Synchronization
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Blocks that are computed again on the way back")
struct RecomputationTests {
  /// What a pass found, and what was shown on the way.
  private struct Seen {
    var trace: Trace
    var shown: [String]
    var parameters: [Int: [Float]]
  }

  private func run(_ reference: Reference, keptBytes: Int, showsParameters: Bool) throws -> Seen {
    let d = reference.model.description
    let sites = Set(
      d.stacks.flatMap { stack in
        (0...stack.layers).map { stack.residual(point: $0) }
          + (0..<stack.layers).flatMap { layer in [.z, .mlpOut, .attentionOut].map { stack.site($0, layer: layer) } }
      })
    let shown = Mutex<[String]>([]), parameters = Mutex<[Int: [Float]]>([:])
    var request = TraceRequest(sites: sites, gradients: sites, parameterGradients: true)
    request.keptBytes = keptBytes
    var parameter: (@Sendable (Int, Tensor) -> Void)?
    if showsParameters {
      parameter = { place, gradient in parameters.withLock { $0[place] = gradient.values } }
    }
    @Sendable func show(_ words: String) { shown.withLock { $0.append(words) } }
    request.observer = SiteObserver(
      sites: sites, value: { site, value in show("\(site.text) \(value.values.reduce(0, +))") }, gradients: sites,
      gradient: { site, value, gradient in
        show("gradient \(site.text) \(value?.values.first ?? 0) \(gradient.values.reduce(0, +))")
      }, parameter: parameter
    ) { band in
      show("\(band.site.text) \(band.rows.batchRow) \(band.rows.head) \(band.rows.queries) \(band.rows.pointer[0])")
    }
    let trace = try reference.model.run(reference.input, request)
    return Seen(trace: trace, shown: shown.withLock { $0.sorted() }, parameters: parameters.withLock { $0 })
  }

  @Test(
    "Everything that is found and shown is the same to the bit, and shown once",
    arguments: ["gpt2", "gpt_neox", "llama", "albert", "bert_mlm", "t5_gated", "bart", "vit", "gemma", "gpt_neo"])
  func sameBits(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let kept = try run(reference, keptBytes: .max, showsParameters: false)
    let again = try run(reference, keptBytes: 0, showsParameters: false)
    #expect(again.trace.loss == kept.trace.loss)
    #expect(again.shown == kept.shown)
    #expect(again.trace.values.mapValues(\.values) == kept.trace.values.mapValues(\.values))
    #expect(again.trace.gradients.mapValues(\.values) == kept.trace.gradients.mapValues(\.values))
    let wanted = kept.trace.parameterGradients.mapValues(\.values)
    #expect(again.trace.parameterGradients.mapValues(\.values) == wanted && !wanted.isEmpty)
    // Shown one by one, each is whole, and no more is kept.
    let shown = try run(reference, keptBytes: 0, showsParameters: true)
    #expect(shown.trace.parameterGradients.isEmpty)
    let byName = Dictionary(
      uniqueKeysWithValues: shown.parameters.map { (reference.model.parameters[$0.key].name, $0.value) })
    #expect(byName == wanted)
  }

  @Test(
    "Products that leave padding out give the other positions the same bits",
    arguments: ["gpt2", "gpt_neox", "llama", "bert_mlm", "t5_gated", "bart", "gemma"])
  func padding(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)")), d = reference.model.description
    var input = reference.input
    input = try input.checked(against: d)
    let mask = d.encoder == nil ? input.mask : try #require(input.target).mask
    #expect(mask.contains(0) || input.mask.contains(0))
    let last = d.stack.residual(point: d.stack.layers), first = d.stack.residual(point: 0)
    var request = TraceRequest(sites: [last], gradients: [first], parameterGradients: true)
    let whole = try reference.model.run(input, request)
    request.leavesOutPadding = true
    let without = try reference.model.run(input, request)
    #expect(without.loss == whole.loss)
    let (a, b) = (try #require(whole[last]), try #require(without[last]))
    let (g, h) = (try #require(whole.gradients[first]), try #require(without.gradients[first]))
    let width = d.stack.width
    for row in mask.indices where mask[row] != 0 {
      let place = row * width..<(row + 1) * width
      #expect(Array(a.values[place]) == Array(b.values[place]), "\(row)")
      let bound = 2e-6 * g.largest
      #expect(zip(g.values[place], h.values[place]).allSatisfy { abs($0 - $1) <= bound }, "gradient at \(row)")
    }
    // Gradients add up in another order.
    for (name, gradient) in whole.parameterGradients {
      let found = try #require(without.parameterGradients[name])
      #expect(found.largestDifference(from: gradient) <= 2e-6 * max(0.01, gradient.largest), "\(name)")
    }
  }
}
