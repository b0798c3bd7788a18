import TestSupport
import Testing

@testable import Tensors

@Suite("Products of few rows")
struct LinearStepTests {
  @Test(
    "They are those of any number of rows, and of each row alone to the bit", arguments: [1, 5, 6, 7, 13, 32],
    [true, false])
  func product(rows: Int, isInputMajor: Bool) {
    let (inputs, outputs) = (83, 331)
    func numbers(_ count: Int, _ step: Int) -> [Float] { (0..<count).map { Float($0 * step % 101) / 50 - 1 } }
    let x = Tensor(numbers(rows * inputs, 37), shape: [rows, inputs])
    let weight = Tensor(
      numbers(inputs * outputs, 29), shape: isInputMajor ? [inputs, outputs] : [outputs, inputs])
    let bias = Variable(Tensor(numbers(outputs, 17), shape: [outputs]))
    let slice = WeightSlice(isInputMajor: isInputMajor, parts: [3..<200, 260..<outputs])
    let tape = Tape(isRecording: false)
    let found = tape.linearStep(Variable(x), weight: Variable(weight), bias: bias, slice: slice).value
    let wanted = tape.linear(Variable(x), weight: Variable(weight), bias: bias, slice: slice).value
    #expect(found.shape == wanted.shape)
    // A sum of 83 products: the last bits of the largest.
    let largest = wanted.values.reduce(0) { max($0, abs($1)) }
    #expect(zip(found.values, wanted.values).allSatisfy { abs($0 - $1) <= 2e-6 * largest })
    for row in 0..<rows {
      let alone = tape.linearStep(
        Variable(Tensor(x[row].values, shape: [1, inputs])), weight: Variable(weight), bias: bias, slice: slice)
      #expect(alone.value.values == found[row].values)
    }
  }
}
