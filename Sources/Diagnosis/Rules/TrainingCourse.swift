import Results

/// What goes wrong in the course of a training, by its log and its checkpoints.
extension Rule {
  static let overfitting = Rule(
    id: "overfitting",
    title: "Overfitting",
    meaning: "The validation loss rises while the training loss falls: the model learns its training data by heart.",
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
        meaning: "share by which the last validation loss lies above the best one, above which it fails"),
    ],
    needs: [TrainingMetrics.analysis], reads: [],
    evaluate: { rule, results, thresholds in
      let rising = results[TrainingMetrics.risingEvaluations]?[.model]
      let above = results[TrainingMetrics.aboveBest]?[.model]
      var evidence: [Evidence] = []
      var severity = Severity.warn
      if let count = rising?.value, let rising, count >= thresholds[rule, "warnEvaluations"] {
        let isFail = count >= thresholds[rule, "failEvaluations"]
        if isFail { severity = .fail }
        evidence.append(
          Evidence(
            TrainingMetrics.risingEvaluations, .model, rising,
            threshold: thresholds[rule, isFail ? "failEvaluations" : "warnEvaluations"], side: .above))
      }
      if let share = above?.value, let above, share > thresholds[rule, "failAboveBest"] {
        severity = .fail
        evidence.append(
          Evidence(
            TrainingMetrics.aboveBest, .model, above, threshold: thresholds[rule, "failAboveBest"], side: .above))
      }
      if evidence.isEmpty { return [] }
      if let step = results[TrainingMetrics.bestStep]?[.model] {
        evidence.append(Evidence(TrainingMetrics.bestStep, .model, step))
      }
      return [Finding(rule: rule, severity: severity, component: .model, evidence: evidence)]
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
