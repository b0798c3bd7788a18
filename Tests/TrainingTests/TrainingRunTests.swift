import Corpora
import Foundation
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Training

@Suite("Training runs")
struct TrainingRunTests {
  private func finished(_ outcome: TrainingRun.Outcome) -> Double? {
    if case .finished(let loss) = outcome { loss } else { nil }
  }

  @Test("A run that goes on from a checkpoint leaves the bytes of one that was never interrupted")
  func resumed() throws {
    let scratch = try Scratch()
    func plan(_ name: String) throws -> TrainingPlan {
      try scratch.plan(name) {
        $0.dropout = DropoutRates(embeddings: 0.1, attention: 0.1, residual: 0.1)
        $0.accumulation = 2
        $0.checkpoints = CheckpointPlan(steps: .listed([0, 3, 5]), optimizerState: .all)
        $0.telemetry = TelemetryPlan()
        $0.evaluation = TrainingPlan.Evaluation(data: $0.data, every: 2)
      }
    }
    #expect(finished(try TrainingRun(try plan("whole")).run()) != nil)
    #expect(
      try scratch.names("whole") == [
        "checkpoint-0", "checkpoint-3", "checkpoint-5", "final", "speed.jsonl", "telemetry.jsonl", "tensorboard",
      ])
    // The other lost everything behind step 3, but for what the next steps had already written.
    try FileManager.default.copyItem(at: scratch["whole"], to: scratch["other"])
    for name in ["final", "checkpoint-5"] { try FileManager.default.removeItem(at: scratch["other/\(name)"]) }
    #expect(finished(try TrainingRun(try plan("other"), .resumed).run()) != nil)
    for file in [
      "final/model.safetensors", "final/trainer_state.json", "checkpoint-5/optimizer.safetensors",
      "checkpoint-5/model.safetensors", "telemetry.jsonl", "tensorboard/\(EventWriter.fileName)",
      "final/tokenizer.json",
      "final/config.json",
    ] { #expect(try scratch.data("whole/\(file)") == scratch.data("other/\(file)"), "\(file)") }
  }

  @Test("The event file of the telemetry is read as any other log, and says what the lines say")
  func events() throws {
    let scratch = try Scratch()
    let plan = try scratch.plan("run") {
      $0.telemetry = TelemetryPlan()
      $0.evaluation = TrainingPlan.Evaluation(data: $0.data, every: 2)
    }
    _ = try TrainingRun(plan).run()
    let events = try TrainingLog(contentsOf: scratch["run/tensorboard"])
    let lines = try TrainingLog(contentsOf: scratch["run/telemetry.jsonl"])
    #expect(events.notes.isEmpty)
    for (tag, name) in [("train/loss", "loss"), ("train/grad_norm", "grad_norm"), ("eval/loss", "validation_loss")] {
      let (event, line) = (try #require(events[tag]), try #require(lines[name]))
      #expect(event.steps == line.steps && !event.steps.isEmpty, "\(tag)")
      #expect(zip(event.values, line.values).allSatisfy { abs($0 - $1) <= 1e-6 * abs($1) }, "\(tag)")
    }
    #expect(events.histograms.contains { $0.name.hasPrefix("log10_grad/") && $0.steps == events["train/loss"]?.steps })
    #expect(events.scalars.contains { $0.name.hasPrefix("normalised_entropy/") })
  }

  @Test("Only the last checkpoint keeps the optimiser's state, unless all are to")
  func optimizerState() throws {
    let scratch = try Scratch()
    _ = try TrainingRun(try scratch.plan("run") { $0.checkpoints = CheckpointPlan(steps: .logarithmic) }).run()
    #expect(try scratch.names("run") == ["checkpoint-0", "checkpoint-1", "checkpoint-2", "checkpoint-4", "final"])
    #expect(CheckpointFolder.resumable(in: scratch["run"]).map(\.step) == [4])
    #expect(
      try scratch.names("run/checkpoint-4") == [
        "config.json", "generation_config.json", "model.safetensors", "optimizer.safetensors", "tokenizer.json",
        "tokenizer_config.json", "trainer_state.json",
      ])
  }

  @Test("A folder that holds a run is not touched unless it is asked for")
  func existing() throws {
    let scratch = try Scratch(), plan = try scratch.plan("run")
    _ = try TrainingRun(plan).run()
    let before = try scratch.data("run/final/model.safetensors")
    #expect(throws: InputError.self) { try TrainingRun(plan) }
    _ = try TrainingRun(plan, .again).run()
    #expect(try scratch.data("run/final/model.safetensors") == before)
  }

  @Test("The loss falls, and a checkpoint is a model that gives it")
  func learns() throws {
    let scratch = try Scratch()
    let plan = try scratch.plan("run") {
      $0.length = .steps(60)
      $0.rate = 0.01
      $0.evaluation = TrainingPlan.Evaluation(data: $0.data, every: 60)
    }
    var losses: [Double] = []
    var events = TrainingRun.Events()
    events.evaluated = { report, _ in losses.append(report.loss) }
    let run = try TrainingRun(plan, events: events)
    _ = try run.run()
    #expect(losses.count == 2 && losses[1] < losses[0] / 2)
    let read = try Model(directory: scratch["run/final"])
    let input = ModelInput(rows: [[5, 6, 7, 8]], pad: 0)
    let request = TraceRequest(sites: [.logits])
    #expect(try read.run(input, request)[.logits]?.values == run.model.run(input, request)[.logits]?.values)
  }

  @Test("Other seeds give other weights, the same seed the same")
  func seeds() throws {
    let scratch = try Scratch()
    func weights(_ name: String, _ seed: Int) throws -> Data {
      _ = try TrainingRun(try scratch.plan(name) { $0.seed = seed }).run()
      return try scratch.data("\(name)/final/model.safetensors")
    }
    let first = try weights("a", 1)
    #expect(try weights("b", 1) == first)
    #expect(try weights("c", 2) != first)
  }

  @Test("A weight that is no number stops the run, and the record names where it rose")
  func fault() throws {
    let scratch = try Scratch()
    let plan = try scratch.plan("run") {
      // Every weight of such a deviation overflows in the MLP.
      $0.source = .scratch(
        {
          if case .scratch(let config, _) = $0.source { config } else { .null }
        }($0), Initialization(.normal, deviation: 1e25))
      $0.telemetry = TelemetryPlan(histograms: false)
    }
    guard case .stopped(let fault, let step) = try TrainingRun(plan).run() else {
      Issue.record("the run went on")
      return
    }
    #expect(step == 0)
    #expect(fault.nans + fault.infinities > 0)
    let lines = try String(contentsOf: scratch["run/telemetry.jsonl"], encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 1 && lines[0].contains("\"fault\": {") && lines[0].contains(fault.tensor))
    #expect(!FileManager.default.fileExists(atPath: scratch["run/final"].path(percentEncoded: false)))
    // Skipped steps leave the weights alone.
    var skipping = plan
    skipping.onFault = .skip
    let run = try TrainingRun(skipping, .again)
    let before = run.model.parameters.map(\.tensor.values)
    guard case .finished = try run.run() else {
      Issue.record("the run stopped")
      return
    }
    #expect(run.model.parameters.map(\.tensor.values) == before)
  }

  @Test("Batches go through every example once an epoch, in another order each time")
  func order() throws {
    let examples = (0..<10).map { TrainingExample(ids: [Int32($0), Int32($0)]) }
    let data = try TrainingData(examples, task: .languageModel, pad: 0, mask: nil, vocabulary: 20, images: nil)
    func epoch(_ number: Int, seed: UInt64) throws -> [Int32] {
      try (0..<5).flatMap { step in
        try data.batches(step: number * 5 + step, batch: 1, accumulation: 2, masking: 0, seed: seed)
          .map { $0.ids[0] }
      }
    }
    let first = try epoch(0, seed: 1)
    #expect(first.sorted() == (0..<10).map { Int32($0) })
    #expect(try epoch(1, seed: 1).sorted() == first.sorted())
    #expect(try epoch(1, seed: 1) != first)
    #expect(try epoch(0, seed: 2) != first)
    #expect(try epoch(0, seed: 1) == first)
  }
}
