import Analyses
import Foundation
import Results
import Tensors
import Training
import Transformers

/// Training at a small GPT-2's shape: AdamW, clipping, 16 rows of 128 tokens.
let trainingBenchmarks = [128, 256].flatMap { width in
  [
    Benchmark(name: "training.minigpt\(width)") { name in
      reporting(name) {
        let steps = try Steps(width: width)
        report(name, time(15) { try? steps.plain() })
      }
    },
    Benchmark(name: "training.minigpt\(width).telemetry") { name in
      reporting(name) { try telemetry(name, width: width) }
    },
  ]
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
private func telemetry(_ name: String, width: Int) throws {
  let plan = TelemetryPlan()
  let folder = URL.temporaryDirectory.appending(path: "tomograph-bench-\(ProcessInfo.processInfo.processIdentifier)")
  defer { try? FileManager.default.removeItem(at: folder) }
  let (plain, recorded) = (try Steps(width: width), try Steps(width: width))
  let writer = try TelemetryWriter(folder, plan, trainer: recorded.trainer, from: 0, tokens: recorded.tokens)
  var ratios: [Double] = []
  var processor: [Double] = []
  var seconds: [Double] = []
  for round in 0..<8 {
    let before = try spent { for _ in 0..<plan.classes { try plain.plain() } }
    let after = try spent { for _ in 0..<plan.classes { try recorded.observed(by: writer) } }
    guard round > 0 else { continue }
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

  init(width: Int) throws {
    let shape = ModelShape(
      name: "minigpt\(width)", family: "gpt2", layers: 4, width: width, heads: 4, vocabulary: 1000)
    trainer = Trainer(
      try shape.model(), TrainerSettings(schedule: Schedule(shape: .constant, rate: 1e-3, steps: 1 << 20)))
    var generator = SeededGenerator(seed: 0)
    let ids = (0..<16 * 128).map { _ in Int32(generator.index(below: 1000)) }
    batch = ModelInput(
      batch: 16, length: 128, ids: ids, mask: Array(repeating: 1, count: ids.count), labels: ids)
    let repeated = RepeatedTokens(
      ordinary: Array(0..<1000), opening: [], closing: [], longest: trainer.model.description.maximumPositions, seed: 0,
      spelled: { "\($0)" })
    tokens = TelemetryTokens(probe: repeated.map { RepeatedTokenProbe($0, pad: 0) })
  }

  func plain() throws { _ = try trainer.advance([batch]) }

  func observed(by writer: TelemetryWriter) throws {
    let recorder = try writer.recorder(for: trainer.step)
    try writer.add(try trainer.advance([batch], observer: recorder), recorder)
  }
}
