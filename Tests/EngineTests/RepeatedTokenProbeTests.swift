import Analyses
import Engine
import Tensors
import TestSupport
import Testing
import Transformers

/// Sequences of repeated tokens run in lanes where the model is small.
@Suite("The probe of repeated tokens")
struct RepeatedTokenProbeTests {
  private func tokens(_ model: Model) throws -> RepeatedTokens {
    try #require(
      RepeatedTokens(
        ordinary: Array(4..<40), opening: [], closing: [], longest: model.description.maximumPositions, seed: 3
      ) { "\($0)" })
  }

  private func differ(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Float {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test("hands over all sequences in their order, with what the whole batch gives")
  func whole() throws {
    let model = try Model(directory: Fixtures.url("models/gpt2")), tokens = try tokens(model)
    var input = ModelInput(rows: tokens.documents.map(\.ids), pad: 0)
    #expect(input.lanes(weights: 1).count > 1)
    input.labels = input.nextTokenLabels
    let site = Site.pattern(layer: 1)
    var request = TraceRequest(sites: [site])
    request.tokenLosses = true
    let trace = try model.run(input, request)
    var (ids, patterns, losses, observations) = ([[Int32]](), [Float](), [Double](), 0)
    try RepeatedTokenProbe(tokens, pad: 0).run(model, sites: [site], tokenLosses: true) { observation in
      ids += observation.documents.map(\.ids)
      patterns += observation.trace[site]?.values ?? []
      losses += observation.trace.tokenLosses
      observations += 1
    }
    #expect(observations == input.lanes(weights: 1).count)
    #expect(ids == tokens.documents.map(\.ids))
    let (whole, wholeLosses) = (try #require(trace[site]).values, trace.tokenLosses)
    #expect(patterns.count == whole.count && differ(patterns, whole) < 1e-6)
    #expect(losses.count == wholeLosses.count && zip(losses, wholeLosses).allSatisfy { $0.isNaN == $1.isNaN })
    #expect(zip(losses, wholeLosses).allSatisfy { $0.isNaN || abs($0 - $1) < 1e-6 })
  }

  @Test("gives a decoder its first token before the same tokens")
  func decoder() throws {
    let model = try Model(directory: Fixtures.url("models/bart")), tokens = try tokens(model)
    let start = Int32(try #require(model.description.decoderStart))
    let site = Site(.pattern, layer: 0, stack: .decoder)
    var input = ModelInput(rows: tokens.documents.map(\.ids), pad: 1)
    let read = ModelInput(rows: tokens.documents.map { [start] + $0.ids }, pad: 1)
    input.target = ModelInput.Target(length: read.length, ids: read.ids, mask: read.mask)
    let whole = try #require(try model.run(input, TraceRequest(sites: [site]))[site]).values
    var (targets, patterns) = ([[Int32]](), [Float]())
    try RepeatedTokenProbe(tokens, pad: 1, decoderStart: (start, "")).run(model, sites: [site]) { observation in
      targets += observation.targets.map(\.ids)
      patterns += observation.trace[site]?.values ?? []
    }
    #expect(targets == tokens.documents.map { [start] + $0.ids })
    #expect(patterns.count == whole.count && differ(patterns, whole) < 1e-6)
  }
}
