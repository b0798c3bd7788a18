import CKernels
import Support
package import Tensors

/// Euclidean distances between all rows, `[N, N]`: `√(‖x‖² + ‖y‖² − 2x·y)` after centring.
package func pairwiseDistances(_ x: Matrix) -> Matrix {
  var result = x.centred.gram(ofRows: true)
  squaredDistances(fromGram: &result)
  for i in result.values.indices { result.values[i] = result.values[i].squareRoot() }
  return result
}

/// Turns a Gram matrix into squared distances in place; rounding below 0 becomes 0.
package func squaredDistances(fromGram gram: inout Matrix) {
  let n = gram.rows
  let squares = (0..<n).map { gram[$0, $0] }
  gram.values.withUnsafeMutableBufferPointer { values in
    for i in 0..<n {
      for j in 0..<n {
        let square = squares[i] + squares[j] - 2 * values[i * n + j]
        values[i * n + j] = i == j || square < 0 ? 0 : square
      }
    }
  }
}

/// Silhouette of every point, `(b − a)/max(a, b)`: `a` the mean distance to the others of its label, `b` the least mean
/// distance to another label; 0 for a point alone in its label (Rousseeuw 1987).
///
/// `labels` are `0 ..< count`; needs at least two of them.
package func silhouettes(distances: Matrix, labels: [Int], count: Int) -> [Double] {
  var sizes = [Int](repeating: 0, count: count)
  for label in labels { sizes[label] += 1 }
  let n = labels.count
  var sums = [Double](repeating: 0, count: count)
  return labels.indices.map { i in
    for c in 0..<count { sums[c] = 0 }
    distances.values.withUnsafeBufferPointer { values in
      for j in 0..<n { sums[labels[j]] += values[i * n + j] }
    }
    guard sizes[labels[i]] > 1 else { return 0 }
    let own = sums[labels[i]] / Double(sizes[labels[i]] - 1)
    var nearest = Double.infinity
    for c in 0..<count where c != labels[i] && sizes[c] > 0 { nearest = min(nearest, sums[c] / Double(sizes[c])) }
    let larger = max(own, nearest)
    return larger == 0 ? 0 : (nearest - own) / larger
  }
}

/// How far the neighbours of a picture are neighbours in the data (Venna 2001):
/// `1 − 2/(Nk(2N − 3k − 1))·Σᵢ Σⱼ (r(i,j) − k)` over those `j` of the picture's `k` nearest to `i` whose rank `r` by
/// distance in the data exceeds `k`; nil where `N ≤ 2k`.
package func trustworthiness(data: Matrix, picture: Matrix, neighbours k: Int) -> Double? {
  let n = data.rows
  guard n > 2 * k else { return nil }
  let penalties = mapPieces(n) { trustPenalty(of: $0, data: data, picture: picture, neighbours: k) }
  let sum = Double(penalties.reduce(0, +))
  return 1 - 2 / (Double(n * k) * Double(2 * n - 3 * k - 1)) * sum
}

private func trustPenalty(of i: Int, data: Matrix, picture: Matrix, neighbours k: Int) -> Int {
  let n = data.rows
  return data.values.withUnsafeBufferPointer { far in
    picture.values.withUnsafeBufferPointer { near in
      var penalty = 0
      guard let row = far.baseAddress.map({ $0 + i * n }) else { return 0 }
      for j in nearest(k, to: i, in: near, count: n) {
        let distance = row[j]
        // Those nearer; of those as near, the ones of lower index; the point itself is none.
        var rank = 1 + tk_count_below(row, n, distance) - (row[i] < distance ? 1 : 0)
        for other in 0..<j where row[other] == distance && other != i { rank += 1 }
        penalty += max(0, rank - k)
      }
      return penalty
    }
  }
}

/// The `k` points nearest to `i`, by row `i` of a distance matrix, nearest first.
func nearest(_ k: Int, to i: Int, in distances: UnsafeBufferPointer<Double>, count n: Int) -> [Int] {
  var best: [(distance: Double, index: Int)] = []
  best.reserveCapacity(k + 1)
  for j in 0..<n where j != i {
    let distance = distances[i * n + j]
    if best.count == k, let last = best.last, distance >= last.distance { continue }
    var at = best.count
    best.append((distance, j))
    while at > 0, best[at - 1].distance > distance {
      best.swapAt(at, at - 1)
      at -= 1
    }
    if best.count > k { best.removeLast() }
  }
  return best.map(\.index)
}
