import Foundation

/// The metrics of one row of attention probabilities, in double: the definitions that the kernel follows.
///
/// `row` holds query `query`'s probabilities over the keys it may see, `0 ..< row.count`; causal rows end at the query.
package struct AttentionRow: Sendable {
  package let row: [Double]
  package let query: Int

  package init(_ row: [Double], query: Int) {
    self.row = row
    self.query = query
  }

  /// `−Σ A ln A`, nats (Clark 2019).
  package var entropy: Double { row.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 + $1 } }

  /// Entropy / `ln n_q`; 0 where the row sees one key.
  package var normalisedEntropy: Double { row.count > 1 ? entropy / log(Double(row.count)) : 0 }

  package var effectiveTokens: Double { exp(entropy) }

  package var maximum: Double { row.max() ?? 0 }

  /// `Σ A·|q−k|`, tokens (Vig 2019).
  package var distance: Double { row.indices.reduce(0) { $0 + row[$1] * Double(abs(query - $1)) } }

  /// The same under uniform attention.
  package var uniformDistance: Double {
    row.indices.reduce(0) { $0 + Double(abs(query - $1)) } / Double(row.count)
  }

  /// Mass on keys whose distance `|q−k|` is in the range.
  package func mass(within distances: ClosedRange<Int>) -> Double {
    row.indices.reduce(0) { distances.contains(abs(query - $1)) ? $0 + row[$1] : $0 }
  }

  /// Mass with `|q−k| > max(8, T/4)`.
  package func longRangeShare(length: Int) -> Double {
    row.indices.reduce(0) { Double(abs(query - $1)) > max(8, Double(length) / 4) ? $0 + row[$1] : $0 }
  }

  /// `max(0, 1 − 2·TV)` from the uniform row.
  package var uniformScore: Double {
    max(0, 1 - row.reduce(0) { $0 + abs($1 - 1 / Double(row.count)) })
  }

  /// `max(0, (s − s_u)/(1 − s_u))`, `s = 1 − TV` between the mass by dyadic distance band (0, 1, 2–3, 4–7, …) and an
  /// equal split over the bands that the row can see, `s_u` the same of a uniform row; 0 where a uniform row already is
  /// an equal split.
  package var hierarchicalScore: Double {
    var masses: [Double] = []
    var counts: [Double] = []
    for k in row.indices {
      let distance = abs(query - k)
      let band = distance == 0 ? 0 : Int.bitWidth - distance.leadingZeroBitCount
      while masses.count <= band {
        masses.append(0)
        counts.append(0)
      }
      masses[band] += row[k]
      counts[band] += 1
    }
    let equal = 1 / Double(masses.count)
    let apart = masses.reduce(0) { $0 + abs($1 - equal) } / 2
    let apartUniform = counts.reduce(0) { $0 + abs($1 / Double(row.count) - equal) } / 2
    return apartUniform > 0 ? max(0, (apartUniform - apart) / apartUniform) : 0
  }
}

/// `−Σ p ln p`, nats.
package func entropy(of probabilities: some Sequence<Double>) -> Double {
  probabilities.reduce(0) { $1 == 0 ? $0 : $0 - $1 * log($1) }
}

/// The entropy of weights after they are scaled to sum to 1, nats; NaN where their sum is NaN or infinite.
package func entropy(ofShares weights: some Sequence<Double>) -> Double {
  let weights = Array(weights)
  let sum = weights.reduce(0, +)
  guard sum.isFinite else { return .nan }
  return sum > 0 ? entropy(of: weights.lazy.filter { $0 > 0 }.map { $0 / sum }) : 0
}

/// How strongly one head follows the three patterns of repeated tokens on one sequence `… x x …`.
package struct RepeatedTokenScores: Hashable, Sendable {
  /// Means of `A` at the stripe over the queries of the second copy (Olsson 2022).
  package var previous = 0.0
  package var duplicate = 0.0
  package var induction = 0.0
  /// `Σ A∘D / Σ A` over the whole matrix (TransformerLens `head_detector`, measure "mul").
  package var previousMul = 0.0
  package var duplicateMul = 0.0
  package var inductionMul = 0.0

  /// Scores of a pattern `[T, stride]` over tokens `ids` (`T`), whose `x` of length `half` starts at `start`.
  package init<Real: BinaryFloatingPoint>(
    pattern: UnsafePointer<Real>, stride: Int, ids: [Int32], start: Int, half: Int
  ) {
    let earlier = RepeatedTokenScores.earlierCopies(ids)
    var total = 0.0
    for q in ids.indices {
      let row = pattern + q * stride
      for k in ids.indices { total += Double(row[k]) }
      if q > 0 { previousMul += Double(row[q - 1]) }
      for k in earlier[q] {
        duplicateMul += Double(row[k])
        inductionMul += Double(row[k + 1])
      }
    }
    for q in start + half..<start + 2 * half {
      let row = pattern + q * stride
      previous += Double(row[q - 1])
      duplicate += Double(row[q - half])
      induction += Double(row[q - half + 1])
    }
    previous /= Double(half)
    duplicate /= Double(half)
    induction /= Double(half)
    previousMul /= total
    duplicateMul /= total
    inductionMul /= total
  }

  /// The positions before each one that hold the same token.
  static func earlierCopies(_ ids: [Int32]) -> [[Int]] {
    var seen: [Int32: [Int]] = [:]
    return ids.indices.map { q in
      let before = seen[ids[q]] ?? []
      seen[ids[q], default: []].append(q)
      return before
    }
  }

  package var values: [Double] { [previous, duplicate, induction, previousMul, duplicateMul, inductionMul] }
}
