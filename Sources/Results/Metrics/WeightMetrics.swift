/// What the weight analysis measures of every matrix that vectors are multiplied with (embeddings are left out), and
/// of every parameter.
///
/// `σ₁ ≥ σ₂ ≥ …` are the singular values.
package enum WeightMetrics {
  package static let analysis = "weights"

  package static let spectralNorm = Metric(
    "weights.spectralNorm", "Spectral norm", formula: "σ₁", source: "ours", lowest: 0)
  package static let frobeniusNorm = Metric(
    "weights.frobeniusNorm", "Frobenius norm", formula: "√Σσ²", source: "ours", lowest: 0)
  package static let stableRank = Metric(
    "weights.stableRank", "Stable rank", unit: "dimensions", formula: "Σσ²/σ₁²", source: "ours", lowest: 1)
  package static let conditionNumber = Metric(
    "weights.conditionNumber", "Condition number", formula: "σ_max/σ_min", source: "ours", lowest: 1)
  package static let effectiveRank = Metric(
    "weights.effectiveRank", "Effective rank (entropy)", unit: "dimensions", formula: "exp(−Σ p ln p), p = σ/Σσ",
    source: "Roy & Vetterli 2007", lowest: 1)
  package static let effectiveRankCount = Metric(
    "weights.effectiveRankCount", "Effective rank (count)", unit: "dimensions", formula: "number of σ > 0.01·σ₁",
    source: "ours", lowest: 0)
  package static let alpha = Metric(
    "weights.alpha", "Power-law exponent α",
    formula: "1 + n/Σ ln(λ/λ_min) over the tail of the eigenvalues of WᵀW, λ_min by least Kolmogorov–Smirnov "
      + "distance; at least 50 eigenvalues", source: "Martin & Mahoney 2021", lowest: 1)
  package static let alphaDistance = Metric(
    "weights.alphaDistance", "Power-law fit distance", formula: "Kolmogorov–Smirnov distance of the fitted tail",
    source: "Clauset 2009", lowest: 0, highest: 1)
  package static let rank90 = Metric(
    "weights.rank90", "Rank for a 10 % error", unit: "dimensions", formula: "fewest k with ‖W−W_k‖_F/‖W‖_F ≤ 0.1",
    source: "Eckart & Young 1936", lowest: 0)
  /// The analysis of every parameter for NaN and infinities, which every run has.
  package static let census = "census"
  package static let nanCount = Metric(
    "weights.nanCount", "NaN", unit: "elements", formula: "elements that are NaN", source: "ours", lowest: 0)
  package static let infiniteCount = Metric(
    "weights.infiniteCount", "Infinite", unit: "elements", formula: "elements that are ±∞", source: "ours", lowest: 0)

  /// Of matrices, in the order of the report.
  package static let matrices = [
    spectralNorm, frobeniusNorm, stableRank, conditionNumber, effectiveRank, effectiveRankCount, alpha, alphaDistance,
    rank90,
  ]

  /// The names of the matrices, in the order of the model.
  package static let names = TextKey("matrices", [.free("matrices")])
  /// By the matrix's name.
  package static let singularValues = ArrayKeys("singular.*", [.free("singular values")])
  package static let lowRankErrors = ArrayKeys("lowRankError.*", [.free("ranks")])

  static let form = AnalysisForm(
    analysis, metrics: matrices, arrays: [singularValues.form, lowRankErrors.form], texts: [names.form])
  static let censusForm = AnalysisForm(census, metrics: [nanCount, infiniteCount])
}
