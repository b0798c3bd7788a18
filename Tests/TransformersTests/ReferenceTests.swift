import Foundation
import Tensors
import TestSupport
import Testing
import Transformers

/// The reference models against what float64 PyTorch makes of them.
@Suite struct ReferenceTests {
  @Test(
    "Every value and every gradient of a reference model is within tolerance",
    arguments: ["gpt2", "gpt2_hub", "bert_mlm", "bert_cls"])
  func matchesReference(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let d = reference.model.description
    let points = (0...d.layers).map(d.residual(point:))
    let last = reference.model.network.finalNorm == nil ? points[d.layers] : .finalNorm
    let trace = try reference.model.run(
      reference.input,
      TraceRequest(
        sites: Set(points + (0..<d.layers).map { .pattern(layer: $0) } + [last, .logits, .embed]), gradients: [.embed],
        parameterGradients: true))

    for layer in 0...d.layers {
      try reference.expect(trace[layer == d.layers ? last : points[layer]], "hidden.\(layer)", within: 2e-5)
    }
    for layer in 0..<d.layers {
      try reference.expect(trace[.pattern(layer: layer)], "attention.\(layer)", within: 2e-5)
    }
    try reference.expect(trace[points[d.layers]], "last_block", within: 2e-5)
    try reference.expect(trace[.logits], "logits", within: 2e-5)
    let loss = try #require(trace.loss)
    let expected = Double(try reference.file.tensor("loss").pointer[0])
    #expect(abs(loss / expected - 1) < 1e-5)

    let gradients = reference.model.parameters.map { "grad.\($0.name)" }
    #expect(Set(gradients) == Set(reference.file.names.filter { $0.hasPrefix("grad.") }))
    let largest = try gradients.map { try reference.file.tensor($0).largest }.max() ?? 0
    for parameter in reference.model.parameters {
      let wanted = try reference.file.tensor("grad.\(parameter.name)")
      let found = try #require(trace.parameterGradients[parameter.name])
      #expect(found.shape == wanted.shape)
      #expect(
        found.largestDifference(from: wanted) <= 1e-4 * max(wanted.largest, 1e-3 * largest), "\(parameter.name)")
    }
    let wanted = try reference.file.tensor("grad_inputs_embeds")
    #expect(try #require(trace.gradients[.embed]).largestDifference(from: wanted) <= 1e-4 * wanted.largest)
  }

  @Test(
    "Real models on real text are within tolerance",
    .enabled(if: Fixtures.shared("models/minilm") != nil, "the shared reference data are absent"),
    arguments: [("minilm", "minilm"), ("gpt2-shakespeare/final", "gpt2-shakespeare")])
  func matchesRealModels(model: String, name: String) throws {
    let directory = try #require(Fixtures.shared("models/\(model)"))
    let values = try #require(Fixtures.shared("reference/real/\(name)/reference.safetensors"))
    let reference = try Reference(directory, file: values)
    let d = reference.model.description
    let points = (0...d.layers).map(d.residual(point:))
    let last = reference.model.network.finalNorm == nil ? points[d.layers] : .finalNorm
    let trace = try reference.model.run(
      reference.input, TraceRequest(sites: Set(points + (0..<d.layers).map { .pattern(layer: $0) } + [last])))
    for layer in 0...d.layers {
      try reference.expect(trace[layer == d.layers ? last : points[layer]], "hidden.\(layer)", within: 2e-5)
    }
    for layer in 0..<d.layers {
      try reference.expect(trace[.pattern(layer: layer)], "attention.\(layer)", within: 2e-5)
    }
  }

  @Test("A document's values do not depend on the batch it is in", arguments: ["gpt2", "bert_mlm"])
  func batchIndependence(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let d = reference.model.description
    let short: [Int32] = [0, 55, 51, 15, 76, 77, 88, 2]
    let long: [Int32] = (0..<40).map { Int32(4 + $0 * 7 % 100) }
    let sites = Set([d.residual(point: d.layers)] + (0..<d.layers).map { .pattern(layer: $0) })
    let alone = try reference.model.run(ModelInput(rows: [short], pad: 1), TraceRequest(sites: sites))
    let together = try reference.model.run(ModelInput(rows: [long, short], pad: 1), TraceRequest(sites: sites))
    for position in short.indices {
      let site = d.residual(point: d.layers)
      #expect(alone[site]?[0][position].values == together[site]?[1][position].values)
    }
    for layer in 0..<d.layers {
      let site = Site.pattern(layer: layer)
      let one = try #require(alone[site]), other = try #require(together[site])
      for head in 0..<d.heads {
        for query in short.indices {
          #expect(one[0][head][query].values == Array(other[1][head][query].values.prefix(short.count)))
          #expect(other[1][head][query].values.dropFirst(short.count).allSatisfy { $0 == 0 })
        }
      }
    }
  }

  @Test("Threads do not change a bit of values or gradients")
  func threadIndependence() throws {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    var runs: [[Float]] = []
    for threads in [1, 2, 5] {
      Workers.count = threads
      let trace = try reference.model.run(
        reference.input, TraceRequest(sites: [.finalNorm], parameterGradients: true))
      let gradients = reference.model.parameters.flatMap { trace.parameterGradients[$0.name]?.values ?? [] }
      runs.append((trace[.finalNorm]?.values ?? []) + gradients)
    }
    Workers.count = 0
    #expect(runs[0] == runs[1])
    #expect(runs[0] == runs[2])
  }
}
