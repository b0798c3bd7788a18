import Foundation
import TestSupport
import Testing
import Transformers

/// Greedy texts of real models by Hugging Face's `generate`.
private struct RealCase: Decodable {
  let model: String
  let limit: Int
  let inputs: [[Int32]]
  let outputs: [[Int32]]
}

@Suite("Real models write what the reference library lets them write")
struct RealGenerationTests {
  private func compare(_ name: String, _ location: URL) throws -> Model {
    let cases = try JSONDecoder().decode(
      [RealCase].self, from: Data(contentsOf: Fixtures.url("generation/real.json")))
    let item = try #require(cases.first { $0.model == name })
    let model = try Model(directory: location), request = GenerationRequest(maximumTokens: item.limit)
    let found =
      model.description.encoder == nil
      ? try model.continuations(of: item.inputs, request) : try model.targets(of: item.inputs, request)
    #expect(found == item.outputs)
    return model
  }

  @Test(
    "Small ones, token by token", .enabled(if: Fixtures.shared("models/stories260k") != nil),
    arguments: ["gpt2-shakespeare/final", "stories260k", "marian-en-de"])
  func small(name: String) throws {
    guard let folder = Fixtures.shared("models/\(name)") else { return }
    _ = try compare(name, folder)
  }

  @Test(
    "SmolLM2 knows the capital of France",
    .enabled(if: ProcessInfo.processInfo.environment["TOMOGRAPH_SMOLLM2"] != nil))
  func smolLM2() throws {
    guard let path = ProcessInfo.processInfo.environment["TOMOGRAPH_SMOLLM2"] else { return }
    let model = try compare("smollm2", URL(filePath: path)), tokenizer = try Tokenizer(directory: URL(filePath: path))
    let prompt = tokenizer.encode("The capital of France is").ids
    let text = try model.continuations(of: [prompt], GenerationRequest(maximumTokens: 2))[0]
    #expect(text == tokenizer.encode(" Paris.").ids)
  }
}
