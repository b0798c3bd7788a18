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
    "training.finalLoss", "Training loss", unit: "nats", formula: "the last that was logged", source: "the log")
  package static let validationLoss = Metric(
    "training.validationLoss", "Validation loss", unit: "nats", formula: "the last that was logged", source: "the log")
  package static let bestValidationLoss = Metric(
    "training.bestValidationLoss", "Best validation loss", unit: "nats", formula: "the least that was logged",
    source: "the log")
  package static let bestStep = Metric(
    "training.bestStep", "Step of the best validation loss", formula: "the first step at which it was least",
    source: "the log")
  package static let risingEvaluations = Metric(
    "training.risingEvaluations", "Evaluations in a row that got worse", unit: "evaluations",
    formula:
      "the last evaluations of which each has a higher validation loss than the one before while the training loss "
      + "fell", source: "ours", lowest: 0)
  package static let aboveBest = Metric(
    "training.aboveBest", "Validation loss above its best", formula: "last ÷ least − 1", source: "ours", lowest: 0)
  package static let validationChange = Metric(
    "training.validationChange", "Change of the validation loss at the last evaluation", unit: "nats",
    formula: "last − the one before", source: "ours")
  package static let accuracyBelowBest = Metric(
    "training.accuracyBelowBest", "Validation accuracy below its best",
    formula: "largest − last; 0 where the last evaluation is the best", source: "ours", lowest: 0)
  package static let gradientPeak = Metric(
    "training.gradientPeak", "Largest gradient norm against its running median",
    formula: "max over steps of ‖g‖ ÷ the median of the 50 norms logged before, from the tenth on", source: "ours",
    lowest: 0)
  package static let nonFiniteSteps = Metric(
    "training.nonFiniteSteps", "Steps with NaN or Inf", unit: "steps",
    formula: "steps at which loss or gradient norm is NaN or infinite", source: "ours", lowest: 0)
  /// Of the checkpoints; `nonFinite` holds how many weights of each.
  package static let nonFiniteCheckpoints = Metric(
    "training.nonFiniteCheckpoints", "Checkpoints with NaN or infinite weights", unit: "checkpoints",
    formula: "checkpoints of which a weight is NaN or infinite", source: "ours", lowest: 0)
  package static let identicalCheckpoints = Metric(
    "training.identicalCheckpoints", "Checkpoints with the weights of an earlier one", unit: "checkpoints",
    formula: "checkpoints in which the digests of all tensors are those of a checkpoint of an earlier step",
    source: "ours", lowest: 0)
  /// Of tensors; those that always changed have no row.
  package static let unchangedTensors = Metric(
    "training.unchangedTensors", "Successive checkpoints between which a tensor stayed the same", unit: "pairs",
    formula: "pairs of neighbours with the same digest of the tensor, pairs that share all weights left out",
    source: "ours", lowest: 0)
  /// Of successive checkpoints.
  package static let leastSimilarity = Metric(
    "training.leastSimilarity", "Least similarity of successive checkpoints",
    formula:
      "min over neighbours, step 0 left out, of the mean Spearman correlation of the heads' scores (induction, previous token, "
      + "duplicate token, first token, normalised entropy)", source: "ours", lowest: -1, highest: 1)

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
