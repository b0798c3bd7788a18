import Foundation
import Support
import Tensors
import Testing

/// Operations on values that lie head by head, on changed elements, and on whole sequences.
@Suite struct HeadTapeTests: GradientCheck {
  @Test("Heads: copies, sums, one of them, and several side by side")
  func heads() {
    check([[2, 3, 4]]) { tape, v in tape.copies(v[0], of: 4, times: 3, shape: [2, 3, 3, 4]) }
    check([[2, 3, 2, 4]]) { tape, v in tape.copies(v[0], of: 4, times: 2, shape: [2, 3, 4, 4]) }
    check([[2, 3, 2, 4]]) { tape, v in tape.sumOfHeads(v[0]) }
    check([[2, 3, 4], [2, 3, 4]]) { tape, v in
      let joined = tape.joined([v[0], v[1], v[0]])
      return tape.add(tape.head(joined, 2), tape.head(joined, 1))
    }
  }

  @Test("What heads write through their rows of a matrix, both ways round and in parts", arguments: [true, false])
  func linearByHead(isInputMajor: Bool) {
    let shape = isInputMajor ? [6, 9] : [9, 6]
    let slice = WeightSlice(isInputMajor: isInputMajor, parts: [0..<4, 6..<9])
    check([[2, 5, 3, 2], shape]) { tape, v in tape.linearByHead(v[0], weight: v[1], slice: slice) }
    let x = Tensor((0..<60).map { Float($0 % 7) - 3 }, shape: [2, 5, 3, 2])
    let weight = Tensor((0..<54).map { Float($0 % 5) - 2 }, shape: shape)
    let tape = Tape(isRecording: false)
    let parts = tape.sumOfHeads(tape.linearByHead(Variable(x), weight: Variable(weight), slice: slice)).value
    let whole = tape.linear(
      Variable(x.reshaped([2, 5, 6])), weight: Variable(weight), bias: nil, slice: slice
    ).value
    #expect(zip(parts.values, whole.values).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("Single outputs are those of the product, with the gradient of what is read")
  func singleOutputs() {
    let weight = Tensor((0..<70).map { Float($0 % 9) - 4 }, shape: [7, 10])
    let bias = Tensor((0..<10).map { Float($0) }, shape: [10])
    let slice = WeightSlice(isInputMajor: true, parts: [2..<6, 8..<10])
    let picks = [(row: 0, output: 1), (row: 3, output: 5), (row: 0, output: 4), (row: 2, output: 1)]
    check([[4, 7]]) { tape, v in
      tape.outputs(picks, of: v[0], weight: Variable(weight), bias: Variable(bias), slice: slice)
    }
    let x = Variable(Tensor((0..<28).map { Float($0 % 5) - 2 }, shape: [4, 7])), tape = Tape(isRecording: false)
    let few = tape.outputs(picks, of: x, weight: Variable(weight), bias: Variable(bias), slice: slice).value
    let all = tape.linear(x, weight: Variable(weight), bias: Variable(bias), slice: slice).value
    #expect(few.values == picks.map { all[$0.row].values[$0.output] })
  }

  @Test("Elements that are changed, one change over another")
  func changes() {
    let vector = Tensor([0.5, -1, 2], shape: [3])
    let changes = [
      ElementChange(region: [3..<9, 12..<15], factor: 0.5, addend: vector, weight: 0.25),
      ElementChange(region: [6..<12], factor: 2), ElementChange(region: [0..<3], factor: 0, addend: vector),
      ElementChange(region: [21..<24], factor: 1, addend: vector),
    ]
    check([[2, 4, 3]]) { tape, v in tape.change(v[0], changes).y }
    let x = Variable(Tensor(repeating: 1, shape: [2, 4, 3]))
    let (y, didChange) = Tape(isRecording: false).change(
      x, [ElementChange(region: [0..<3], factor: 1), ElementChange(region: [4..<5], factor: 0)])
    #expect(didChange == [false, true] && y.value.values.enumerated().allSatisfy { $0.1 == ($0.0 == 4 ? 0 : 1) })
  }

  @Test("Vectors of sequences: weighed means, largest values, unit length")
  func pooling() {
    let mask: [UInt8] = [1, 1, 0, 1, 1, 1]
    check([[2, 3, 5]]) { tape, v in tape.pool(v[0], weights: [0.5, 0.5, 0, 0.2, 0.3, 0.5]) }
    check([[2, 3, 5]]) { tape, v in tape.largest(v[0], mask: mask) }
    check([[4, 6]]) { tape, v in tape.unitLength(v[0]) }
  }
}
