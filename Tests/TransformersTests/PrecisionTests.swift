import Foundation
import Support
import Tensors
import TestSupport
import Testing

@testable import Transformers

@Suite("bf16", .enabled(if: Precision.bf16.isAvailable))
struct PrecisionTests {
  /// The largest difference of a site's values between f32 and bf16, as a share of the largest value.
  private func difference(_ folder: URL, _ input: ModelInput) throws -> Double {
    let exact = try Model(directory: folder), short = try Model(directory: folder, precision: .bf16)
    let d = exact.description
    let site = d.head == .none ? d.stack.hiddenState(d.layers) : Site.logits
    let request = TraceRequest(sites: [site])
    let a = try #require(try exact.run(input, request)[site]), b = try #require(try short.run(input, request)[site])
    #expect(a.firstNonFinite == nil && b.firstNonFinite == nil)
    return Double(a.largestDifference(from: b) / a.largest)
  }

  /// Seeded ordinary ids.
  private static func text(for model: Model, length: Int) throws -> ModelInput {
    let d = model.description
    var generator = SeededGenerator(seed: 3)
    func rows(_ length: Int) -> [[Int32]] {
      (0..<4).map { _ in (0..<length).map { _ in Int32(5 + generator.index(below: min(d.vocabulary, 1000) - 5)) } }
    }
    var input = ModelInput(rows: rows(min(length, (d.encoder ?? d.stack).maximumPositions)), pad: 0)
    if d.encoder != nil { input.target = ModelInput.Target(length: 12, ids: rows(12).flatMap { $0 }) }
    return input
  }

  @Test("Small models of every family differ little, but differ", arguments: Reference.families)
  func families(name: String) throws {
    let folder = Fixtures.url("models/\(name)")
    let share = try difference(folder, Reference(folder).input)
    #expect(share > 1e-5 && share < 5e-2, "\(share)")
  }

  @Test(
    "Real models on real inputs are within 2 % of the largest value",
    .enabled(if: Fixtures.shared("models/minilm") != nil),
    arguments: ["minilm", "gpt2-shakespeare/final", "stories260k", "albert-rxnmapper", "marian-en-de", "vit-digits"])
  func real(name: String) throws {
    guard let folder = Fixtures.shared("models/\(name)") else { return }
    let texts = "reference/real/\(name.split(separator: "/")[0])/reference.safetensors"
    let file = try #require(Fixtures.shared(texts))
    let share = try difference(folder, Reference(folder, file: file).input)
    #expect(share > 1e-5 && share < 2e-2, "\(share)")
  }

  @Test(
    "SmolLM2 is within 2 %, and still knows the capital of France",
    .enabled(if: ProcessInfo.processInfo.environment["TOMOGRAPH_SMOLLM2"] != nil))
  func smolLM2() throws {
    guard let path = ProcessInfo.processInfo.environment["TOMOGRAPH_SMOLLM2"] else { return }
    let location = URL(filePath: path), tokenizer = try Tokenizer(directory: location)
    let text = "Paris is the capital of France, and Berlin that of Germany; both lie on rivers."
    let share = try difference(location, ModelInput(rows: [tokenizer.encode(text).ids], pad: 0))
    #expect(share > 1e-5 && share < 2e-2, "\(share)")
    let model = try Model(directory: location, precision: .bf16)
    let prompt = tokenizer.encode("The capital of France is").ids
    #expect(
      try model.continuations(of: [prompt], GenerationRequest(maximumTokens: 2))[0] == tokenizer.encode(" Paris.").ids)
  }

  @Test("Of weights that are multiplied with none stays in memory as float32", arguments: ["gpt2", "gpt_neox", "t5"])
  func memory(name: String) throws {
    let folder = Fixtures.url("models/\(name)")
    let exact = try Model(directory: folder), short = try Model(directory: folder, precision: .bf16)
    let used = Set(short.network.projections.map(\.weight))
    #expect(!used.isEmpty)
    for (index, parameter) in short.parameters.enumerated() {
      #expect((parameter.resident == nil) == used.contains(index), "\(parameter.name)")
      // Who asks for the weight itself still gets it.
      #expect(parameter.tensor.values == exact.parameters[index].tensor.values)
      #expect(parameter.shape == exact.parameters[index].shape)
    }
    #expect(short.parameterCount == exact.parameterCount)
  }

  @Test("Gradients need f32, and say so")
  func gradients() throws {
    let reference = try Reference(Fixtures.url("models/gpt2"))
    let model = try Model(directory: Fixtures.url("models/gpt2"), precision: .bf16)
    #expect { try model.run(reference.input, TraceRequest(parameterGradients: true)) } throws: {
      "\($0)".contains("gradients: need f32")
    }
    #expect(try model.run(reference.input, TraceRequest()).loss != nil)
  }

  @Test("Results are the same for any number of threads, and behind a cache", arguments: ["llama", "bart"])
  func determinism(name: String) throws {
    let model = try Model(directory: Fixtures.url("models/\(name)"), precision: .bf16)
    let input = try Self.text(for: model, length: 20)
    func logits() throws -> [Float] {
      try #require(try model.run(input, TraceRequest(sites: [.logits]))[.logits]).values
    }
    let first = try logits()
    for count in [1, 2, 5] {
      #expect(try Workers.with(threads: count, logits) == first)
    }
    let sources = (0..<3).map { row in Array(input.ids[row * input.length..<row * input.length + 5]) }
    let request = GenerationRequest(maximumTokens: 12)
    let many =
      try model.description.encoder == nil
      ? model.continuations(of: sources, request) : model.targets(of: sources, request)
    for (source, text) in zip(sources, many) {
      let alone =
        try model.description.encoder == nil
        ? model.continuations(of: [source], request) : model.targets(of: [source], request)
      #expect(alone == [text])
    }
  }
}
