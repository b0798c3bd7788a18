import Foundation
import Tensors
import TestSupport
import Testing

@testable import Transformers

/// The GGUF file of SmolLM2-135M-Instruct (Q4_1), where `TOMOGRAPH_SMOLLM2` says it lies.
private let smolLM2 = ProcessInfo.processInfo.environment["TOMOGRAPH_SMOLLM2"].map { URL(filePath: $0) }

@Suite("SmolLM2 from its GGUF file", .enabled(if: smolLM2 != nil))
struct SmolLM2Tests {
  @Test("cuts every reference text as the reference library does")
  func tokenizer() throws {
    guard let smolLM2, let folder = Fixtures.shared("reference/tokenizers/real_smollm2") else { return }
    let tokenizer = try Tokenizer(directory: smolLM2)
    let reference = try JSONDecoder().decode(
      TokenizerCases.self, from: Data(contentsOf: folder.appending(path: "cases.json")))
    #expect(tokenizer.vocabularySize == reference.vocab_size && reference.cases.count > 200)
    for item in reference.cases {
      #expect(tokenizer.encode(item.text).ids == item.with_special.ids, "\(item.text.debugDescription)")
    }
  }

  @Test("has the reference's embeddings")
  func embeddings() throws {
    guard let smolLM2, let folder = Fixtures.shared("reference/real/smollm2") else { return }
    let checkpoint = try Checkpoint(smolLM2)
    #expect(checkpoint.names.count == 272)
    let embeddings = try checkpoint.tensor("model.embed_tokens.weight", shape: [49_152, 576])
    let reference = try SafetensorsFile(folder.appending(path: "reference.safetensors"))
    let hidden = try reference.tensor("hidden.0").reshaped([40, 576])
    let (ids, mask) = (try reference.integers("input.input_ids"), try reference.integers("input.attention_mask"))
    let largest = hidden.values.map(abs).max() ?? 0
    for (row, id) in ids.values.enumerated() where mask.values[row] == 1 {
      let difference = zip(embeddings[Int(id)].values, hidden[row].values).map { abs($0 - $1) }.max() ?? .infinity
      #expect(difference <= 2e-3 * largest, "row \(row)")
    }
  }
}
