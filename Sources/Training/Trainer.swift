import Tensors
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
  private let gradients: [Tensor?]

  package var model: Model { optimizer.weights.model }

  /// - Parameter model: left as it is; its weights are copied.
  package init(_ model: Model, _ settings: TrainerSettings) {
    self.settings = settings
    let weights = TrainableWeights(copying: model)
    optimizer = Optimizer(weights, settings.optimizer)
    gradients = weights.tensors(in: optimizer.gradients)
  }

  /// One step: the gradient of the mean loss over all labelled positions of the batches, and the change of the weights
  /// by it.
  ///
  /// - Throws: `InputError` for a batch that does not fit the model or has no label.
  package func advance(_ batches: [ModelInput], observer: (any StepObserver)? = nil) throws -> StepReport {
    let counts = batches.map { $0.labelCount(for: model.description) }, labels = counts.reduce(0, +)
    guard labels > 0 else { throw InputError(at: "step \(step)", "has nothing to predict", expected: "a label") }
    var report = StepReport(step: step, rate: settings.schedule.rate(at: step))
    report.tokens = batches.reduce(0) { sum, batch in
      sum + batch.mask.count { $0 != 0 } + (batch.target?.mask.count { $0 != 0 } ?? 0)
    }
    report.loss = 0
    var isAdding = false
    for (index, batch) in batches.enumerated() where counts[index] > 0 {
      let share = Double(counts[index]) / Double(labels)
      var request = observer?.request ?? TraceRequest()
      request.training = TrainingPass(
        gradients: gradients, isAdding: isAdding, weight: Float(share), dropout: settings.dropout,
        labelSmoothing: Float(settings.labelSmoothing), seed: passSeed(index))
      observer?.begin(batch)
      let trace = try model.run(batch, request)
      report.loss += (trace.loss ?? .nan) * share
      observer?.observe(trace, batch)
      isAdding = true
    }
    report.gradientSquares = optimizer.gradientSquares()
    report.gradientNorm = report.gradientSquares.reduce(0, +).squareRoot()
    guard report.loss.isFinite && report.gradientNorm.isFinite else {
      report.fault = try fault(batches)
      if settings.onFault == .skip { step += 1 }
      return report
    }
    let scale = optimizer.clipping(norm: report.gradientNorm)
    report.changeSquares = optimizer.step(rate: report.rate, scale: scale, wantsChanges: observer != nil)
    step += 1
    return report
  }

  /// Mean loss over the labelled positions of all batches, without dropout and smoothing; and the share of labels that
  /// get the largest logit, where that is wanted.
  package func evaluate(_ batches: [ModelInput], wantsAccuracy: Bool = false) throws -> EvaluationReport {
    var (sum, labels, correct) = (0.0, 0, 0)
    for batch in batches {
      let count = batch.labelCount(for: model.description)
      guard count > 0 else { continue }
      let trace = try model.run(batch, TraceRequest(sites: wantsAccuracy ? [.logits] : []))
      guard let loss = trace.loss else { continue }
      sum += loss * Double(count)
      labels += count
      if let logits = trace[.logits] { correct += batch.correctCount(logits, for: model.description) }
    }
    return EvaluationReport(
      loss: sum / Double(labels), accuracy: wantsAccuracy ? Double(correct) / Double(labels) : nil, labels: labels)
  }

  /// Decides what is dropped in one pass of a step.
  private func passSeed(_ batch: Int) -> UInt64 {
    var generator = SeededGenerator(seed: settings.seed ^ 0x6472_6F70)
    let key = generator.next()
    generator = SeededGenerator(seed: key &+ UInt64(step) &* 0x1_0000_0001 &+ UInt64(batch) << 48)
    return generator.next()
  }
}
