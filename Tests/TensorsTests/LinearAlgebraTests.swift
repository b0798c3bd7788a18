import Foundation
import Support
import Tensors
import Testing

@Suite("Decompositions in double")
struct LinearAlgebraTests {
  private func random(_ rows: Int, _ columns: Int, seed: UInt64 = 1) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    return Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in generator.normal() })
  }

  private func distance(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(
    "Products agree with the definition, transposed or not",
    arguments: [(false, false), (true, false), (false, true), (true, true)])
  func products(_ first: Bool, _ second: Bool) {
    let a = first ? random(4, 3) : random(3, 4)
    let b = second ? random(5, 4, seed: 2) : random(4, 5, seed: 2)
    var expected = Matrix(rows: 3, columns: 5)
    for i in 0..<3 {
      for j in 0..<5 {
        for k in 0..<4 { expected[i, j] += (first ? a[k, i] : a[i, k]) * (second ? b[j, k] : b[k, j]) }
      }
    }
    #expect(distance(Matrix.product(a, b, transposingFirst: first, transposingSecond: second), expected) < 1e-12)
  }

  @Test("Gram matrices are products with the transpose")
  func grams() {
    let a = random(7, 4)
    #expect(distance(a.gram(), Matrix.product(a, a, transposingFirst: true)) < 1e-12)
    #expect(distance(a.gram(ofRows: true), Matrix.product(a, a, transposingSecond: true)) < 1e-12)
  }

  @Test("A decomposition multiplies back to its matrix", arguments: [(6, 4), (4, 6), (5, 5), (1, 7)])
  func singularValues(_ rows: Int, _ columns: Int) {
    let a = random(rows, columns)
    let (left, values, right) = a.singularValueDecomposition()
    var scaled = left
    for r in 0..<left.rows { for c in 0..<left.columns { scaled[r, c] *= values[c] } }
    #expect(distance(Matrix.product(scaled, right), a) < 1e-12)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(zip(values, a.singularValues()).allSatisfy { abs($0 - $1) < 1e-10 })
  }

  @Test("The smallest singular value of an ill-conditioned matrix keeps its digits")
  func illConditioned() {
    let (left, _, right) = random(20, 20).singularValueDecomposition()
    for exponent in [3.0, 5, 8] {
      var scaled = left
      for r in 0..<20 {
        for c in 0..<20 {
          scaled[r, c] *= powerOfTen(-exponent * Double(c) / 19)
        }
      }
      let smallest = Matrix.product(scaled, right).singularValues()[19]
      #expect(abs(smallest / powerOfTen(-exponent) - 1) < 1e-6, "condition 1e\(exponent)")
    }
  }

  @Test("Eigenvectors of a symmetric matrix diagonalise it, largest first")
  func eigen() {
    let a = random(9, 6).gram()
    let (values, vectors) = a.symmetricEigen()
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
    let turned = Matrix.product(Matrix.product(vectors, a), vectors, transposingSecond: true)
    for i in 0..<6 { for j in 0..<6 { #expect(abs(turned[i, j] - (i == j ? values[i] : 0)) < 1e-11) } }
    #expect(zip(values, a.symmetricEigenvalues()).allSatisfy { abs($0 - $1) < 1e-11 })
  }

  @Test("NaN and infinities come out as NaN, not as a trap", arguments: [Double.nan, .infinity])
  func notFinite(_ value: Double) {
    var a = random(4, 4)
    a[1, 2] = value
    #expect(a.singularValues().allSatisfy { $0.isNaN })
    #expect(a.symmetricEigenvalues().allSatisfy { $0.isNaN })
    #expect(Matrix(rows: 0, columns: 3).singularValues().isEmpty)
  }

  private func powerOfTen(_ exponent: Double) -> Double { pow(10, exponent) }
}
