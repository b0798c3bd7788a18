import Analyses
import Engine
import Foundation
import Support
import Training
import Transformers

/// Training at small GPT-2s' shapes: AdamW, clipping; the first is that of the embedded example.
let trainingBenchmarks = TrainingShape.all.flatMap { shape in
  [
    Benchmark(name: "training.\(shape.model.name)") { name in
      reporting(name) {
        let steps = try Steps(shape)
        report(name, time(15) { try? steps.plain() })
      }
    },
    Benchmark(name: "training.\(shape.model.name).telemetry") { name in
      reporting(name) { try telemetry(name, shape) }
    },
  ]
}

private struct TrainingShape {
  var model: ModelShape
  var rows: Int
  var length: Int

  static let all =
    [
      TrainingShape(
        model: ModelShape(
          name: "minigpt", family: "gpt2", layers: 2, width: 64, heads: 2, vocabulary: 1024, innerWidth: 128,
          positions: 64),
        rows: 32, length: 64)
    ]
    + [128, 256].map { width in
      TrainingShape(
        model: ModelShape(
          name: "minigpt\(width)", family: "gpt2", layers: 4, width: width, heads: 4, vocabulary: 1000,
          positions: 128),
        rows: 16, length: 128)
    }
}

private func reporting(_ name: String, _ body: () throws -> Void) {
  do {
    try body()
  } catch {
    print("{\"bench\": \"\(name)\", \"error\": \"\(error)\"}")
  }
}

/// Seconds of a step with everything that telemetry writes at every step (lines of JSON, event file, classes of heads as
/// often as by default), and its ratio to a step without: blocks of steps of both kinds take turns. `cpu_ratio` is that
/// of the processor's seconds, which other work on the machine disturbs less.
private func telemetry(_ name: String, _ shape: TrainingShape) throws {
  let plan = TelemetryPlan()
  let folder = URL.temporaryDirectory.appending(path: "tomograph-bench-\(ProcessInfo.processInfo.processIdentifier)")
  defer { try? FileManager.default.removeItem(at: folder) }
  let (plain, recorded) = (try Steps(shape), try Steps(shape))
  let writer = try TelemetryWriter(folder, plan, trainer: recorded.trainer, from: 0, tokens: recorded.tokens)
  var ratios: [Double] = []
  var processor: [Double] = []
  var seconds: [Double] = []
  var (isWarm, left) = (false, 20.0)
  while left > 0 || ratios.count < 5 {
    let before = try spent { for _ in 0..<plan.classes { try plain.plain() } }
    let after = try spent { for _ in 0..<plan.classes { try recorded.observed(by: writer) } }
    left -= before.wall + after.wall
    defer { isWarm = true }
    guard isWarm else { continue }
    ratios.append(after.wall / before.wall)
    processor.append(after.processor / before.processor)
    seconds.append(after.wall / Double(plan.classes))
  }
  try writer.close()
  func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
  report(
    name, (median(seconds), seconds.min() ?? .nan, seconds.max() ?? .nan),
    ["ratio": median(ratios), "cpu_ratio": median(processor)])
}

private func spent(_ body: () throws -> Void) rethrows -> (wall: Double, processor: Double) {
  func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
  let start = (now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID))
  try body()
  return (now(CLOCK_MONOTONIC) - start.0, now(CLOCK_PROCESS_CPUTIME_ID) - start.1)
}

private struct Steps {
  let trainer: Trainer
  let batch: ModelInput
  let tokens: TelemetryTokens

  init(_ shape: TrainingShape) throws {
    trainer = try Trainer(
      try shape.model.model(), TrainerSettings(schedule: Schedule(shape: .constant, rate: 1e-3, steps: 1 << 20)))
    var generator = SeededGenerator(seed: 0)
    let vocabulary = shape.model.vocabulary
    let ids = (0..<shape.rows * shape.length).map { _ in Int32(generator.index(below: vocabulary)) }
    batch = ModelInput(
      batch: shape.rows, length: shape.length, ids: ids, mask: Array(repeating: 1, count: ids.count), labels: ids)
    let repeated = RepeatedTokens(
      ordinary: Array(0..<Int32(vocabulary)), opening: [], closing: [],
      longest: trainer.model.description.maximumPositions, seed: 0,
      spelled: { "\($0)" })
    tokens = TelemetryTokens(probe: repeated.map { RepeatedTokenProbe($0, pad: 0) })
  }

  func plain() throws { _ = try trainer.advance([batch]) }

  func observed(by writer: TelemetryWriter) throws {
    let recorder = try writer.recorder(for: trainer.step)
    try writer.add(try trainer.advance([batch], observer: recorder), recorder)
  }
}
