package import Foundation
import Support
package import Transformers

/// A training from its plan to its last checkpoint.
///
/// The folder of the run holds `checkpoint-<step>` for the steps that the plan lists, `final`, and with telemetry
/// `telemetry.jsonl` and `speed.jsonl`. A run that was stopped goes on from its last checkpoint to the same bits.
package final class TrainingRun {
  package enum Beginning: Sendable {
    /// In a folder that has no checkpoints yet.
    case new
    /// From the last checkpoint, where there is one.
    case resumed
    /// In place of what the folder holds of an earlier run.
    case again
  }

  package enum Outcome: Sendable {
    case finished(loss: Double)
    /// A signal came; the state is in the checkpoint.
    case interrupted(checkpoint: URL)
    case stopped(NumericFault, step: Int)
  }

  /// Told of what happens.
  package struct Events {
    package var began: (_ steps: Int, _ from: Int, _ parameters: Int, _ examples: Int) -> Void = { _, _, _, _ in }
    /// A sentence about the data.
    package var noted: (String) -> Void = { _ in }
    package var step: (StepReport) -> Void = { _ in }
    package var evaluated: (EvaluationReport, _ step: Int) -> Void = { _, _ in }
    package var saved: (URL) -> Void = { _ in }

    package init() {}
  }

  private let plan: TrainingPlan
  private let events: Events
  private let setup: TrainingSetup
  private let trainer: Trainer
  private var log = TrainerState()

  package init(_ plan: TrainingPlan, _ beginning: Beginning = .new, events: Events = Events()) throws {
    self.plan = plan
    self.events = events
    let found = CheckpointFolder.resumable(in: plan.folder)
    if beginning == .new, try Self.holdsRun(plan.folder) {
      throw InputError(
        .usage, at: plan.folder.relativePath, phrase("error.holdsTrainingAlready"),
        expected: phrase("expected.resumeOrRestart"))
    }
    let last = beginning == .resumed ? found.last : nil
    setup = try TrainingSetup(plan, from: last?.url)
    let schedule = Schedule(
      shape: plan.shape, rate: plan.rate, warmup: plan.warmup, steps: setup.steps, floor: plan.floor)
    trainer = try Trainer(
      setup.model,
      TrainerSettings(
        optimizer: plan.optimizer, schedule: schedule, dropout: plan.dropout, labelSmoothing: plan.labelSmoothing,
        onFault: plan.onFault, seed: UInt64(plan.seed), frozen: plan.frozen))
    if let last {
      log = try CheckpointFolder.restore(trainer, from: last.url)
    } else {
      switch plan.source {
      case .scratch(_, let initialization), .directory(_, let initialization):
        initialization.fill(trainer.optimizer.weights, seed: UInt64(plan.seed))
      }
    }
    for fault in plan.plants { try fault.apply(to: trainer.model) }
    if beginning == .again { try Self.clear(plan.folder) }
  }

  package var model: Model { trainer.model }

  /// Trains to the end, or until a signal comes or a number is none.
  package func run() throws -> Outcome {
    let telemetry = try plan.telemetry.map {
      try TelemetryWriter(
        plan.folder, $0, trainer: trainer, from: trainer.step, tokens: setup.telemetryTokens ?? TelemetryTokens())
    }
    setup.notes.forEach { events.noted($0.text) }
    events.began(setup.steps, trainer.step, trainer.model.parameterCount, setup.data.count)
    if trainer.step == 0 {
      try evaluate(telemetry)
      if plan.checkpoints.includes(0) { try save() }
    }
    var loss = Double.nan
    while trainer.step < setup.steps {
      let step = trainer.step
      let batches = try setup.data.batches(
        step: step, batch: plan.batch, accumulation: plan.accumulation, masking: plan.masking, seed: UInt64(plan.seed))
      let recorder = try telemetry?.recorder(for: step)
      let report = try trainer.advance(batches, observer: recorder)
      for fault in plan.plants { try fault.apply(to: trainer.model) }
      try telemetry?.add(report, recorder)
      if let fault = report.fault, plan.onFault == .stop {
        try telemetry?.close()
        return .stopped(fault, step: step)
      }
      if report.fault == nil {
        loss = report.loss
        log.add(report, done: trainer.step, epoch: epoch, every: plan.logEvery)
      }
      events.step(report)
      let isLast = trainer.step == setup.steps
      if let evaluation = plan.evaluation, isLast || trainer.step % evaluation.every == 0 { try evaluate(telemetry) }
      if plan.checkpoints.includes(trainer.step) { try save() }
      if Interruption.isRequested, !isLast {
        try telemetry?.close()
        return .interrupted(checkpoint: try save(withOptimizer: true))
      }
    }
    try telemetry?.close()
    let final = plan.folder.appending(path: "final")
    try CheckpointFolder.write(
      at: final, trainer: trainer, companions: setup.companions, log: log, state: state, withOptimizer: false)
    events.saved(final)
    return .finished(loss: loss)
  }

  private var epoch: Double {
    setup.data.epochs(steps: trainer.step, batch: plan.batch, accumulation: plan.accumulation)
  }

  private var state: JSON {
    log.state(
      step: trainer.step, steps: setup.steps, epoch: epoch,
      epochs: setup.data.epochs(steps: setup.steps, batch: plan.batch, accumulation: plan.accumulation), plan: plan)
  }

  private func evaluate(_ telemetry: TelemetryWriter?) throws {
    guard let evaluation = setup.evaluation else { return }
    let batches = try evaluation.batches(of: plan.batch, masking: plan.masking, seed: UInt64(plan.seed))
    var report = try trainer.evaluate(batches, wantsAccuracy: plan.task != .languageModel)
    let pairs = plan.task == .translation ? evaluation.pairs(atMost: plan.evaluation?.exactMatch ?? 0) : []
    if !pairs.isEmpty { report.exactMatch = try trainer.exactMatch(pairs) }
    log.add(report, done: trainer.step, epoch: epoch)
    try telemetry?.add(report, step: trainer.step)
    events.evaluated(report, trainer.step)
  }

  @discardableResult
  private func save(withOptimizer: Bool = false) throws -> URL {
    let url = plan.folder.appending(path: CheckpointFolder.name(step: trainer.step))
    let older = CheckpointFolder.resumable(in: plan.folder).filter { $0.step != trainer.step }
    try CheckpointFolder.write(
      at: url, trainer: trainer, companions: setup.companions, log: log, state: state,
      withOptimizer: withOptimizer || plan.checkpoints.optimizerState != .none)
    if plan.checkpoints.optimizerState == .last {
      for checkpoint in older {
        try? FileManager.default.removeItem(at: checkpoint.url.appending(path: CheckpointFolder.optimizerFile))
      }
    }
    events.saved(url)
    return url
  }

  private static let files = [TelemetryWriter.file, TelemetryWriter.speedFile, EventTelemetry.folder]

  private static func holdsRun(_ folder: URL) throws -> Bool { try !own(folder).isEmpty }

  /// What a training leaves in its folder.
  private static func own(_ folder: URL) throws -> [String] {
    let path = folder.path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw InputError(at: folder.relativePath, phrase("error.cannotBeListed"))
    }
    return names.filter { $0 == "final" || $0.hasPrefix("checkpoint-") || files.contains($0) }.sorted()
  }

  private static func clear(_ folder: URL) throws {
    for name in try own(folder) {
      do {
        try FileManager.default.removeItem(at: folder.appending(path: name))
      } catch {
        throw InputError(at: folder.appending(path: name).relativePath, phrase("error.cannotBeRemoved"))
      }
    }
  }
}
