package import Results
import Support

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
    return upperBound == .infinity
      ? phrase("range.from", ["lower": text(lowerBound)])
      : phrase("range.within", ["lower": text(lowerBound), "upper": text(upperBound)])
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

    init(_ name: String, _ value: Double, _ range: ClosedRange<Double>) {
      self.name = name
      self.value = value
      self.range = range
    }
  }

  /// Stable: `attention-collapse-one-hot`.
  package let id: String
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

  package var title: String { messages.title.text }
  /// What it means for the model when the rule is broken.
  package var meaning: String { messages.meaning.text }
  /// What can be done about it.
  package var fixes: [String] { messages.fixes.map(\.text) }

  var messages: Finding.Messages {
    let fixes = (1...).lazy.map { "rule.\(id).fix\($0)" }.prefix { Catalogue.english.holds($0) }
    return .init(
      title: Message("rule.\(id).title"), meaning: Message("rule.\(id).meaning"), fixes: fixes.map { Message($0) })
  }

  /// "normalised entropy below which a head counts as one-hot".
  package func meaning(of threshold: Threshold) -> String { phrase("rule.\(id).\(threshold.name)") }

  /// Everything that the rule cannot judge of a run; one gap where that is all of it.
  package func allGaps(_ results: RunResults, _ thresholds: Thresholds) -> [Gap] {
    for id in needs {
      guard let analysis = results[analysis: id] else {
        let reason =
          switch id {
          case TrainingMetrics.analysis: Message("gap.noTraining")
          case CorpusTextMetrics.analysis: Message("gap.noText")
          default: Message("gap.notRequested", ["id": id])
          }
        return [Gap(.all, reason)]
      }
      if let reason = analysis.notApplicable {
        return [Gap(.all, Message("gap.notApplicable", ["id": id, "reason": reason]))]
      }
    }
    let found = gaps(self, results, thresholds)
    return found.first { $0.scope == .all }.map { [$0] } ?? found
  }
}
