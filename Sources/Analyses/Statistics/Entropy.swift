import Foundation

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
