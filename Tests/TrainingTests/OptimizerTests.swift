import Foundation
import Tensors
import Testing
@testable import Transformers

@testable import Training

@Suite("Optimisers")
struct OptimizerTests {
  /// A model of one parameter of three numbers.
  private func optimizer(_ settings: OptimizerSettings) -> Optimizer {
    let d = ModelDescription(
      family: "none", vocabulary: 3, head: .none,
      stack: StackDescription(
        layers: 1, heads: 1, width: 1, headWidth: 1, feedForwardWidth: 1, maximumPositions: 1, normPlacement: .pre,
        normEpsilon: 0, activation: .relu, isCausal: true, positions: .sinusoidal, hasOutput: false))
    let model = Model(
      description: d, parameters: [Parameter(name: "w", tensor: Tensor([1, -2, 0.5], shape: [3, 1]))],
      network: Network(stack: Network.Stack(embedding: Network.Embedding(tokens: 0), blocks: []), head: .none))
    return Optimizer(TrainableWeights(copying: model), settings)
  }

  /// Values of PyTorch 2.13 in float64.
  @Test(
    "Three steps as PyTorch takes them",
    arguments: [
      (OptimizerSettings.Method.sgd(momentum: 0, isNesterov: false), [0.977062989, -2.004035978, 0.4735514695]),
      (.sgd(momentum: 0.9, isNesterov: false), [0.921372789, -1.973655578, 0.4300013695]),
      (.sgd(momentum: 0.9, isNesterov: true), [0.906422212551, -1.980419525102, 0.4106850848005]),
      (.adamW(beta1: 0.8, beta2: 0.95, epsilon: 1e-4), [0.7953741698611871, -1.9089847068118568, 0.3269345007550447]),
    ])
  func steps(method: OptimizerSettings.Method, wanted: [Double]) {
    let optimizer = optimizer(OptimizerSettings(method: method, weightDecay: 0.01, clipNorm: nil))
    var change = 0.0
    for gradient: [Float] in [[0.1, -0.2, 0.3], [0.4, 0.1, -0.1], [-0.3, 0.2, 0.05]] {
      let before = optimizer.weights.model.parameters[0].tensor.values
      for (i, g) in gradient.enumerated() { optimizer.gradients.pointer[i] = 2 * g }
      let sums = optimizer.step(rate: 0.1, scale: 0.5, wantsSquares: true)[0]
      change = sums.change
      let after = optimizer.weights.model.parameters[0].tensor.values
      let squares = zip(before, after).reduce(0.0) { $0 + pow(Double($1.1 - $1.0), 2) }
      #expect(abs(change - squares) < 1e-6)
      #expect(abs(sums.weight - before.reduce(0.0) { $0 + Double($1) * Double($1) }) < 1e-12)
    }
    for (found, wanted) in zip(optimizer.weights.model.parameters[0].tensor.values, wanted) {
      #expect(abs(Double(found) - wanted) < 1e-6)
    }
  }

  @Test("Vectors do not decay, unless all parameters do", arguments: [OptimizerSettings.Decayed.matrices, .all])
  func decay(decayed: OptimizerSettings.Decayed) throws {
    let run = try ReferenceRun()
    let trainer = try run.trainer {
      $0.optimizer.weightDecay = 0.5
      $0.optimizer.decayed = decayed
      $0.schedule = Schedule(shape: .constant, rate: 0.1, steps: 1)
    }
    let before = trainer.model.parameters.map(\.tensor.values)
    // Without gradients only decay changes anything.
    _ = trainer.optimizer.step(rate: 0.1, scale: 1, wantsSquares: false)
    for (parameter, before) in zip(trainer.model.parameters, before) {
      let factor: Float = parameter.shape.count > 1 || decayed == .all ? 0.95 : 1
      #expect(zip(parameter.tensor.values, before).allSatisfy { abs($0 - factor * $1) < 1e-6 }, "\(parameter.name)")
    }
  }

  @Test("The rate rises in a line and then follows its shape", arguments: Schedule.Shape.allCases)
  func schedule(shape: Schedule.Shape) {
    let schedule = Schedule(shape: shape, rate: 2, warmup: 4, steps: 14, floor: 0.1)
    #expect((0..<4).map(schedule.rate) == [0.5, 1, 1.5, 2])
    #expect(schedule.rate(at: 4) == 2)
    switch shape {
    case .constant: #expect(schedule.rate(at: 13) == 2)
    case .linear: #expect(abs(schedule.rate(at: 9) - 1.1) < 1e-12 && abs(schedule.rate(at: 14) - 0.2) < 1e-12)
    case .cosine: #expect(abs(schedule.rate(at: 9) - 1.1) < 1e-12 && abs(schedule.rate(at: 14) - 0.2) < 1e-12)
    }
  }
}
