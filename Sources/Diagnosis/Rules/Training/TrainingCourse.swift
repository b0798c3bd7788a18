import Results
import Support

/// What goes wrong in the course of a training, by its log and its checkpoints.
extension Rule {
  static let overfitting = Rule(
    id: "overfitting",
    thresholds: [
      Threshold("warnEvaluations", 3, .count),
      Threshold("failEvaluations", 6, .count),
      Threshold("failAboveBest", 0.1, .positive),
    ],
    needs: [TrainingMetrics.analysis], reads: [],
    gaps: { _, results, thresholds in
      if results.leaksTheFuture(thresholds) {
        return [Gap(.all, "gap.causalMaskLeaks")]
      }
      let losses = [TrainingMetrics.risingEvaluations, TrainingMetrics.aboveBest].compactMap { results[$0]?[.model] }
      guard let n = losses.map(\.n).max() else { return [Gap(.all, "gap.noValidationLoss")] }
      return n < 2 ? [Gap(.all, "gap.oneEvaluation")] : []
    },
    evaluate: { rule, results, thresholds in
      var evidence: [Evidence] = []
      var severity = Severity.note
      func add(_ metric: Metric, _ quantity: Quantity, _ line: Double?, _ found: Severity) {
        evidence.append(Evidence(metric, .model, quantity, threshold: line, side: line.map { _ in .above }))
        severity = max(severity, found)
      }
      if let rising = results[TrainingMetrics.risingEvaluations]?[.model], let count = rising.value,
        count >= thresholds[rule, "warnEvaluations"]
      {
        let isFail = count >= thresholds[rule, "failEvaluations"]
        add(
          TrainingMetrics.risingEvaluations, rising, thresholds[rule, isFail ? "failEvaluations" : "warnEvaluations"],
          isFail ? .fail : .warn)
      }
      if let above = results[TrainingMetrics.aboveBest]?[.model], let share = above.value,
        share > thresholds[rule, "failAboveBest"]
      {
        add(TrainingMetrics.aboveBest, above, thresholds[rule, "failAboveBest"], .warn)
        if let change = results[TrainingMetrics.validationChange]?[.model], change.value ?? 0 > 0 {
          add(TrainingMetrics.validationChange, change, 0, .fail)
        }
      }
      if evidence.isEmpty { return [] }
      if let step = results[TrainingMetrics.bestStep]?[.model] { add(TrainingMetrics.bestStep, step, nil, .note) }
      var meaning: Message?
      if let accuracy = results[TrainingMetrics.accuracyBelowBest]?[.model], accuracy.value == 0 {
        severity = severity == .fail ? .warn : .note
        meaning = "finding.overconfident"
        add(TrainingMetrics.accuracyBelowBest, accuracy, nil, .note)
      }
      return [Finding(rule: rule, severity: severity, component: .model, evidence: evidence, meaning: meaning)]
    })

  static let gradientSpikes = Rule(
    id: "gradient-spikes",
    thresholds: [
      Threshold("warnRatio", 100, .ratio),
      Threshold("failRatio", 1e4, .ratio),
    ],
    needs: [TrainingMetrics.analysis], reads: [],
    gaps: { _, results, _ in
      let faulty = results[TrainingMetrics.nonFiniteSteps]?[.model]?.value ?? 0
      return results[TrainingMetrics.gradientPeak] == nil && faulty == 0
        ? [Gap(.all, "gap.fewGradientNorms")] : []
    },
    evaluate: { rule, results, thresholds in
      var findings: [Finding] = []
      if let peak = results[TrainingMetrics.gradientPeak]?[.model], let ratio = peak.value,
        ratio > thresholds[rule, "warnRatio"]
      {
        let isFail = ratio > thresholds[rule, "failRatio"]
        findings.append(
          Finding(
            rule: rule, severity: isFail ? .fail : .warn, component: .model,
            evidence: [
              Evidence(
                TrainingMetrics.gradientPeak, .model, peak,
                threshold: thresholds[rule, isFail ? "failRatio" : "warnRatio"], side: .above)
            ]))
      }
      if let steps = results[TrainingMetrics.nonFiniteSteps]?[.model], let count = steps.value, count > 0 {
        findings.append(
          Finding(
            rule: rule, severity: .fail, component: .model,
            evidence: [Evidence(TrainingMetrics.nonFiniteSteps, .model, steps, threshold: 0, side: .above)],
            meaning: "finding.trainingNotFinite"))
      }
      return findings
    })

  static let unstablePhase = Rule(
    id: "unstable-training-phase",
    thresholds: [
      Threshold("similarity", 0.5, .cosine)
    ],
    needs: [TrainingMetrics.analysis], reads: [],
    gaps: { _, results, _ in
      guard let least = results[TrainingMetrics.leastSimilarity]?[.model] else {
        return [Gap(.all, "gap.fewCheckpoints")]
      }
      return least.value == nil ? [Gap(.all, "gap.noHeadsToCompare")] : []
    },
    evaluate: { rule, results, thresholds in
      let line = thresholds[rule, "similarity"]
      guard let least = results[TrainingMetrics.leastSimilarity]?[.model], let value = least.value, value < line else {
        return []
      }
      return [
        Finding(
          rule: rule, severity: .note, component: .model,
          evidence: [Evidence(TrainingMetrics.leastSimilarity, .model, least, threshold: line, side: .below)])
      ]
    })
}
