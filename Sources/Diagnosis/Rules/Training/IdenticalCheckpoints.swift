import Results

/// Checkpoints between which nothing was learned.
extension Rule {
  static let identicalCheckpoints = Rule(
    id: "identical-checkpoints",
    title: "Identical checkpoints",
    meaning: "Weights are the same at two steps of the training although their gradient is not zero, so nothing was "
      + "learned there or the wrong weights were saved.",
    fixes: [
      "Check what is saved at each step, and that it is saved after the step",
      "Check which layers are frozen, and that every tensor is in a parameter group of the optimiser",
      "Check that the learning rate is not zero",
    ],
    thresholds: [],
    needs: [TrainingMetrics.analysis], reads: [],
    gaps: { _, results, _ in
      results[TrainingMetrics.identicalCheckpoints] == nil && results[TrainingMetrics.unchangedTensors] == nil
        ? [Gap(.all, "fewer than two checkpoints were given")] : []
    },
    evaluate: { rule, results, _ in
      var evidence: [Evidence] = []
      var severity = Severity.warn
      var meaning: String?
      if let identical = results[TrainingMetrics.identicalCheckpoints]?[.model], (identical.value ?? 0) > 0 {
        severity = .fail
        evidence.append(
          Evidence(TrainingMetrics.identicalCheckpoints, .model, identical, threshold: 0, side: .above))
        let pairs = results[analysis: TrainingMetrics.analysis]?[TrainingMetrics.identical] ?? []
        let shown = pairs.prefix(3).joined(separator: "; ") + (pairs.count > 3 ? " and \(pairs.count - 3) more" : "")
        meaning =
          "Checkpoints of different steps hold the same weights, so nothing was learned between them or one "
          + "was saved under two names: \(shown)."
      }
      // Without a gradient a tensor has no reason to change.
      let norms = (results[GradientMetrics.norm]?.rows ?? []).filter { ($0.quantity.value ?? 0) > 0 }
      let learning = Set(norms.compactMap(\.component.tensor))
      let unchanged = (results[TrainingMetrics.unchangedTensors]?.rows ?? []).filter {
        learning.contains($0.component.tensor ?? "")
      }
      if let most = unchanged.max(by: { $0.quantity.number < $1.quantity.number }),
        let norm = norms.first(where: { $0.component.tensor == most.component.tensor })
      {
        evidence.append(
          Evidence(TrainingMetrics.unchangedTensors, most.component, most.quantity, threshold: 0, side: .above))
        evidence.append(Evidence(GradientMetrics.norm, norm.component, norm.quantity, threshold: 0, side: .above))
      }
      guard !evidence.isEmpty else { return [] }
      return [
        Finding(
          rule: rule, severity: severity, component: .model,
          members: unchanged.isEmpty ? nil : unchanged.map(\.component), evidence: evidence, meaning: meaning)
      ]
    })
}
