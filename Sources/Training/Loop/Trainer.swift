import Analyses
import Support
package import Transformers

/// A model that is being trained: its weights, and the step that is next.
///
/// What a step does follows from the weights, the optimiser's memory, the step's number and the batches alone; so a run
/// that goes on from a checkpoint gives the bits of one that was never interrupted.
package final class Trainer {
  package let settings: TrainerSettings
  package let optimizer: Optimizer
  /// The number of the step that is next, from 0: also how many were taken or skipped.
  package var step = 0
  /// For those who look at steps.
  let sites: TelemetrySites
  private var lanes: StepLanes

  package var model: Model { optimizer.weights.model }

  /// - Parameter model: left as it is; its weights are copied.
  /// - Throws: `InputError(.usage)` where what is to be frozen is not there, or nothing is left.
  package init(_ model: Model, _ settings: TrainerSettings) throws {
    self.settings = settings
    let weights = TrainableWeights(copying: model)
    optimizer = Optimizer(weights, settings.optimizer, frozen: try settings.frozen.parameters(of: model))
    lanes = StepLanes(optimizer)
    sites = TelemetrySites(model)
  }

  /// One step: the gradient of the mean loss over all labelled positions of the batches, and the change of the weights
  /// by it.
  ///
  /// - Throws: `InputError` for a batch that does not fit the model or has no label.
  package func advance(_ batches: [ModelInput], observer: (any StepObserver)? = nil) throws -> StepReport {
    let batches = try batches.map { try $0.checked(against: model.description) }
    var report = StepReport(step: step, rate: settings.schedule.rate(at: step))
    report.tokens = batches.reduce(0) { sum, batch in
      sum + batch.mask.count { $0 != 0 } + (batch.target?.mask.count { $0 != 0 } ?? 0)
    }
    report.loss = try differentiate(batches, observer)
    report.gradientSquares = optimizer.gradientSquares()
    report.gradientNorm = report.gradientSquares.reduce(0, +).squareRoot()
    guard report.loss.isFinite && report.gradientNorm.isFinite else {
      report.fault = try fault(batches)
      report.weightSquares = optimizer.weightSquares()
      if settings.onFault == .skip { step += 1 }
      return report
    }
    let scale = optimizer.clipping(norm: report.gradientNorm)
    let squares = optimizer.step(rate: report.rate, scale: scale, wantsSquares: observer != nil)
    report.weightSquares = squares.map(\.weight)
    report.changeSquares = squares.map(\.change)
    step += 1
    return report
  }

  /// Leaves the gradient where the optimiser has it, and returns the loss.
  private func differentiate(_ batches: [ModelInput], _ observer: (any StepObserver)?) throws -> Double {
    let passes = passes(of: batches), labels = passes.joined().reduce(0) { $0 + $1.labels }
    guard labels > 0 else {
      throw InputError(
        at: phrase("error.stepStep", ["step": step]), phrase("error.hasNothingPredict"), expected: "a label")
    }
    let gradients = lanes.gradients(of: passes.count)
    let losses = try mapPieces(passes.count) { lane in
      var loss = 0.0
      for (index, pass) in passes[lane].enumerated() {
        let share = Double(pass.labels) / Double(labels), rows = batches[pass.batch].batch
        var request =
          observer?.request(for: index * passes.count + lane, of: pass.input, among: rows) ?? TraceRequest()
        request.training = TrainingPass(
          gradients: gradients[lane], isAdding: index > 0, weight: Float(share), dropout: settings.dropout,
          labelSmoothing: Float(settings.labelSmoothing), seed: pass.seed)
        loss += (try model.run(pass.input, request).loss ?? .nan) * share
      }
      return loss
    }
    lanes.add(passes.count)
    return losses.reduce(0, +)
  }

  /// Part of one batch, which a lane runs at once.
  private struct Pass {
    var input: ModelInput
    /// Which of the step's batches.
    var batch: Int
    var labels: Int
    /// Decides what is dropped.
    var seed: UInt64
  }

  /// By lane, what it runs one after another; without what has no label.
  private func passes(of batches: [ModelInput]) -> [[Pass]] {
    var result: [[Pass]] = []
    for (index, batch) in batches.enumerated() {
      for (lane, part) in lanes.parts(of: batch).enumerated() {
        if lane == result.count { result.append([]) }
        let labels = part.labelCount(for: model.description)
        guard labels > 0 else { continue }
        result[lane].append(Pass(input: part, batch: index, labels: labels, seed: passSeed(index, lane)))
      }
    }
    return result.filter { !$0.isEmpty }
  }

  /// Mean loss over the labelled positions of all batches, without dropout and smoothing; and the share of labels that
  /// get the largest logit, where that is wanted.
  package func evaluate(_ batches: [ModelInput], wantsAccuracy: Bool = false) throws -> EvaluationReport {
    var (sum, labels, correct) = (0.0, 0, 0)
    for batch in batches {
      let parts = lanes.parts(of: try batch.checked(against: model.description))
        .map { (input: $0, labels: $0.labelCount(for: model.description)) }.filter { $0.labels > 0 }
      let traces = try mapPieces(parts.count) { part in
        try model.run(parts[part].input, TraceRequest(sites: wantsAccuracy ? [.logits] : []))
      }
      for (part, trace) in zip(parts, traces) {
        guard let loss = trace.loss else { continue }
        sum += loss * Double(part.labels)
        labels += part.labels
        if let logits = trace[.logits] { correct += part.input.correctCount(logits, for: model.description) }
      }
    }
    return EvaluationReport(
      loss: sum / Double(labels), accuracy: wantsAccuracy ? Double(correct) / Double(labels) : nil, labels: labels)
  }

  /// Decides what is dropped in one pass of a step.
  private func passSeed(_ batch: Int, _ lane: Int) -> UInt64 {
    var generator = SeededGenerator(seed: settings.seed ^ 0x6472_6F70)
    let key = generator.next()
    generator = SeededGenerator(seed: key &+ UInt64(step) &* 0x1_0000_0001 &+ UInt64(batch) << 48 &+ UInt64(lane) << 40)
    return generator.next()
  }
}
