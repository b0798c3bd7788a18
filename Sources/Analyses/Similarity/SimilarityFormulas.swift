import CKernels
import Support
package import Tensors

/// One representation of `N` examples as linear CKA needs it: the Gram matrix of its centred rows, and sums over it
/// without its diagonal.
package struct CenteredGram: Sendable {
  let gram: Matrix
  private let rowSums: [Double]
  private let total: Double

  /// Of `x` `[N, d]`; rows are centred first, else the digits of the unbiased form are lost.
  package init(_ x: Matrix) {
    gram = x.centred.gram(ofRows: true)
    let n = gram.rows
    var sums = [Double](repeating: 0, count: n)
    gram.values.withUnsafeBufferPointer { values in
      for i in 0..<n {
        var sum = 0.0
        for j in 0..<n { sum += values[i * n + j] }
        sums[i] = sum - values[i * n + i]
      }
    }
    rowSums = sums
    total = sums.reduce(0, +)
  }

  /// The Hilbert–Schmidt independence criterion of two representations: biased, `‖YᵀX‖²_F` (but for a factor), and
  /// unbiased (Song 2012), for `N ≥ 4`.
  static func independence(_ a: CenteredGram, _ b: CenteredGram) -> (biased: Double, unbiased: Double) {
    let size = a.gram.rows
    precondition(size == b.gram.rows, "\(size) and \(b.gram.rows) examples")
    let n = Double(size)
    let all = tk_dot(a.gram.values, b.gram.values, size * size)
    var (diagonal, crossed) = (0.0, 0.0)
    for i in 0..<size {
      diagonal += a.gram[i, i] * b.gram[i, i]
      crossed += a.rowSums[i] * b.rowSums[i]
    }
    let unbiased = all - diagonal + a.total * b.total / ((n - 1) * (n - 2)) - 2 * crossed / (n - 2)
    return (all, unbiased / (n * (n - 3)))
  }
}

/// Linear CKA of all pairs of representations of the same examples: biased (Kornblith 2019) and debiased
/// (Nguyen 2021), `[P, P]` each.
package func linearCKA(_ grams: [CenteredGram]) -> (biased: Matrix, debiased: Matrix) {
  let count = grams.count
  let pairs = (0..<count).flatMap { a in (a..<count).map { (a, $0) } }
  var biased = Matrix(rows: count, columns: count)
  var debiased = biased
  let values = mapPieces(pairs.count) { CenteredGram.independence(grams[pairs[$0].0], grams[pairs[$0].1]) }
  for (pair, value) in zip(pairs, values) {
    (biased[pair.0, pair.1], debiased[pair.0, pair.1]) = value
  }
  // Diagonals last: they are what the others are divided by.
  func normalise(_ m: inout Matrix) {
    let own = (0..<count).map { m[$0, $0] }
    for a in 0..<count {
      for b in a..<count {
        // A representation without variance resembles nothing.
        m[a, b] = own[a] > 0 && own[b] > 0 ? m[a, b] / (own[a] * own[b]).squareRoot() : .nan
        m[b, a] = m[a, b]
      }
    }
  }
  normalise(&biased)
  normalise(&debiased)
  return (biased, debiased)
}
