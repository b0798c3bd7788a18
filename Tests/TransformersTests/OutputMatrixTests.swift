import Foundation
import Support
import Tensors
import TestSupport
import Testing
import Transformers

/// The first logits of `5 6 7 8` (an encoder–decoder's after `2 9 10`) as transformers 5.24 computes them.
private func firstLogits(_ path: String) throws -> [Float] {
  let model = try Model(directory: Fixtures.url("field/\(path)"))
  var input = ModelInput(rows: [[5, 6, 7, 8]], pad: 1)
  if model.description.encoder != nil { input.target = ModelInput.Target(length: 3, ids: [2, 9, 10]) }
  let d = model.description
  let site = d.head == .none ? d.stack.hiddenState(d.layers) : .logits
  return try Array(#require(try model.run(input, TraceRequest(sites: [site]))[site]).values.prefix(4))
}

@Suite("Output matrices and embeddings")
struct OutputMatrixTests {
  @Test(
    "that the file has apart are used apart, whatever the configuration says; one alone serves as both",
    arguments: [
      ("1-untied-output-matrix-ignored/bert_untied", [2.1535, -1.7779, -0.7813, 0.9938]),
      ("1-untied-output-matrix-ignored/roberta_own_False", [-0.3409, -0.2147, -1.9736, 0.4193]),
      ("1-untied-output-matrix-ignored/albert_own_False", [0.3344, 2.9483, -1.1461, -1.0744]),
      ("2-tied-config-but-own-output-matrix/bert_tied_but_own", [-1.8636, 2.6539, 3.6336, 2.1528]),
      ("2-tied-config-but-own-output-matrix/llama_tied_own_True", [0.1222, 1.0813, 0.1778, -0.3524]),
      ("2-tied-config-but-own-output-matrix/bart_own_True", [-1.2445, 1.0978, 0.0703, 0.5759]),
      ("19-tied-tensor-under-its-other-name/gpt2_only_lmhead", [-0.3676, 1.3435, 0.1657, 0.211]),
      ("19-tied-tensor-under-its-other-name/llama_only_lmhead", [1.5569, -0.8028, -0.3699, -0.2696]),
      (
        "19-tied-tensor-under-its-other-name/bart_only_model.encoder.embed_tokens.weight",
        [0.8867, -1.8578, 0.8738, -0.4694]
      ),
      ("20-base-decoder-without-head/gpt2_cls", [-2.2263, -10.3621]),
      ("20-base-decoder-without-head/llama_cls", [-6.7284, -6.5992]),
      ("20-base-decoder-without-head/llama_model", [0.0977, 0.5406, -0.077, -0.0127]),
      ("26-expanded-tensor-in-bin/bin_expand", [-0.892, 1.6279, -0.3074, 0.3696]),
      ("26-expanded-tensor-in-bin/bin_extra_scalar", [-0.3676, 1.3435, 0.1657, 0.211]),
      ("26-expanded-tensor-in-bin/bin_negview", [-0.3676, 1.3435, 0.1657, 0.211]),
    ] as [(String, [Float])])
  func values(path: String, expected: [Float]) throws {
    for (found, wanted) in zip(try firstLogits(path), expected) { #expect(abs(found - wanted) < 2e-4, "\(found)") }
  }

  /// A copy of a model with other keys in its configuration and other tensors.
  private func changed(
    _ name: String, _ keys: [String: Any], _ change: (inout [(String, Tensor)]) -> Void = { _ in }
  ) throws -> Model {
    let source = Fixtures.url("models/\(name)")
    let text = try Data(contentsOf: source.appending(path: "config.json"))
    var fields = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    fields.merge(keys) { $1 }
    return try withWeights(["config.json": try JSONSerialization.data(withJSONObject: fields)]) { folder in
      let file = try SafetensorsFile(source.appending(path: "model.safetensors"))
      var tensors = try file.names.map { ($0, try file.tensor($0)) }
      change(&tensors)
      var writer = SafetensorsWriter()
      for (name, tensor) in tensors { writer.add(name, tensor) }
      try writer.write(to: folder.appending(path: "model.safetensors"))
      return try Model(directory: folder)
    }
  }

  @Test(
    "are missing where the configuration unties them and the file has one",
    arguments: ["gpt2", "gpt_neo", "llama_tied", "opt", "bert_mlm", "distilbert", "bart"])
  func missing(name: String) {
    #expect { try changed(name, ["tie_word_embeddings": false]) } throws: { "\($0)".contains("is missing") }
  }

  @Test(
    "are one where the file has the same numbers twice, and nothing is said of it", arguments: ["gpt2", "llama_tied"])
  func equal(name: String) throws {
    let model = try changed(name, [:]) { tensors in
      if let table = tensors.first(where: { $0.0.hasSuffix("wte.weight") || $0.0.hasSuffix("embed_tokens.weight") }) {
        tensors.append(("lm_head.weight", Tensor(table.1.values, shape: table.1.shape)))
      }
    }
    #expect(model.weightNotes.isEmpty)
    #expect(!model.parameters.contains { $0.name == "lm_head.weight" })
  }

  @Test("that differ although the configuration ties them are noted by name")
  func noted() throws {
    let model = try Model(
      directory: Fixtures.url("field/2-tied-config-but-own-output-matrix/llama_tied_own_True"))
    #expect(model.weightNotes == [WeightNote(.untied, ["lm_head.weight", "model.embed_tokens.weight"])])
    let untied = try Model(directory: Fixtures.url("field/1-untied-output-matrix-ignored/albert_own_False"))
    #expect(!untied.weightNotes.contains { $0.kind == .untied })
  }

  @Test(
    "A decoder is what its class and its file say",
    arguments: [
      (["architectures": ["LlamaModel"]], true, "decoder without a head"),
      (["architectures": [String]()], true, "decoder without a head"),
      (["architectures": ["LlamaForCausalLM"]], false, "causal language model"),
      (["architectures": ["LlamaModel"]], false, "causal language model"),
      (["architectures": ["LlamaForQuestionAnswering"]], true, "decoder without a head"),
    ])
  func heads(keys: [String: [String]], isBare: Bool, task: String) throws {
    let model = try changed("llama", keys) { tensors in
      if isBare { tensors.removeAll { $0.0 == "lm_head.weight" } }
    }
    #expect(model.description.task.text == task)
  }

  @Test("A causal classifier reads the last token that is no padding, on whichever side padding stands")
  func pooling() throws {
    let model = try Model(directory: Fixtures.url("field/20-base-decoder-without-head/gpt2_cls"))
    func logits(_ ids: [Int32], _ mask: [UInt8]) throws -> [Float] {
      let input = ModelInput(batch: 1, length: ids.count, ids: ids, mask: mask)
      return try #require(try model.run(input, TraceRequest(sites: [.logits]))[.logits]).values
    }
    let alone = try logits([5, 6, 7], [1, 1, 1])
    #expect(try logits([5, 6, 7, 1, 1], [1, 1, 1, 0, 0]) == alone)
    #expect(try logits([5, 6, 7, 1], [1, 1, 1, 1]) == alone)
    #expect(try logits([5, 6, 7, 8], [1, 1, 1, 1]) != alone)
  }

  @Test("A single score has no classes to learn")
  func regression() throws {
    let model = try changed("llama_cls", ["id2label": ["0": "score"]]) { tensors in
      let place = tensors.firstIndex { $0.0 == "score.weight" } ?? 0
      tensors[place].1 = Tensor(repeating: 1, shape: [1, 32])
    }
    #expect(model.description.task.text == "sequence classifier (a single score)")
    var input = ModelInput(rows: [[5, 6]], pad: 1)
    input.labels = [0]
    #expect { try model.run(input, TraceRequest()) } throws: { "\($0)".contains("regression") }
  }
}
