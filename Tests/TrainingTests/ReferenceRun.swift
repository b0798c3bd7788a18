import Foundation
import Tensors
import TestSupport
import Transformers

@testable import Training

/// A training of the reference GPT-2 by PyTorch in float64, step by step.
struct ReferenceRun {
  struct Step: Decodable {
    var step: Int
    var loss: Double
    var grad_norm: Double
    var learning_rate: Double
  }

  private struct File: Decodable { var steps: [Step] }

  let steps: [Step]
  let batches: [ModelInput]
  let final: SafetensorsFile

  init() throws {
    let folder = Fixtures.url("training")
    steps = try JSONDecoder().decode(File.self, from: Data(contentsOf: folder.appending(path: "run.json"))).steps
    let (shape, ids) = try SafetensorsFile(folder.appending(path: "batches.safetensors")).integers("input_ids")
    let size = shape[1] * shape[2]
    batches = (0..<shape[0]).map { step in
      let ids = ids[step * size..<(step + 1) * size].map { Int32($0) }
      return ModelInput(
        batch: shape[1], length: shape[2], ids: ids, mask: Array(repeating: 1, count: size), labels: ids)
    }
    final = try SafetensorsFile(folder.appending(path: "final.safetensors"))
  }

  func trainer(_ change: (inout TrainerSettings) -> Void = { _ in }) throws -> Trainer {
    var settings = TrainerSettings(
      optimizer: OptimizerSettings(weightDecay: 0.01, clipNorm: 1),
      schedule: Schedule(shape: .cosine, rate: 0.002, warmup: 20, steps: steps.count))
    change(&settings)
    return try Trainer(try Model(directory: Fixtures.url("models/gpt2")), settings)
  }
}

extension ModelInput {
  /// The rows cut into `parts` batches.
  func split(_ parts: Int) -> [ModelInput] {
    (0..<parts).map { rows($0 * batch / parts..<($0 + 1) * batch / parts) }
  }
}

extension Collection<ModelInput> {
  /// Their rows as one batch of ids and labels, all of one length.
  var joined: ModelInput {
    ModelInput(
      batch: reduce(0) { $0 + $1.batch }, length: first?.length ?? 0, ids: flatMap(\.ids), mask: flatMap(\.mask),
      labels: flatMap { $0.labels ?? [] })
  }
}
