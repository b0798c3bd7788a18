import Results

/// What goes wrong in the course of a training, by its log and its checkpoints.
extension Rule {
  static let overfitting = Rule(
    id: "overfitting",
    title: "Overfitting",
    meaning: "The validation loss rises while the training loss falls: the model is memorising its training data.",
    fixes: [
      "Stop at the step of the best validation loss", "More data, or augmentation",
      "Regularise: weight decay, dropout, label smoothing",
    ],
    thresholds: [
      Threshold(
        name: "warnEvaluations", value: 3, range: .count,
        meaning: "evaluations in a row that got worse, from which it is a warning"),
      Threshold(
        name: "failEvaluations", value: 6, range: .count,
        meaning: "evaluations in a row that got worse, from which it fails"),
      Threshold(
        name: "failAboveBest", value: 0.1, range: .positive,
        meaning:
          "share by which the last validation loss lies above the best one, above which it fails where it is also higher "
          + "than at the evaluation before, and is else a warning"),
    ],
    needs: [TrainingMetrics.analysis], reads: [],
    gaps: { _, results, thresholds in
      if results.leaksTheFuture(thresholds) {
        return [Gap(.all, "the causal mask leaks the future, so no loss counts")]
      }
      let losses = [TrainingMetrics.risingEvaluations, TrainingMetrics.aboveBest].compactMap { results[$0]?[.model] }
      guard let n = losses.map(\.n).max() else { return [Gap(.all, "no validation loss was logged")] }
      return n < 2 ? [Gap(.all, "the training log has a single evaluation")] : []
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
      var meaning = rule.meaning
      if let accuracy = results[TrainingMetrics.accuracyBelowBest]?[.model], accuracy.value == 0 {
        severity = severity == .fail ? .warn : .note
        meaning =
          "The validation loss has risen from its best, but the accuracy is at its best at the last evaluation: the model "
          + "grows overconfident where it errs, which weighs one level less."
        add(TrainingMetrics.accuracyBelowBest, accuracy, nil, .note)
      }
      return [Finding(rule: rule, severity: severity, component: .model, evidence: evidence, meaning: meaning)]
    })

  static let gradientSpikes = Rule(
    id: "gradient-spikes",
    title: "Gradient spikes",
    meaning: "At some step of the training the gradient was many times larger than in the steps before it.",
    fixes: [
      "Clip the gradient's norm", "Lower the learning rate, or warm it up for longer",
      "Look at the data of that step",
    ],
    thresholds: [
      Threshold(
        name: "warnRatio", value: 100, range: .ratio,
        meaning: "norm against its running median above which it is a warning"),
      Threshold(
        name: "failRatio", value: 1e4, range: .ratio, meaning: "norm against its running median above which it fails"),
    ],
    needs: [TrainingMetrics.analysis], reads: [],
    gaps: { _, results, _ in
      let faulty = results[TrainingMetrics.nonFiniteSteps]?[.model]?.value ?? 0
      return results[TrainingMetrics.gradientPeak] == nil && faulty == 0
        ? [Gap(.all, "fewer than 11 gradient norms were logged")] : []
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
            meaning: "Loss or gradient norm was NaN or infinite at some step of the training."))
      }
      return findings
    })

  static let unstablePhase = Rule(
    id: "unstable-training-phase",
    title: "Unstable training phase",
    meaning: "Between two checkpoints the heads changed what they do: a circuit formed or was lost there.",
    fixes: ["Keep checkpoints closer together around that phase, and look at the scores of the heads there"],
    thresholds: [
      Threshold(
        name: "similarity", value: 0.5, range: .cosine,
        meaning: "similarity of successive checkpoints below which a phase is unstable")
    ],
    needs: [TrainingMetrics.analysis], reads: [],
    gaps: { _, results, _ in
      guard let least = results[TrainingMetrics.leastSimilarity]?[.model] else {
        return [Gap(.all, "fewer than two checkpoints were given")]
      }
      return least.value == nil ? [Gap(.all, "no two checkpoints after step 0 have heads to compare")] : []
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
