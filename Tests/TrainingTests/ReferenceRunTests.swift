import Foundation
import Support
import Tensors
import Testing
import Transformers

@testable import Training

@Suite("Training as PyTorch trains")
struct ReferenceRunTests {
  @Test("200 steps follow the loss, the gradient's norm and the rate, and end at the same weights", arguments: [1, 4])
  func curve(parts: Int) throws {
    let run = try ReferenceRun(), trainer = try run.trainer()
    var (worstLoss, worstNorm) = (0.0, 0.0)
    for (step, wanted) in run.steps.enumerated() {
      let report = try trainer.advance(run.batches[step].split(parts))
      worstLoss = max(worstLoss, abs(report.loss - wanted.loss))
      worstNorm = max(worstNorm, abs(report.gradientNorm - wanted.grad_norm) / wanted.grad_norm)
      #expect(abs(report.rate - wanted.learning_rate) < 1e-12)
    }
    var worstWeight: Float = 0
    for parameter in trainer.model.parameters {
      let wanted = try run.final.tensor(parameter.name)
      // A key bias moves every score of a query alike: its gradient is rounding, which Adam scales up.
      let isKey = { (i: Int) in parameter.name.hasSuffix("c_attn.bias") && (24..<48).contains(i) }
      for (i, (a, b)) in zip(parameter.tensor.values, wanted.values).enumerated() where !isKey(i) {
        worstWeight = max(worstWeight, abs(a - b))
      }
    }
    print("reference run in \(parts): loss \(worstLoss), norm \(worstNorm), weights \(worstWeight)")
    #expect(worstLoss < 1e-5)
    #expect(worstNorm < 1e-4)
    #expect(worstWeight < 1e-4)
  }

  @Test("Any number of threads gives the same bits, in eight lanes or in one", arguments: [8, 1])
  func threads(lanes: Int) throws {
    let run = try ReferenceRun(), batch = run.batches.prefix(lanes == 1 ? 1 : 6).joined
    func weights(_ threads: Int) throws -> [Float] {
      let trainer = try run.trainer { $0.dropout = DropoutRates(embeddings: 0.1, attention: 0.1, residual: 0.1) }
      #expect(StepLanes(trainer.optimizer).parts(of: batch).count == lanes)
      try Workers.with(threads: threads) {
        for _ in 0..<5 { _ = try trainer.advance([batch, run.batches[6]]) }
      }
      return trainer.model.parameters.flatMap(\.tensor.values)
    }
    let one = try weights(1)
    for threads in [2, 5] { #expect(try weights(threads).elementsEqual(one)) }
  }
}
