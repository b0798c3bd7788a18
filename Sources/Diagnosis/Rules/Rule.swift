package import Results

extension ClosedRange<Double> {
  /// A part of a whole, and whatever else goes from 0 to 1.
  static let share = 0.0...1.0
  static let cosine = -1.0...1.0
  static let positive = 0.0...Double.infinity
  /// How many times larger.
  static let ratio = 1.0...Double.infinity
  static let count = 1.0...Double.infinity

  /// "0 to 1", "at least 1".
  package var spelling: String {
    func text(_ bound: Double) -> String { bound.rounded() == bound ? String(Int(bound)) : "\(bound)" }
    return upperBound == .infinity ? "at least \(text(lowerBound))" : "\(text(lowerBound)) to \(text(upperBound))"
  }
}

/// A fault that a model can have, how to see it in the numbers, and what to do about it.
package struct Rule: Sendable {
  /// A line that a number must not cross, under the name it has in the thresholds file.
  package struct Threshold: Hashable, Sendable {
    package let name: String
    package let value: Double
    /// What it can be; beyond it the rule would judge nothing, or everything.
    package let range: ClosedRange<Double>
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
  /// What of a run the rule has too little to judge; findings there do not count.
  package var gaps: @Sendable (Rule, RunResults, Thresholds) -> [Gap] = { _, _, _ in [] }
  package let evaluate: @Sendable (Rule, RunResults, Thresholds) -> [Finding]

  /// Every rule, in the order of the report: what explains others comes first.
  package static let all: [Rule] = [
    nonFiniteWeights, causalMaskLeak, oneHotAttention, constantAttention, uniformAttention, vanishingGradient,
    explodingGradient, representationCollapse, overfitting, gradientSpikes, unstablePhase, identicalCheckpoints,
    inputHealth, missingNumber,
  ]

  /// Everything that the rule cannot judge of a run; one gap where that is all of it.
  package func allGaps(_ results: RunResults, _ thresholds: Thresholds) -> [Gap] {
    for id in needs {
      guard let analysis = results[analysis: id] else {
        let reason =
          switch id {
          case TrainingMetrics.analysis: "neither a training log nor checkpoints were given"
          case CorpusTextMetrics.analysis: "the corpus has no text"
          default: "the analysis \(id) was not asked for"
          }
        return [Gap(.all, reason)]
      }
      if let reason = analysis.notApplicable { return [Gap(.all, "\(id): \(reason)")] }
    }
    let found = gaps(self, results, thresholds)
    return found.first { $0.scope == .all }.map { [$0] } ?? found
  }
}
