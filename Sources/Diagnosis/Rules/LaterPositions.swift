import Results

/// A mask that hides too little.
extension Rule {
  static let laterPositions = Rule(
    id: "later-positions",
    title: "Later positions are seen",
    meaning: "A model that predicts the next token looks at it: its loss says nothing, and it cannot write.",
    fixes: ["Check the causal mask", "Train again: what it learned is to copy"],
    thresholds: [
      Threshold(
        name: "nextShare", value: 1e-6, range: .share,
        meaning: "attention to the next position above which a causal model fails")
    ],
    needs: ["attention"], reads: [],
    evaluate: { rule, results, thresholds in
      let line = thresholds[rule, "nextShare"]
      // Heads of a causal model have no such number.
      let heads = (results[AttentionMetrics.nextShare]?.rows ?? []).filter { ($0.quantity.value ?? 0) > line }
      guard results.subject.model.task.hasPrefix("causal"), !results.subject.model.isCausal, !heads.isEmpty,
        let most = heads.max(by: { ($0.quantity.value ?? 0) < ($1.quantity.value ?? 0) })
      else { return [] }
      return [
        Finding(
          rule: rule, severity: .fail, component: .model, members: heads.map(\.component),
          evidence: [
            Evidence(AttentionMetrics.nextShare, most.component, most.quantity, threshold: line, side: .above)
          ])
      ]
    })
}
