package import Results

/// A fault that a model can have, how to see it in the numbers, and what to do about it.
package struct Rule: Sendable {
  /// A line that a number must not cross, under the name it has in the thresholds file.
  package struct Threshold: Hashable, Sendable {
    package let name: String
    package let value: Double
    /// "normalised entropy below which a head counts as one-hot".
    package let meaning: String
  }

  /// Stable: `attention-collapse-one-hot`.
  package let id: String
  package let title: String
  /// What it means for the model when the rule is broken.
  package let meaning: String
  package let fixes: [String]
  package let thresholds: [Threshold]
  /// The analyses whose numbers the rule reads; empty where it reads all of them.
  package let needs: [String]
  /// The metrics that the rule reads: not to have them is a finding of its own.
  package let reads: [Metric]
  package let evaluate: @Sendable (Rule, RunResults, Thresholds) -> [Finding]

  /// Every rule, in the order of the report.
  package static let all: [Rule] = [
    oneHotAttention, constantAttention, uniformAttention, vanishingGradient, explodingGradient, representationCollapse,
    nonFiniteWeights, laterPositions, overfitting, gradientSpikes, unstablePhase, identicalCheckpoints,
    missingNumber,
  ]

  /// Why a run gives the rule nothing to judge; nil where it does.
  package func reasonToSkip(_ results: RunResults) -> String? {
    for id in needs {
      guard let analysis = results[analysis: id] else {
        return id == TrainingMetrics.analysis
          ? "neither a log of the training nor its checkpoints were given" : "the analysis \(id) was not asked for"
      }
      if let reason = analysis.notApplicable { return "\(id): \(reason)" }
    }
    return nil
  }
}
