import TestSupport
import Testing
import Transformers

@Suite("The block of a parameter")
struct BlockTests {
  /// By the number behind a list of blocks in the name; the stack by whose name comes first.
  private func named(_ name: String, isPair: Bool) -> [Int]? {
    let parts = name.split(separator: ".")
    let lists: Set<Substring> = ["h", "layer", "layers", "block", "blocks"]
    for (list, number) in zip(parts, parts.dropFirst()) where lists.contains(list) {
      if let layer = Int(number) { return [isPair && parts.contains("decoder") ? 1 : 0, layer] }
    }
    return nil
  }

  @Test(
    "The network's is that of the checkpoint's names",
    arguments: [
      "bart", "bert_cls", "bert_mlm", "distilbert", "experts", "gemma", "gpt2", "gpt_neo", "gpt_neox", "llama",
      "llama_tied", "marian", "mistral", "mt5", "opt", "phi", "qwen2", "qwen3", "roberta", "t5_gated", "umt5", "vit",
    ])
  func names(_ name: String) throws {
    let model = try Model(directory: Fixtures.url("models/\(name)")), isPair = model.description.encoder != nil
    for (parameter, owner) in zip(model.parameters, model.blockOfParameter) {
      #expect(owner.map { [$0.stack, $0.layer] } == named(parameter.name, isPair: isPair), "\(parameter.name)")
    }
  }

  @Test("Weights that all layers share are the first one's")
  func shared() throws {
    let model = try Model(directory: Fixtures.url("models/albert"))
    for (parameter, owner) in zip(model.parameters, model.blockOfParameter) {
      #expect(owner?.layer == (parameter.name.contains("albert_layers") ? 0 : nil), "\(parameter.name)")
    }
  }
}
