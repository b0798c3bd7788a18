import Results

/// Numbers that are NaN or infinite because of a fault that another rule names: they are no faults of their own.
struct ExplainedNumbers {
  private let hasFaultyWeights: Bool
  private let hasFaultyGradients: Bool
  private let hasFaultySteps: Bool

  init(_ results: RunResults) {
    func isAbove0(_ metrics: Metric...) -> Bool {
      metrics.contains { results[$0]?.rows.contains { ($0.quantity.value ?? 0) > 0 } ?? false }
    }
    hasFaultyWeights = results.hasNonFiniteWeights
    hasFaultyGradients =
      isAbove0(GradientMetrics.nanCount, GradientMetrics.infiniteCount)
      || Rule.gradientMagnitudes.contains { results[$0]?.rows.contains { $0.quantity.isNotFinite } ?? false }
    hasFaultySteps = isAbove0(TrainingMetrics.nonFiniteSteps)
  }

  func holds(_ metric: Metric, _ row: MetricTable.Row, of analysis: AnalysisResult) -> Bool {
    if hasFaultyWeights {
      // A singular value of 0 is a fault of its own matrix.
      return row.quantity.state == .nan || metric != WeightMetrics.conditionNumber
    }
    switch analysis.id {
    case "gradients":
      return Rule.gradientMagnitudes.contains(metric) || hasFaultyGradients || isEndOfFlow(metric, row, analysis)
    case "attention":
      return hasFaultyGradients && [AttentionMetrics.importanceShare, AttentionMetrics.effectiveHeads].contains(metric)
    case TrainingMetrics.analysis: return hasFaultySteps
    default: return false
    }
  }

  /// A flow of exactly 0 makes both infinite; the rule on vanishing gradients names it.
  private func isEndOfFlow(_ metric: Metric, _ row: MetricTable.Row, _ analysis: AnalysisResult) -> Bool {
    [GradientMetrics.depthSlope, GradientMetrics.endToEndRatio].contains(metric)
      && analysis[GradientMetrics.endToEndRatio]?[row.component]?.state == .infinite
  }
}

extension RunResults {
  var hasNonFiniteWeights: Bool {
    [WeightMetrics.nanCount, WeightMetrics.infiniteCount].contains { metric in
      self[metric]?.rows.contains { ($0.quantity.value ?? 0) > 0 } ?? false
    }
  }
}
