import Foundation
import Support
import Synchronization
import Tensors
import TestSupport
import Testing
import Transformers

/// The reference models against what float64 PyTorch makes of them.
@Suite struct ReferenceTests {
  @Test(
    "Every value and every gradient of a reference model is within tolerance, whether or not anybody holds whole patterns",
    arguments: Reference.families, [true, false])
  func matchesReference(name: String, inBands: Bool) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let d = reference.model.description
    let values = d.stacks.flatMap(Self.values) + [("logits", .logits)]
    var inputs = d.stacks.map {
      (
        d.image != nil ? "patch_embeddings" : $0.role == .decoder ? "decoder_inputs_embeds" : "inputs_embeds",
        $0.site(.embed)
      )
    }
    if d.image != nil { inputs.append(("pixel_values", .pixels)) }
    var request = TraceRequest(
      sites: Set(values.map(\.1)), gradients: Set(inputs.map(\.1)), parameterGradients: true)
    let bands = Bands()
    if inBands {
      request.observer = SiteObserver(rows: bands.see)
      // Nor are all logits held at once; that they are right shows in the loss and in every gradient.
      request.sites.remove(.logits)
      request.sites.subtract(values.filter { $0.0.contains("attention") }.map(\.1))
    }
    var trace = try reference.model.run(reference.input, request)
    if inBands {
      #expect(trace.values.keys.allSatisfy { $0.kind != .pattern && $0.kind != .logits })
      for (name, site) in values where name.contains("attention") {
        trace.values[site] = try bands.pattern(site, shape: reference.file.tensor(name).shape)
      }
    }

    for (name, site) in values where !(inBands && site == .logits) {
      try reference.expect(trace[site], name, within: 2e-5)
    }
    let loss = try #require(trace.loss)
    let expected = Double(try reference.file.tensor("loss").pointer[0])
    #expect(abs(loss / expected - 1) < 1e-5)

    let learned = reference.model.parameters.filter(\.isLearned)
    let gradients = learned.map { "grad.\($0.name)" }
    #expect(Set(gradients) == Set(reference.file.names.filter { $0.hasPrefix("grad.") }))
    let largest = try gradients.map { try reference.file.tensor($0).largest }.max() ?? 0
    for parameter in learned {
      let wanted = try reference.file.tensor("grad.\(parameter.name)")
      let found = try #require(trace.parameterGradients[parameter.name])
      #expect(found.shape == wanted.shape)
      #expect(
        found.largestDifference(from: wanted) <= 1e-4 * max(wanted.largest, 1e-3 * largest), "\(parameter.name)")
    }
    for (name, site) in inputs {
      let wanted = try reference.file.tensor("grad_\(name)")
      #expect(
        try #require(trace.gradients[site]).largestDifference(from: wanted) <= 1e-4 * wanted.largest, "grad_\(name)")
    }
  }

  /// Copies the bands that pass.
  private final class Bands: Sendable {
    private struct Rows {
      let rows: (batchRow: Int, head: Int)
      let queries: Range<Int>
      let keys: Range<Int>
      let values: [[Float]]
    }
    private let seen = Mutex<[Site: [Rows]]>([:])

    @Sendable func see(_ band: AttentionBand) {
      let rows = band.rows
      let values = rows.queries.indices.map { query in
        Array(
          UnsafeBufferPointer(
            start: rows.pointer + (query - rows.queries.lowerBound) * rows.stride, count: rows.keys.count))
      }
      seen.withLock {
        $0[band.site, default: []].append(
          Rows(rows: (rows.batchRow, rows.head), queries: rows.queries, keys: rows.keys, values: values))
      }
    }

    func pattern(_ site: Site, shape: [Int]) -> Tensor {
      let pattern = Tensor(repeating: 0, shape: shape)
      for rows in seen.withLock({ $0[site] ?? [] }) {
        for (query, values) in zip(rows.queries, rows.values) {
          let at = ((rows.rows.batchRow * shape[1] + rows.rows.head) * shape[2] + query) * shape[3]
          for (key, value) in zip(rows.keys, values) { pattern.pointer[at + key] = value }
        }
      }
      return pattern
    }
  }

  /// What the reference files call a stack's values.
  private static func values(_ stack: StackDescription) -> [(String, Site)] {
    let prefix = stack.role == .only ? "" : "\(stack.role.rawValue)_"
    var values = [("\(prefix)last_block", stack.residual(point: stack.layers))]
    values += (0...stack.layers).map { ("\(prefix)hidden.\($0)", stack.hiddenState($0)) }
    values += (0..<stack.layers).map { ("\(prefix)attention.\($0)", stack.site(.pattern, layer: $0)) }
    if stack.role == .decoder {
      values += (0..<stack.layers).map { ("cross_attention.\($0)", stack.site(.crossPattern, layer: $0)) }
    }
    return values
  }

  @Test(
    "Real models on real text are within tolerance",
    .enabled(if: Fixtures.shared("models/minilm") != nil, "the shared reference data are absent"),
    arguments: [
      ("minilm", "minilm"), ("gpt2-shakespeare/final", "gpt2-shakespeare"), ("stories260k", "stories260k"),
      ("albert-rxnmapper", "albert-rxnmapper"), ("vit-digits", "vit-digits"), ("marian-en-de", "marian-en-de"),
    ])
  func matchesRealModels(model: String, name: String) throws {
    let directory = try #require(Fixtures.shared("models/\(model)"))
    let values = try #require(Fixtures.shared("reference/real/\(name)/reference.safetensors"))
    let reference = try Reference(directory, file: values)
    let sites = reference.model.description.stacks.flatMap(Self.values)
    let trace = try reference.model.run(reference.input, TraceRequest(sites: Set(sites.map(\.1))))
    for (name, site) in sites where reference.file.entry(name) != nil {
      try reference.expect(trace[site], name, within: 2e-5)
    }
  }

  @Test(
    "A document's values do not depend on the batch it is in",
    arguments: ["gpt2", "bert_mlm", "gpt_neo", "gpt_neox", "opt", "llama3_rope", "mistral", "qwen3", "roberta"])
  func batchIndependence(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let d = reference.model.description
    let short: [Int32] = [0, 55, 51, 15, 76, 77, 88, 2]
    let long: [Int32] = (0..<40).map { Int32(4 + $0 * 7 % 100) }
    let sites = Set([d.residual(point: d.layers)] + (0..<d.layers).map { .pattern(layer: $0) })
    let alone = try reference.model.run(ModelInput(rows: [short], pad: 1), TraceRequest(sites: sites))
    let together = try reference.model.run(ModelInput(rows: [long, short], pad: 1), TraceRequest(sites: sites))
    let last: TraceRequest = TraceRequest(sites: [d.residual(point: d.layers)])
    let bands = try [[short], [long, short]].map { try reference.model.run(ModelInput(rows: $0, pad: 1), last) }
    for position in short.indices {
      let site = d.residual(point: d.layers)
      #expect(alone[site]?[0][position].values == together[site]?[1][position].values)
      #expect(bands[0][site]?[0][position].values == bands[1][site]?[1][position].values)
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

  @Test(
    "Threads do not change a bit of values or gradients", arguments: ["gpt2", "bert_mlm", "marian", "vit"])
  func threadIndependence(name: String) throws {
    let reference = try Reference(Fixtures.url("models/\(name)"))
    let d = reference.model.description
    let sites = Set(d.stacks.map { $0.residual(point: $0.layers) } + [.logits])
    func run(_ threads: Int) throws -> [Float] {
      try Workers.with(threads: threads) {
        let trace = try reference.model.run(reference.input, TraceRequest(sites: sites, parameterGradients: true))
        let values = try d.sites.filter(sites.contains).flatMap { try #require(trace[$0]).values }
        return values + reference.model.parameters.flatMap { trace.parameterGradients[$0.name]?.values ?? [] }
      }
    }
    let one = try run(1)
    #expect(one.count > reference.model.parameters.reduce(0) { $0 + $1.count })
    for threads in [2, 5] { #expect(try run(threads) == one, "\(threads) threads") }
  }
}
