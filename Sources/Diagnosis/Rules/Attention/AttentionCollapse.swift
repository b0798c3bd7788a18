import Results
import Support

/// Heads whose attention no longer depends on what they read. Only sequences of at least 16 tokens are judged.
extension Rule {
  /// Stacks with too few rows, and layers without numbers.
  private static let shortAttention: @Sendable (Rule, RunResults, Thresholds) -> [Gap] = { rule, results, _ in
    let short = [Gap](results.subject.model.stacks) { results.reasonNotToJudgeHeads(of: $0) }
    return short.contains { $0.scope == .all } ? short : short + [Gap](nanOf: rule.reads, results)
  }

  static let oneHotAttention = Rule(
    id: "attention-collapse-one-hot",
    thresholds: [
      Threshold("normalisedEntropy", 0.02, .share),
      Threshold("maxWeight", 0.98, .share),
      Threshold("failShare", 0.5, .share),
    ],
    needs: ["attention"],
    reads: [AttentionMetrics.normalisedEntropy16, AttentionMetrics.maxWeight16],
    gaps: shortAttention,
    evaluate: { rule, results, thresholds in
      let entropyLine = thresholds[rule, "normalisedEntropy"]
      let weightLine = thresholds[rule, "maxWeight"]
      let unexplained: Set<PatternClass> = [.other, .diagonal, .hierarchical]
      return rule.findings(ofHeads: results, warn: 0, fail: thresholds[rule, "failShare"]) { head in
        guard let entropy = results[AttentionMetrics.normalisedEntropy16]?[head], let low = entropy.value,
          let weight = results[AttentionMetrics.maxWeight16]?[head], let high = weight.value,
          low < entropyLine, high > weightLine, unexplained.contains(results.patternClass(of: head) ?? .other)
        else { return nil }
        return Concern(
          extremity: high,
          evidence: [
            Evidence(AttentionMetrics.normalisedEntropy16, head, entropy, threshold: entropyLine, side: .below),
            Evidence(AttentionMetrics.maxWeight16, head, weight, threshold: weightLine, side: .above),
          ])
      }
    })

  static let constantAttention = Rule(
    id: "attention-collapse-constant",
    thresholds: [
      Threshold("keyMarginalEntropy", 0.1, .share),
      Threshold("ordinary", 0.5, .share),
      Threshold("failShare", 0.5, .share),
    ],
    needs: ["attention"],
    reads: [AttentionMetrics.keyMarginalEntropy16, AttentionMetrics.keyMarginalOrdinary],
    gaps: shortAttention,
    evaluate: { rule, results, thresholds in
      let entropyLine = thresholds[rule, "keyMarginalEntropy"]
      let ordinaryLine = thresholds[rule, "ordinary"]
      return rule.findings(ofHeads: results, warn: 0, fail: thresholds[rule, "failShare"]) { head in
        guard let entropy = results[AttentionMetrics.keyMarginalEntropy16]?[head], let low = entropy.value,
          let ordinary = results[AttentionMetrics.keyMarginalOrdinary]?[head], let part = ordinary.value,
          low < entropyLine, part > ordinaryLine
        else { return nil }
        return Concern(
          extremity: -low,
          evidence: [
            Evidence(AttentionMetrics.keyMarginalEntropy16, head, entropy, threshold: entropyLine, side: .below),
            Evidence(AttentionMetrics.keyMarginalOrdinary, head, ordinary, threshold: ordinaryLine, side: .above),
          ])
      }
    })

  static let uniformAttention = Rule(
    id: "attention-collapse-uniform",
    thresholds: [
      Threshold("normalisedEntropy", 0.98, .share),
      Threshold("warnShare", 0.25, .share),
      Threshold("failShare", 0.5, .share),
    ],
    needs: ["attention"],
    reads: [AttentionMetrics.normalisedEntropy16],
    gaps: shortAttention,
    evaluate: { rule, results, thresholds in
      let line = thresholds[rule, "normalisedEntropy"]
      return rule.findings(
        ofHeads: results, warn: thresholds[rule, "warnShare"], fail: thresholds[rule, "failShare"]
      ) { head in
        guard let entropy = results[AttentionMetrics.normalisedEntropy16]?[head], let high = entropy.value,
          high > line
        else { return nil }
        return Concern(
          extremity: high,
          evidence: [
            Evidence(AttentionMetrics.normalisedEntropy16, head, entropy, threshold: line, side: .above)
          ])
      }
    })
}

extension RunResults {
  /// What the attention analysis finds the pattern of a head to be.
  fileprivate func patternClass(of head: Component) -> PatternClass? {
    guard let layer = head.layer, let index = head.head,
      let classes = self[analysis: AttentionMetrics.analysis]?.classes(of: head.stack)
    else { return nil }
    let heads = head.stack == .encoder ? subject.model.encoder?.heads ?? 0 : subject.model.heads
    let position = layer * heads + index
    return classes.indices.contains(position) ? classes[position] : nil
  }
}
