/// How alike the residual points are: matrices, in arrays `cka` and `ckaDebiased` (`[L+1, L+1]`), and what a table
/// shows of them.
package enum SimilarityMetrics {
  package static let analysis = "similarity"

  package static let cka = Metric(
    "similarity.cka", source: "Kornblith 2019",
    lowest: 0, highest: 1)
  package static let ckaDebiased = Metric(
    "similarity.ckaDebiased", source: "Nguyen 2021", lowest: -1,
    highest: 1)
  /// Of residual points `R1 … RL`: each against the one before.
  package static let ckaToPrevious = Metric(
    "similarity.ckaToPrevious",
    source: "Nguyen 2021", lowest: -1, highest: 1)

  package static let matrix = ArrayKey("cka", [.the("points"), .the("points")])
  package static let debiasedMatrix = ArrayKey("ckaDebiased", [.the("points"), .the("points")])

  static let form = AnalysisForm(
    analysis, metrics: [cka, ckaDebiased, ckaToPrevious], arrays: [matrix.form, debiasedMatrix.form])
}
