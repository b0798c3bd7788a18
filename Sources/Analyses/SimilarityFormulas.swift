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

  /// `Σ K∘L` with and without the diagonals.
  private static func products(_ a: CenteredGram, _ b: CenteredGram) -> (all: Double, off: Double) {
    let n = a.gram.rows
    precondition(n == b.gram.rows, "\(n) and \(b.gram.rows) examples")
    // Four sums side by side hide the latency of one.
    return a.gram.values.withUnsafeBufferPointer { x in
      b.gram.values.withUnsafeBufferPointer { y in
        var sums = SIMD8<Double>(repeating: 0)
        let whole = x.count & ~7
        var i = 0
        while i < whole {
          var (left, right) = (SIMD8<Double>(), SIMD8<Double>())
          for lane in 0..<8 {
            left[lane] = x[i + lane]
            right[lane] = y[i + lane]
          }
          sums += left * right
          i += 8
        }
        var all = sums.sum()
        while i < x.count {
          all += x[i] * y[i]
          i += 1
        }
        var diagonal = 0.0
        for i in 0..<n { diagonal += x[i * n + i] * y[i * n + i] }
        return (all, all - diagonal)
      }
    }
  }

  /// `‖YᵀX‖²_F`: the biased Hilbert–Schmidt independence criterion, but for a factor.
  package static func biasedHSIC(_ a: CenteredGram, _ b: CenteredGram) -> Double { products(a, b).all }

  /// The unbiased estimate (Song 2012), for `N ≥ 4`.
  package static func unbiasedHSIC(_ a: CenteredGram, _ b: CenteredGram) -> Double {
    let n = Double(a.gram.rows)
    var crossed = 0.0
    for i in a.rowSums.indices { crossed += a.rowSums[i] * b.rowSums[i] }
    return (products(a, b).off + a.total * b.total / ((n - 1) * (n - 2)) - 2 * crossed / (n - 2)) / (n * (n - 3))
  }
}

/// Linear CKA of all pairs of representations of the same examples: biased (Kornblith 2019) and debiased
/// (Nguyen 2021), `[P, P]` each.
package func linearCKA(_ grams: [CenteredGram]) -> (biased: Matrix, debiased: Matrix) {
  let count = grams.count
  let pairs = (0..<count).flatMap { a in (a..<count).map { (a, $0) } }
  var biased = Matrix(rows: count, columns: count)
  var debiased = biased
  var values = [(Double, Double)](repeating: (0, 0), count: pairs.count)
  values.withUnsafeMutableBufferPointer { buffer in
    nonisolated(unsafe) let buffer = buffer
    forEachPiece(pairs.count) { piece in
      let (a, b) = (grams[pairs[piece].0], grams[pairs[piece].1])
      buffer[piece] = (CenteredGram.biasedHSIC(a, b), CenteredGram.unbiasedHSIC(a, b))
    }
  }
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
