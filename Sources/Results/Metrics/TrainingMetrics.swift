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
/// What an encoder–decoder has of each stack stands behind the stack's name: `encoder/checkpoint.ckaToFirst`.
package enum TrainingMetrics {
  package static let analysis = "training"

  package static let finalLoss = Metric(
    "training.finalLoss", unit: "nats", source: "log")
  package static let validationLoss = Metric(
    "training.validationLoss", unit: "nats", source: "log")
  package static let bestValidationLoss = Metric(
    "training.bestValidationLoss", unit: "nats",
    source: "log")
  package static let bestStep = Metric(
    "training.bestStep",
    source: "log")
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
  /// Of the checkpoints; `nonFinite` holds how many weights of each.
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
  /// Empty where that is not known.
  static let curveRoles = TextKey(
    "curve.roles", [.the("curves")], .one(of: CurveRole.allCases.map(\.rawValue)))
  static let curve = ArrayKeys(
    "curve.*", [.free("steps"), .columns(["step", "value"])], .whole(columns: [0]), of: .number)
  static let histogramNames = TextKey("histograms", [.free("histograms")])
  static let histogramEdges = ArrayKeys("histogram.*.edges", [.each("bins", plus: 1)], .rising, of: .number)
  static let histogramSteps = ArrayKeys("histogram.*.steps", [.each("steps")], .whole(), of: .number)
  static let histogram = ArrayKeys("histogram.*", [.each("steps"), .each("bins")], .finite, of: .number)

  /// Their names.
  package static let checkpoints = TextKey("checkpoints", [.the("checkpoints")])
  package static let checkpointSteps = ArrayKey("checkpoint.steps", [.the("checkpoints")], .whole())
  /// Debiased linear CKA of each residual point with that of the first checkpoint, and of the last.
  package static let ckaToFirst = ArrayKey("checkpoint.ckaToFirst", [.the("checkpoints"), .the("points")])
  package static let ckaToLast = ArrayKey("checkpoint.ckaToLast", [.the("checkpoints"), .the("points")])
  /// How alike the heads of neighbours are.
  package static let similarity = ArrayKey("checkpoint.similarity", [.the("checkpoints", plus: -1)])
  /// NaN and infinite weights of each.
  package static let nonFinite = ArrayKey("checkpoint.nonFinite", [.the("checkpoints")], .whole())
  /// Pairs that hold the same weights: "step-1 and step-2".
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
