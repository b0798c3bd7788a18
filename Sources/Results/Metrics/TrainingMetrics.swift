import Support

/// What a logged number is, whatever the log calls it.
package enum CurveRole: String, CaseIterable, Sendable {
  case trainingLoss = "training loss"
  case validationLoss = "validation loss"
  case validationAccuracy = "validation accuracy"
  case gradientNorm = "gradient norm"
  case learningRate = "learning rate"
  /// Of each residual point.
  case effectiveRank = "effective rank"
  /// Of each class.
  case headCount = "heads of a class"

  /// Whether a log has many of them, one for each point or class.
  package var isGroup: Bool { self == .effectiveRank || self == .headCount }
}

/// What a training's log and its checkpoints tell: the analysis `training`.
///
/// Texts `curves` names the numbers logged by step, and `curve.roles` what they are (empty where that is not known);
/// array `curve.<i>` `[n, 2]` holds step and value. Texts `histograms` names the distributions; array `histogram.<i>`
/// `[steps, bins]` holds the shares of the bins between `histogram.<i>.edges` `[bins + 1]` at `histogram.<i>.steps`.
///
/// Of checkpoints, texts `checkpoints` holds the names and array `checkpoint.steps` `[C]` the steps. Texts `over` names
/// the metrics that were measured of each of them: array `over.<metric>` `[C, rows]`, texts `over.<metric>` the
/// components of the rows. Arrays `checkpoint.ckaToFirst` and `checkpoint.ckaToLast` `[C, points]` hold debiased linear
/// CKA of each residual point, of an encoder–decoder those of each stack, with `checkpoint.steps` again (`encoder/…`);
/// and `checkpoint.similarity` `[C − 1]` how alike the heads of neighbours are. Texts `checkpoint.identical` names the pairs
/// that hold the same weights.
package enum TrainingMetrics {
  package static let analysis = "training"

  package static let finalLoss = Metric(
    "training.finalLoss", unit: "nats", source: phrase("trainingMetrics.theLog"))
  package static let validationLoss = Metric(
    "training.validationLoss", unit: "nats", source: phrase("trainingMetrics.theLog"))
  package static let bestValidationLoss = Metric(
    "training.bestValidationLoss", unit: "nats",
    source: phrase("trainingMetrics.theLog"))
  package static let bestStep = Metric(
    "training.bestStep",
    source: phrase("trainingMetrics.theLog"))
  package static let risingEvaluations = Metric(
    "training.risingEvaluations", unit: "evaluations", source: "ours", lowest: 0)
  package static let aboveBest = Metric(
    "training.aboveBest", source: "ours", lowest: 0)
  package static let validationChange = Metric(
    "training.validationChange", unit: "nats", source: "ours")
  package static let accuracyBelowBest = Metric(
    "training.accuracyBelowBest", source: "ours", lowest: 0)
  package static let gradientPeak = Metric(
    "training.gradientPeak", source: "ours",
    lowest: 0)
  package static let nonFiniteSteps = Metric(
    "training.nonFiniteSteps", unit: "steps", source: "ours", lowest: 0)
  /// Of the checkpoints; array `checkpoint.nonFinite` `[C]` holds how many weights of each.
  package static let nonFiniteCheckpoints = Metric(
    "training.nonFiniteCheckpoints", unit: "checkpoints", source: "ours", lowest: 0)
  package static let identicalCheckpoints = Metric(
    "training.identicalCheckpoints", unit: "checkpoints",
    source: "ours", lowest: 0)
  /// Of tensors; those that always changed have no row.
  package static let unchangedTensors = Metric(
    "training.unchangedTensors", unit: "pairs",
    source: "ours", lowest: 0)
  /// Of successive checkpoints.
  package static let leastSimilarity = Metric(
    "training.leastSimilarity", source: "ours", lowest: -1, highest: 1)

  /// `LogCurve` reads and writes the numbers that were logged, `LogHistogram` the distributions.
  static let curveNames = TextKey("curves", [.the("curves")])
  static let curveRoles = TextKey(
    "curve.roles", [.the("curves")], .one(of: CurveRole.allCases.map(\.rawValue)))
  static let curve = ArrayKeys(
    "curve.*", [.free("steps"), .columns(["step", "value"])], .whole(columns: [0]), of: .number)
  static let histogramNames = TextKey("histograms", [.free("histograms")])
  static let histogramEdges = ArrayKeys("histogram.*.edges", [.each("bins", plus: 1)], .rising, of: .number)
  static let histogramSteps = ArrayKeys("histogram.*.steps", [.each("steps")], .whole(), of: .number)
  static let histogram = ArrayKeys("histogram.*", [.each("steps"), .each("bins")], .finite, of: .number)

  package static let checkpoints = TextKey("checkpoints", [.the("checkpoints")])
  package static let checkpointSteps = ArrayKey("checkpoint.steps", [.the("checkpoints")], .whole())
  package static let ckaToFirst = ArrayKey("checkpoint.ckaToFirst", [.the("checkpoints"), .the("points")])
  package static let ckaToLast = ArrayKey("checkpoint.ckaToLast", [.the("checkpoints"), .the("points")])
  package static let similarity = ArrayKey("checkpoint.similarity", [.the("checkpoints", plus: -1)])
  package static let nonFinite = ArrayKey("checkpoint.nonFinite", [.the("checkpoints")], .whole())
  package static let identical = TextKey("checkpoint.identical", [.free("pairs")])
  /// `CheckpointRows` reads and writes what was measured of each checkpoint.
  static let followed = TextKey("over", [.free("metrics")])
  static let rows = ArrayKeys("over.*", [.the("checkpoints"), .each("components")])
  static let components = TextKeys("over.*", [.each("components")], .components)

  static let form = AnalysisForm(
    analysis,
    metrics: [
      finalLoss, validationLoss, bestValidationLoss, bestStep, risingEvaluations, aboveBest, validationChange,
      accuracyBelowBest, gradientPeak, nonFiniteSteps, nonFiniteCheckpoints, identicalCheckpoints, unchangedTensors,
      leastSimilarity,
    ],
    arrays: [
      curve.form, histogramEdges.form, histogramSteps.form, histogram.form, checkpointSteps.form, ckaToFirst.form,
      ckaToLast.form, similarity.form, nonFinite.form, rows.form,
    ],
    texts: [
      curveNames.form, curveRoles.form, histogramNames.form, checkpoints.form, identical.form, followed.form,
      components.form,
    ])
}
