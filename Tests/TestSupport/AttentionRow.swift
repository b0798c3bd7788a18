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
