import Foundation
import Support
import Testing

@testable import Tensors

/// Products with bf16 weights against sums in double over operands that are rounded one by one.
@Suite("bf16", .enabled(if: Precision.bf16.isAvailable))
struct BFloatTests {
  private func rounded(_ x: Float) -> Float {
    let bits = x.bitPattern, tail = bits & 0xffff, upper = bits >> 16
    let up = tail > 0x8000 || tail == 0x8000 && upper & 1 == 1
    return Float(bitPattern: (upper + (up ? 1 : 0)) << 16)
  }

  private func random(_ shape: [Int], _ seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor((0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) }, shape: shape)
  }

  @Test(
    "A product is that of the rounded operands, in either layout and whichever way the weights lay",
    arguments: [(1, 1, 1), (3, 5, 7), (14, 32, 32), (15, 256, 33), (29, 257, 64), (70, 700, 130), (300, 40, 1100)],
    [false, true])
  func products(shape: (Int, Int, Int), isTiled: Bool) {
    let (m, k, n) = shape, x = random([m, k], 1), w = random([k, n], 2), bias = random([n], 3)
    let transposed = w.transposed
    for matrix in [
      BFloatMatrix([w.matrix], isTiled: isTiled), BFloatMatrix([transposed.matrix.transposed], isTiled: isTiled),
    ] {
      let y = Tensor(uninitialized: [m, n])
      multiplyInPieces(x.matrix, matrix, into: y.matrix)
      var worst = 0.0
      for row in 0..<m {
        for column in 0..<n {
          var (sum, size) = (0.0, 0.0)
          for i in 0..<k {
            let term = Double(rounded(x.pointer[row * k + i])) * Double(rounded(w.pointer[i * n + column]))
            sum += term
            size += abs(term)
          }
          worst = max(worst, abs(Double(y.pointer[row * n + column]) - sum) / max(size, 1e-30))
        }
      }
      #expect(worst < 1e-6)
      let tape = Tape(isRecording: false)
      let z = tape.linear(
        Variable(x), weight: matrix, bias: Variable(bias), slice: WeightSlice(isInputMajor: true, outputs: 0..<n))
      #expect(
        (0..<m * n).allSatisfy { z.value.pointer[$0] == y.pointer[$0] + bias.pointer[$0 % n] })
      var column = [Float](repeating: 0, count: k)
      matrix.copyColumn(n - 1, to: &column)
      #expect(column == (0..<k).map { rounded(w.pointer[$0 * n + n - 1]) })
    }
  }

  @Test("A row does not depend on the rows beside it, nor on the number of threads", arguments: [false, true])
  func rows(isTiled: Bool) {
    let x = random([290, 100], 1), w = random([100, 70], 2)
    let matrix = withExtendedLifetime(w) { BFloatMatrix([w.matrix], isTiled: isTiled) }
    func product(_ rows: Range<Int>) -> [Float] {
      let y = Tensor(uninitialized: [rows.count, 70])
      multiplyInPieces(x.matrix.rows(rows), matrix, into: y.matrix)
      return y.values
    }
    let whole = product(0..<290)
    for range in [0..<1, 5..<22, 100..<131, 250..<290] {
      #expect(product(range) == Array(whole[range.lowerBound * 70..<range.upperBound * 70]))
    }
    for count in [1, 2, 5] {
      #expect(Workers.with(threads: count) { product(0..<290) } == whole)
    }
  }

  @Test("Parts of a stored weight become one matrix, wherever they end")
  func parts() {
    let stored = random([20, 90], 4), whole = Tensor(copying: stored.matrix)
    let ranges = [50..<61, 0..<7, 61..<90]
    let dense = Tensor(uninitialized: [20, 47])
    for row in 0..<20 {
      for (column, source) in ranges.joined().enumerated() {
        dense.pointer[row * 47 + column] = whole.pointer[row * 90 + source]
      }
    }
    let x = random([9, 20], 5)
    let found = Tensor(uninitialized: [9, 47]), expected = Tensor(uninitialized: [9, 47])
    multiplyInPieces(x.matrix, BFloatMatrix(ranges.map { stored.matrix.columns($0) }), into: found.matrix)
    multiplyInPieces(x.matrix, BFloatMatrix([dense.matrix]), into: expected.matrix)
    #expect(found.values == expected.values)
  }
}
