import Foundation
import Results
import Tensors
import Training
import Transformers

/// A training step at a small GPT-2's shape: AdamW, clipping, 16 rows of 128 tokens, with and without telemetry.
let trainingBenchmarks = [128, 256].flatMap { width in
  [nil, TelemetryPlan(histograms: true)].map { telemetry in
    Benchmark(name: "training.minigpt\(width)\(telemetry == nil ? "" : ".telemetry")") { name in
      do {
        try run(name, width: width, telemetry)
      } catch {
        print("{\"bench\": \"\(name)\", \"error\": \"\(error)\"}")
      }
    }
  }
}

private func run(_ name: String, width: Int, _ telemetry: TelemetryPlan?) throws {
  let shape = ModelShape(
    name: "minigpt\(width)", family: "gpt2", layers: 4, width: width, heads: 4, vocabulary: 1000)
  let trainer = Trainer(
    try shape.model(), TrainerSettings(schedule: Schedule(shape: .constant, rate: 1e-3, steps: 1 << 20)))
  var generator = SeededGenerator(seed: 0)
  let ids = (0..<16 * 128).map { _ in Int32(generator.index(below: 1000)) }
  let batch = ModelInput(
    batch: 16, length: 128, ids: ids, mask: Array(repeating: 1, count: ids.count), labels: ids)
  report(
    name,
    time(15) {
      let recorder = telemetry.map { StepRecorder(trainer, $0) }
      guard let step = try? trainer.advance([batch], observer: recorder) else { return }
      _ = recorder?.record(step).json.line
    })
}
