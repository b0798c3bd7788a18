import Results
import Support

/// Checkpoints between which nothing was learned.
extension Rule {
  static let identicalCheckpoints = Rule(
    id: "identical-checkpoints",
    thresholds: [],
    needs: [TrainingMetrics.analysis], reads: [],
    gaps: { _, results, _ in
      results[TrainingMetrics.identicalCheckpoints] == nil && results[TrainingMetrics.unchangedTensors] == nil
        ? [Gap(.all, "gap.fewCheckpoints")] : []
    },
    evaluate: { rule, results, _ in
      var evidence: [Evidence] = []
      var severity = Severity.warn
      var meaning: Message?
      if let identical = results[TrainingMetrics.identicalCheckpoints]?[.model], (identical.value ?? 0) > 0 {
        severity = .fail
        evidence.append(
          Evidence(TrainingMetrics.identicalCheckpoints, .model, identical, threshold: 0, side: .above))
        let pairs = results[analysis: TrainingMetrics.analysis]?[TrainingMetrics.identical] ?? []
        meaning = Message("finding.identicalCheckpoints", ["shown": pairs.beginning(of: 3, separator: "; ")])
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
