import Engine
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Training

@Suite("Lanes of a step")
struct StepLanesTests {
  @Test(
    "How a batch is cut follows from its size",
    arguments: [
      (32, 64, Array(repeating: 4, count: 8)), (8, 24, [8]), (16, 16, [8, 8]), (6, 128, [1, 2, 1, 2]), (1, 4096, [1]),
      (3, 4096, [1, 2]),
    ])
  func parts(batch: Int, length: Int, rows: [Int]) throws {
    let lanes = StepLanes(try ReferenceRun().trainer().optimizer)
    let ids = (0..<batch * length).map { Int32($0) }
    let input = ModelInput(
      batch: batch, length: length, ids: ids, mask: Array(repeating: 1, count: ids.count), labels: ids.map { $0 + 1 })
    let parts = lanes.parts(of: input)
    #expect(parts.map(\.batch) == rows)
    #expect(parts.flatMap(\.ids) == ids)
    #expect(parts.flatMap { $0.labels ?? [] } == input.labels)
  }

  @Test("A step in lanes, of some without a label, has the gradient of the whole batch")
  func gradient() throws {
    let run = try ReferenceRun(), trainer = try run.trainer(),
      before = try Model(directory: Fixtures.url("models/gpt2"))
    var batch = run.batches.prefix(6).joined
    // The second lane has nothing to predict, the others more or less.
    let lane = batch.ids.count / 8
    for at in batch.ids.indices where at / lane == 1 || at % (2 + at / lane) == 0 { batch.labels?[at] = -100 }
    #expect(StepLanes(trainer.optimizer).parts(of: batch).count == 8)

    let report = try trainer.advance([batch])
    let whole = try before.run(batch, TraceRequest(parameterGradients: true))
    #expect(abs(report.loss - (whole.loss ?? .nan)) < 1e-6)
    for (parameter, gradient) in zip(
      before.parameters, trainer.optimizer.weights.tensors(in: trainer.optimizer.gradients))
    {
      let wanted = try #require(whole.parameterGradients[parameter.name])
      let largest = wanted.values.reduce(0) { max($0, abs($1)) }
      for (a, b) in zip(try #require(gradient).values, wanted.values) {
        #expect(abs(a - b) <= 1e-5 * max(largest, 1e-3), "\(parameter.name)")
      }
    }
  }

  @Test("Rows of images, segments and targets are those of the batch")
  func rows() {
    var input = ModelInput(
      batch: 3, length: 2, ids: [0, 1, 2, 3, 4, 5], mask: [1, 1, 1, 0, 1, 1], typeIDs: [0, 0, 0, 1, 1, 1],
      labels: [7, 8, 9])
    input.target = ModelInput.Target(length: 1, ids: [10, 11, 12], mask: [1, 0, 1])
    input.pixels = Tensor((0..<24).map(Float.init), shape: [3, 2, 2, 2])
    let rows = input.rows(1..<3)
    #expect((rows.batch, rows.length) == (2, 2))
    #expect(rows.ids == [2, 3, 4, 5])
    #expect(rows.mask == [1, 0, 1, 1])
    #expect(rows.typeIDs == [0, 1, 1, 1])
    #expect(rows.labels == [8, 9])
    #expect(rows.target?.ids == [11, 12])
    #expect(rows.target?.mask == [0, 1])
    #expect(rows.pixels?.shape == [2, 2, 2, 2])
    #expect(rows.pixels?.values == (8..<24).map(Float.init))
  }
}
