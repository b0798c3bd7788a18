import Foundation

/// The numbers that describe a falling list of singular values `σ`.
package struct Spectrum: Sendable {
  package let singularValues: [Double]

  package init(singularValues: [Double]) { self.singularValues = singularValues }

  /// Of eigenvalues `λ = σ²`; what is negative by rounding is 0.
  package init(eigenvalues: [Double]) {
    singularValues = eigenvalues.map { $0.isNaN ? .nan : max(0, $0).squareRoot() }
  }

  private var squares: [Double] { singularValues.map { $0 * $0 } }
  private var isNaN: Bool { singularValues.contains { $0.isNaN } }

  /// `exp(−Σ p ln p)`, `p = σ/Σσ` (Roy & Vetterli 2007).
  package var effectiveRank: Double { isNaN ? .nan : exp(entropy(ofShares: singularValues)) }

  /// How many `σ > 0.01·σ_max`.
  package var effectiveRankCount: Int {
    singularValues.count { $0 > 0.01 * spectralNorm }
  }

  /// `(Σλ)²/Σλ²`, `λ = σ²`.
  package var participationRatio: Double {
    let (sum, squared) = squares.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + $1 * $1) }
    return sum * sum / squared
  }

  /// `Σλ/λ_max`.
  package var stableRank: Double { squares.reduce(0, +) / (spectralNorm * spectralNorm) }

  package var spectralNorm: Double { singularValues.first ?? 0 }

  package var frobeniusNorm: Double { squares.reduce(0, +).squareRoot() }

  /// `σ_max/σ_min`.
  package var conditionNumber: Double { spectralNorm / (singularValues.last ?? 0) }

  /// `‖W−W_k‖_F/‖W‖_F` for `k = 0 … count` (Eckart & Young).
  package var lowRankErrors: [Double] {
    let total = squares.reduce(0, +)
    var errors = [0.0]
    var left = 0.0
    for square in squares.reversed() {
      left += square
      errors.append((left / total).squareRoot())
    }
    return errors.reversed()
  }

  /// The fewest leading `λ` whose sum is at least the given share of all.
  package func count(forShare share: Double) -> Int {
    let target = share * squares.reduce(0, +)
    var sum = 0.0
    for (i, square) in squares.enumerated() {
      sum += square
      if sum >= target { return i + 1 }
    }
    return squares.count
  }
}

/// A power law `p(λ) ∝ λ^−α` fitted to the tail of eigenvalues by maximum likelihood, its start `λ_min` by the least
/// Kolmogorov–Smirnov distance (Clauset 2009, as Martin & Mahoney use it).
package struct PowerLaw: Hashable, Sendable {
  /// `1 + n/Σ ln(λ/λ_min)`.
  package let alpha: Double
  package let minimum: Double
  /// `max_k |k/n − (1 − (λ_k/λ_min)^(1−α))|`, `k` from 0.
  package let distance: Double

  /// Every positive eigenvalue but the largest is tried as `λ_min`; nil where there are less than two.
  package init?(eigenvalues: [Double]) {
    let sorted = eigenvalues.filter { $0 > 0 && $0.isFinite }.sorted()
    guard sorted.count >= 2 else { return nil }
    let logs = sorted.map { log($0) }
    var best: (alpha: Double, start: Int, distance: Double)?
    var sumAbove = 0.0
    var sums = [Double](repeating: 0, count: logs.count)
    for i in logs.indices.reversed() {
      sumAbove += logs[i]
      sums[i] = sumAbove
    }
    for start in 0..<logs.count - 1 {
      let n = Double(logs.count - start)
      let spread = sums[start] - n * logs[start]
      guard spread > 0 else { continue }
      let alpha = 1 + n / spread
      var distance = 0.0
      for k in start..<logs.count {
        let model = 1 - exp((1 - alpha) * (logs[k] - logs[start]))
        distance = max(distance, abs(Double(k - start) / n - model))
      }
      if best.map({ distance < $0.distance }) ?? true { best = (alpha, start, distance) }
    }
    guard let best else { return nil }
    alpha = best.alpha
    minimum = sorted[best.start]
    distance = best.distance
  }
}
