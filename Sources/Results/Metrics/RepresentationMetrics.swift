/// What the representation analysis measures at every residual point `R0 … RL`.
///
/// Over token vectors `x` of ordinary positions: padding, special tokens and the first position are left out. `λ` are
/// the eigenvalues of the covariance of the centred vectors, `σ = √((N−1)λ)` their singular values.
package enum RepresentationMetrics {
  package static let analysis = "representations"

  package static let effectiveRank = Metric(
    "representations.effectiveRank", "Effective rank", unit: "dimensions",
    formula: "exp(−Σ p ln p), p = σ/Σσ of the centred vectors", source: "Roy & Vetterli 2007", lowest: 1)
  package static let effectiveRankShare = Metric(
    "representations.effectiveRankShare", "Effective rank, relative", formula: "effective rank ÷ min(N, d)",
    source: "ours", lowest: 0, highest: 1)
  package static let participationRatio = Metric(
    "representations.participationRatio", "Participation ratio", unit: "dimensions", formula: "(Σλ)²/Σλ²",
    source: "ours", lowest: 1)
  package static let stableRank = Metric(
    "representations.stableRank", "Stable rank", unit: "dimensions", formula: "Σλ/λ_max", source: "ours", lowest: 1)
  package static let anisotropy = Metric(
    "representations.anisotropy", "Anisotropy", formula: "mean cosine of random pairs of token vectors",
    source: "Ethayarajh 2019", lowest: -1, highest: 1)
  package static let anisotropyTrimmed = Metric(
    "representations.anisotropyTrimmed", "Anisotropy without 3 dimensions",
    formula: "mean cosine of random pairs without the 3 dimensions of largest mean square", source: "Ethayarajh 2019",
    lowest: -1, highest: 1)
  package static let centredCosine = Metric(
    "representations.centredCosine", "Cosine after removing the mean",
    formula: "mean cosine of random pairs of centred token vectors", source: "ours", lowest: -1, highest: 1)
  package static let withinDistance = Metric(
    "representations.withinDistance", "Within-class distance", formula: "mean ‖x−y‖₂ of pairs with one label",
    source: "ours", lowest: 0)
  package static let betweenDistance = Metric(
    "representations.betweenDistance", "Between-class distance", formula: "mean ‖x−y‖₂ of pairs with two labels",
    source: "ours", lowest: 0)
  package static let distanceRatio = Metric(
    "representations.distanceRatio", "Within ÷ between", formula: "within-class distance ÷ between-class distance",
    source: "ours", lowest: 0)
  package static let silhouette = Metric(
    "representations.silhouette", "Silhouette",
    formula: "mean of (b−a)/max(a,b), a and b the mean distances to the own and the nearest other label",
    source: "Rousseeuw 1987", lowest: -1, highest: 1)
  package static let distance = Metric(
    "representations.distance", "Euclidean distance", formula: "mean ‖x−y‖₂ of random pairs", source: "ours", lowest: 0)
  package static let norm = Metric(
    "representations.norm", "Norm", formula: "mean ‖x‖₂ of ordinary positions", source: "ours", lowest: 0)
  package static let firstNorm = Metric(
    "representations.firstNorm", "Norm at the first position", formula: "mean ‖x‖₂ of position 0", source: "ours",
    lowest: 0)
  package static let specialNorm = Metric(
    "representations.specialNorm", "Norm at special tokens",
    formula: "mean ‖x‖₂ of opening and closing tokens after position 0", source: "ours", lowest: 0)
  package static let massiveActivation = Metric(
    "representations.massiveActivation", "Massive activations",
    formula: "max |x| ÷ median |x| over ordinary positions", source: "Sun 2024", lowest: 1)
  package static let massiveActivationFirst = Metric(
    "representations.massiveActivationFirst", "Massive activations, first and special",
    formula: "max |x| at first and special positions ÷ median |x| over ordinary positions", source: "Sun 2024",
    lowest: 0)
  package static let redundancy = Metric(
    "representations.redundancy", "Redundancy", formula: "mean |corr| between two features", source: "ours", lowest: 0,
    highest: 1)
  package static let varianceFraction99 = Metric(
    "representations.varianceFraction99", "Components for 99 % of the variance",
    formula: "fewest eigenvalues with Σ ≥ 0.99·Σλ, ÷ d", source: "ours", lowest: 0, highest: 1)
  /// Of the model.
  package static let outlierFeatures = Metric(
    "representations.outlierFeatures", "Outlier features", unit: "features",
    formula: "features with |x| ≥ 6 in ≥ 25 % of layers and ≥ 6 % of ordinary positions", source: "Dettmers 2022",
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
