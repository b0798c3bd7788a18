import Foundation
import Support
package import Tensors

/// The affinities of t-SNE: how much each point takes each of its nearest neighbours for one.
///
/// Row `i` is `p(j|i) ∝ exp(−βᵢ·d²ᵢⱼ)` over its `k` nearest neighbours, `βᵢ` such that the entropy is `ln(perplexity)`
/// (van der Maaten & Hinton 2008). Exact where `k = N − 1`.
package struct ConditionalAffinities: Sendable {
  package let count: Int
  package let neighbours: Int
  /// `[N, k]`, nearest first.
  package let indices: [Int32]
  package let values: [Double]
  package let betas: [Double]

  /// Of all pairwise distances; `k` defaults to three times the perplexity.
  package init(distances: Matrix, perplexity: Double, neighbours wanted: Int? = nil) {
    let n = distances.rows
    let k = min(n - 1, wanted ?? Int(3 * perplexity))
    let perplexity = min(perplexity, Double(k))
    count = n
    neighbours = k
    let rows = mapPieces(n) { i in
      let near = distances.values.withUnsafeBufferPointer { nearest(k, to: i, in: $0, count: n) }
      let row = ConditionalAffinities.row(near.map { distances[i, $0] * distances[i, $0] }, perplexity: perplexity)
      return (near: near.map { Int32($0) }, row: row)
    }
    indices = rows.flatMap(\.near)
    values = rows.flatMap(\.row.shares)
    betas = rows.map(\.row.beta)
  }

  /// The shares of one row and its `β`, by Newton's steps on `ln β` inside a shrinking bracket.
  static func row(_ squares: [Double], perplexity: Double) -> (beta: Double, shares: [Double]) {
    let target = log(perplexity)
    let least = squares.min() ?? 0
    let shifted = squares.map { $0 - least }
    var shares = shifted
    /// Entropy at `β` and its slope by `ln β`, which is `−β²·Var(d²)`.
    func evaluate(_ beta: Double) -> (entropy: Double, slope: Double) {
      var (sum, first, second) = (0.0, 0.0, 0.0)
      for (i, square) in shifted.enumerated() {
        let weight = exp(-beta * square)
        shares[i] = weight
        sum += weight
        first += weight * square
        second += weight * square * square
      }
      let mean = first / sum
      for i in shares.indices { shares[i] /= sum }
      return (log(sum) + beta * mean, -beta * beta * (second / sum - mean * mean))
    }
    let scale = shifted.reduce(0, +) / Double(max(1, shifted.count))
    guard scale > 0 else { return (1, shares.map { _ in 1 / Double(shares.count) }) }
    var position = -log(scale)
    var (low, high) = (position - 50, position + 50)
    for _ in 0..<100 {
      let (entropy, slope) = evaluate(exp(position))
      let excess = entropy - target
      if abs(excess) < 1e-13 { break }
      // Entropy falls with β.
      if excess > 0 { low = position } else { high = position }
      let newton = position - excess / slope
      let next = newton > low && newton < high && slope < 0 ? newton : (low + high) / 2
      if next == position { break }
      position = next
    }
    _ = evaluate(exp(position))
    return (exp(position), shares)
  }

  /// `(p(j|i) + p(i|j))/2N` as sparse rows.
  package func joint() -> SparseAffinities {
    var rows = [[(column: Int32, value: Double)]](repeating: [], count: count)
    for i in 0..<count {
      for at in i * neighbours..<(i + 1) * neighbours {
        let share = values[at] / Double(2 * count)
        rows[i].append((indices[at], share))
        rows[Int(indices[at])].append((Int32(i), share))
      }
    }
    var starts: [Int64] = [0]
    var columns: [Int32] = []
    var sums: [Double] = []
    for row in rows {
      for entry in row.sorted(by: { $0.column < $1.column }) {
        if Int64(columns.count) > starts[starts.count - 1], columns.last == entry.column {
          sums[sums.count - 1] += entry.value
        } else {
          columns.append(entry.column)
          sums.append(entry.value)
        }
      }
      starts.append(Int64(columns.count))
    }
    return SparseAffinities(starts: starts, columns: columns, values: sums)
  }
}

/// Joint affinities `pᵢⱼ` in sparse rows: row `i` is `starts[i] ..< starts[i + 1]`.
package struct SparseAffinities: Sendable {
  package let starts: [Int64]
  package let columns: [Int32]
  package let values: [Double]

  package var count: Int { starts.count - 1 }

  /// `Σ p ln(p/q)` of points `y` `[N, 2]`, `q` the normalised Student kernel.
  package func divergence(_ y: Matrix) -> Double {
    let total = (0..<count).reduce(0) { $0 + kernelSum(y, $1) }
    var sum = 0.0
    for i in 0..<count {
      for at in Int(starts[i])..<Int(starts[i + 1]) where values[at] > 0 {
        sum += values[at] * log(values[at] * total / kernel(y, i, Int(columns[at])))
      }
    }
    return sum
  }

  /// The gradient of the divergence, `4·Σⱼ (pᵢⱼ − qᵢⱼ)·w·(yᵢ − yⱼ)`, `w = 1/(1 + ‖yᵢ − yⱼ‖²)`, `[N, 2]`.
  package func gradient(_ y: Matrix) -> Matrix {
    let total = (0..<count).reduce(0) { $0 + kernelSum(y, $1) }
    var result = Matrix(rows: count, columns: 2)
    for i in 0..<count {
      for j in 0..<count where j != i {
        let w = kernel(y, i, j)
        for c in 0..<2 { result[i, c] -= 4 * w * w / total * (y[i, c] - y[j, c]) }
      }
      for at in Int(starts[i])..<Int(starts[i + 1]) {
        let j = Int(columns[at])
        for c in 0..<2 { result[i, c] += 4 * values[at] * kernel(y, i, j) * (y[i, c] - y[j, c]) }
      }
    }
    return result
  }

  private func kernel(_ y: Matrix, _ i: Int, _ j: Int) -> Double {
    let (dx, dy) = (y[i, 0] - y[j, 0], y[i, 1] - y[j, 1])
    return 1 / (1 + dx * dx + dy * dy)
  }

  private func kernelSum(_ y: Matrix, _ i: Int) -> Double {
    (0..<count).reduce(0) { $1 == i ? $0 : $0 + kernel(y, i, $1) }
  }
}
