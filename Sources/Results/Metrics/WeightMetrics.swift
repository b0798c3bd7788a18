import Support

/// What the weight analysis measures of every matrix that vectors are multiplied with (embeddings are left out), and
/// of every parameter.
///
/// `σ₁ ≥ σ₂ ≥ …` are the singular values.
package enum WeightMetrics {
  package static let analysis = "weights"

  package static let spectralNorm = Metric(
    "weights.spectralNorm", source: "ours", lowest: 0)
  package static let frobeniusNorm = Metric(
    "weights.frobeniusNorm", source: "ours", lowest: 0)
  package static let stableRank = Metric(
    "weights.stableRank", unit: "dimensions", source: "ours", lowest: 1)
  package static let conditionNumber = Metric(
    "weights.conditionNumber", source: "ours", lowest: 1)
  package static let effectiveRank = Metric(
    "weights.effectiveRank", unit: "dimensions",
    source: "Roy & Vetterli 2007", lowest: 1)
  package static let effectiveRankCount = Metric(
    "weights.effectiveRankCount", unit: "dimensions",
    source: "ours", lowest: 0)
  package static let alpha = Metric(
    "weights.alpha", source: "Martin & Mahoney 2021", lowest: 1)
  package static let alphaDistance = Metric(
    "weights.alphaDistance",
    source: "Clauset 2009", lowest: 0, highest: 1)
  package static let rank90 = Metric(
    "weights.rank90", unit: "dimensions",
    source: "Eckart & Young 1936", lowest: 0)
  /// The analysis of every parameter for NaN and infinities, which every run has.
  package static let census = "census"
  package static let nanCount = Metric(
    "weights.nanCount", unit: "elements", source: "ours", lowest: 0)
  package static let infiniteCount = Metric(
    "weights.infiniteCount", unit: "elements", source: "ours", lowest: 0)

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
