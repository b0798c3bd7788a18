import Corpora
import Foundation
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Training

@Suite("Frozen parts")
struct FreezeTests {
  /// By name, the tensors that some steps on the reference batches have changed, and all.
  private func changed(_ names: [String]) throws -> (changed: Set<String>, all: Set<String>) {
    let run = try ReferenceRun()
    let trainer = try run.trainer { $0.frozen = FrozenParts(names) }
    let before = Dictionary(uniqueKeysWithValues: trainer.model.parameters.map { ($0.name, $0.tensor.values) })
    // Gradients of 0 would be changed by decay alone.
    for step in 0..<3 { _ = try trainer.advance([run.batches[step]]) }
    let changed = trainer.model.parameters.filter { $0.tensor.values != before[$0.name] }.map(\.name)
    return (Set(changed), Set(before.keys))
  }

  @Test("What is frozen keeps its bytes, and everything else changes")
  func parts() throws {
    let free = try changed([])
    #expect(free.changed == free.all)
    func frozen(_ names: [String]) throws -> Set<String> {
      let (changed, all) = try changed(names)
      return all.subtracting(changed)
    }
    let block = try frozen(["blocks.1"])
    #expect(!block.isEmpty && block.allSatisfy { $0.contains("h.1.") })
    #expect(block == free.all.filter { $0.contains("h.1.") })
    // GPT-2's output matrix is its table of tokens.
    #expect(try frozen(["embeddings"]) == free.all.filter { $0.contains("wte") || $0.contains("wpe") })
    #expect(try frozen(["head"]) == free.all.filter { $0.contains("wte") })
    #expect(
      try frozen(["final_norm", "*ln_1.bias"]) == free.all.filter { $0.contains("ln_f") || $0.hasSuffix("ln_1.bias") })
    #expect(try frozen(["blocks.0-2"]) == free.all.filter { $0.contains(".h.") || $0.hasPrefix("h.") })
  }

  /// What a training of a small T5 from scratch leaves as it was, of all tensors that could learn.
  private func frozenInT5(_ names: [String]) throws -> (frozen: Set<String>, all: Set<String>) {
    let scratch = try Scratch()
    let rows = ["text\tpair"] + (0..<24).map { "number \($0) says\tnummer \($0) sagt" }
    let pairs = try scratch.write(rows.joined(separator: "\n"), to: "pairs.tsv")
    let plan = try scratch.plan("run") {
      $0.task = .translation
      $0.source = .scratch(
        .object([
          "model_type": .string("t5"), "d_model": .integer(32), "is_encoder_decoder": .bool(true),
          "d_kv": .integer(8), "d_ff": .integer(64), "num_layers": .integer(2), "num_heads": .integer(4),
        ]), Initialization(.xavier))
      $0.data = TrainingPlan.Data(file: CorpusFile(path: pairs))
      $0.checkpoints = CheckpointPlan(steps: .listed([0]))
      $0.frozen = FrozenParts(names)
    }
    _ = try TrainingRun(plan).run()
    let (start, end) = (try Model(directory: scratch["run/checkpoint-0"]), try Model(directory: scratch["run/final"]))
    let learned = zip(start.parameters, end.parameters).filter { $0.0.isLearned }
    #expect(learned.allSatisfy { $0.name == $1.name })
    let kept = learned.filter { $0.tensor.values == $1.tensor.values }
    return (Set(kept.map(\.0.name)), Set(learned.map(\.0.name)))
  }

  @Test(
    "Of an encoder–decoder, what is frozen of either stack keeps its bytes, and everything else changes",
    arguments: [
      ([], []), (["encoder.blocks.0-1"], ["encoder.block."]), (["encoder.blocks.1"], ["encoder.block.1."]),
      (["decoder.blocks.0"], ["decoder.block.0."]), (["embeddings"], ["shared."]), (["head"], ["shared."]),
      (["final_norm"], ["encoder.final", "decoder.final"]), (["decoder.*EncDecAttention.k*"], ["EncDecAttention.k."]),
      (["encoder.blocks.0", "decoder.blocks.1"], ["encoder.block.0.", "decoder.block.1."]),
    ] as [([String], [String])])
  func encoderDecoder(names: [String], frozen: [String]) throws {
    let found = try frozenInT5(names)
    let wanted = found.all.filter { name in frozen.contains { name.contains($0) } }
    #expect(wanted.isEmpty == names.isEmpty && found.frozen == wanted)
  }

  @Test(
    "Of an encoder–decoder, blocks without their stack are refused, and so are those beyond it",
    arguments: ["blocks.0", "encoder.blocks.2", "decoder.blocks.0-2", "encoder.final_norm"])
  func refusedOfEncoderDecoder(name: String) throws {
    let error = #expect(throws: InputError.self) { try self.frozenInT5([name]) }
    #expect(error.map { "\($0)" }?.contains("encoder.blocks.0-1, decoder.blocks.0-1") == true)
  }

  @Test(
    "A name that means nothing is refused, and so is freezing everything",
    arguments: [["block.0"], ["blocks.7"], ["blocks.1-0"], ["encoder.blocks.0"], ["*.nothing"], ["*"]])
  func refused(names: [String]) throws {
    let run = try ReferenceRun()
    #expect(throws: InputError.self) { try run.trainer { $0.frozen = FrozenParts(names) } }
  }

  @Test("A training from scratch fills what is frozen, keeps it, and goes on to the same bits")
  func resumes() throws {
    let scratch = try Scratch()
    func plan(_ name: String) throws -> TrainingPlan {
      try scratch.plan(name) {
        $0.frozen = FrozenParts(["embeddings"])
        $0.checkpoints = CheckpointPlan(steps: .listed([0, 3]), optimizerState: .all)
        $0.telemetry = TelemetryPlan()
      }
    }
    _ = try TrainingRun(plan("whole")).run()
    try FileManager.default.copyItem(at: scratch["whole"], to: scratch["other"])
    try FileManager.default.removeItem(at: scratch["other/final"])
    _ = try TrainingRun(plan("other"), .resumed).run()
    for file in ["final/model.safetensors", "telemetry.jsonl"] {
      #expect(try scratch.data("whole/\(file)") == scratch.data("other/\(file)"), "\(file)")
    }
    let (start, end) = (
      try Model(directory: scratch["whole/checkpoint-0"]), try Model(directory: scratch["whole/final"])
    )
    for (a, b) in zip(start.parameters, end.parameters) {
      let isFrozen = a.name.contains("wte") || a.name.contains("wpe")
      #expect((a.tensor.values == b.tensor.values) == isFrozen, "\(a.name)")
      if isFrozen { #expect(a.tensor.values.contains { $0 != 0 }) }
    }
  }
}
