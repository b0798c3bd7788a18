import Results
import Support

/// A mask that hides too little.
extension Rule {
  static let causalMaskLeak = Rule(
    id: "later-positions",
    thresholds: [
      Threshold("nextShare", 1e-6, .share)
    ],
    needs: ["attention"], reads: [],
    gaps: { _, results, _ in
      results.predictsTokens ? [] : [Gap(.all, "gap.noCausalMask")]
    },
    evaluate: { rule, results, thresholds in
      let line = thresholds[rule, "nextShare"]
      // Heads that the engine masks have no such number.
      let heads = (results[AttentionMetrics.nextShare]?.rows ?? []).filter { row in
        [.only, .decoder].contains(row.component.stack) && (row.quantity.value ?? 0) > line
      }
      guard !results.subject.model.isCausal, !heads.isEmpty,
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

extension RunResults {
  /// Whether the model writes token after token, so that it must not see the next one.
  fileprivate var predictsTokens: Bool {
    // An older run folder keeps the task as an English text.
    subject.model.encoder != nil || subject.model.isCausal
      || Catalogue.english.text(subject.model.task) == Catalogue.english.text("task.causal")
  }

  /// Whether the loss is that of a model that sees what it is to predict.
  func leaksTheFuture(_ thresholds: Thresholds) -> Bool {
    predictsTokens && !Rule.causalMaskLeak.evaluate(.causalMaskLeak, self, thresholds).isEmpty
  }
}
