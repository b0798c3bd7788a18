/// What the representation analysis measures at every residual point `R0 … RL`.
///
/// Over token vectors `x` of ordinary positions: padding, special tokens and the first position are left out. `λ` are
/// the eigenvalues of the covariance of the centred vectors, `σ = √((N−1)λ)` their singular values.
package enum RepresentationMetrics {
  package static let analysis = "representations"

  package static let effectiveRank = Metric(
    "representations.effectiveRank", unit: "dimensions", source: "Roy & Vetterli 2007", lowest: 1)
  package static let effectiveRankShare = Metric(
    "representations.effectiveRankShare",
    source: "ours", lowest: 0, highest: 1)
  package static let participationRatio = Metric(
    "representations.participationRatio", unit: "dimensions",
    source: "ours", lowest: 1)
  package static let stableRank = Metric(
    "representations.stableRank", unit: "dimensions", source: "ours", lowest: 1)
  package static let anisotropy = Metric(
    "representations.anisotropy",
    source: "Ethayarajh 2019", lowest: -1, highest: 1)
  package static let anisotropyTrimmed = Metric(
    "representations.anisotropyTrimmed", source: "Ethayarajh 2019",
    lowest: -1, highest: 1)
  package static let centredCosine = Metric(
    "representations.centredCosine", source: "ours", lowest: -1, highest: 1)
  package static let withinDistance = Metric(
    "representations.withinDistance",
    source: "ours", lowest: 0)
  package static let betweenDistance = Metric(
    "representations.betweenDistance",
    source: "ours", lowest: 0)
  package static let distanceRatio = Metric(
    "representations.distanceRatio",
    source: "ours", lowest: 0)
  package static let silhouette = Metric(
    "representations.silhouette",
    source: "Rousseeuw 1987", lowest: -1, highest: 1)
  package static let distance = Metric(
    "representations.distance", source: "ours", lowest: 0)
  package static let norm = Metric(
    "representations.norm", source: "ours", lowest: 0)
  package static let firstNorm = Metric(
    "representations.firstNorm", source: "ours",
    lowest: 0)
  package static let specialNorm = Metric(
    "representations.specialNorm", source: "ours", lowest: 0)
  package static let massiveActivation = Metric(
    "representations.massiveActivation", source: "Sun 2024", lowest: 1)
  package static let massiveActivationFirst = Metric(
    "representations.massiveActivationFirst", source: "Sun 2024",
    lowest: 0)
  package static let redundancy = Metric(
    "representations.redundancy", source: "ours", lowest: 0,
    highest: 1)
  package static let varianceFraction99 = Metric(
    "representations.varianceFraction99", source: "ours", lowest: 0, highest: 1)
  /// Of the model.
  package static let outlierFeatures = Metric(
    "representations.outlierFeatures", unit: "features", source: "Dettmers 2022",
    lowest: 0)

  /// Of residual points, in the order of the report.
  package static let all = [
    effectiveRank, effectiveRankShare, participationRatio, stableRank, anisotropy, anisotropyTrimmed, centredCosine,
    distance, withinDistance, betweenDistance, distanceRatio, silhouette, norm, firstNorm, specialNorm,
    massiveActivation, massiveActivationFirst, redundancy, varianceFraction99,
  ]

  /// The eigenvalues at each residual point.
  package static let spectrum = ArrayKeys("spectrum.R*", [.free("eigenvalues")], of: .point)

  static let form = AnalysisForm(analysis, metrics: all + [outlierFeatures], arrays: [spectrum.form])
}
