import Foundation
import Support
import Tensors
import Testing

/// Gradients of operations held against central differences.
protocol GradientCheck {}

extension GradientCheck {
  /// Checks `∂/∂x Σ w·f(x…)` with random weights `w`, for every input.
  func check(_ shapes: [[Int]], spread: Double = 1, _ f: (Tape, [Variable]) -> Variable) {
    let found = disagreements(shapes, spread: spread, f)
    #expect(found.prefix(4) == [])
  }

  /// Where gradients and central differences disagree, along directions of sixteen elements each, so that one wrong
  /// element is one sixteenth of what is compared and not lost among thousands.
  ///
  /// - Parameter damage: changes the gradient of an input before it is compared.
  func disagreements(
    _ shapes: [[Int]], spread: Double, damage: (Int, inout [Float]) -> Void = { _, _ in },
    _ f: (Tape, [Variable]) -> Variable
  ) -> [String] {
    var generator = SeededGenerator(seed: 7)
    func random(_ shape: [Int]) -> Tensor {
      Tensor((0..<shape.reduce(1, *)).map { _ in Float(generator.normal() * spread) }, shape: shape)
    }
    let inputs = shapes.map(random)
    let probe = f(Tape(isRecording: false), inputs.map { Variable($0) })
    let weights = random(probe.shape)
    func value(_ tensors: [Tensor]) -> Double {
      let y = f(Tape(isRecording: false), tensors.map { Variable($0) }).value
      return zip(y.values, weights.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    // What a difference of values in Float32 cannot show: the rounding of outputs, by the step.
    let terms = zip(probe.value.values, weights.values).map { Double($0 * $1) }
    let squares = terms.reduce(1e-4) { $0 + $1 * $1 }
    let rounding = 2e-5 * squares.squareRoot()
    let tape = Tape(isRecording: true)
    let variables = inputs.map { Variable($0, needsGradient: true) }
    tape.backward(from: f(tape, variables), gradient: weights)
    var found: [String] = []
    for (index, variable) in variables.enumerated() {
      let x = inputs[index].values, step: Float = 1e-2
      var gradient = variable.gradient?.values ?? [Float](repeating: 0, count: x.count)
      damage(index, &gradient)
      let signs = x.map { _ in Float(generator.uniform() < 0.5 ? -1 : 1) }
      let groups = (x.count + 15) / 16
      for group in 0..<groups {
        let elements = Array(stride(from: group, to: x.count, by: groups))
        func at(_ by: Float) -> Double {
          var moved = x
          for element in elements { moved[element] += by * signs[element] }
          var tensors = inputs
          tensors[index] = Tensor(moved, shape: shapes[index])
          return value(tensors)
        }
        // Four points: the error falls with the fourth power of the step.
        let numeric = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * Double(step))
        let exact = elements.reduce(0.0) { $0 + Double(gradient[$1]) * Double(signs[$1]) }
        let scale = elements.reduce(0.0) { $0 + abs(Double(gradient[$1])) }
        if !(abs(numeric - exact) <= 5e-3 * scale + rounding) {
          found.append("input \(index), group \(group): \(numeric) against \(exact)")
        }
      }
    }
    return found
  }
}
