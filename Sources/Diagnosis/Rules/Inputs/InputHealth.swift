import Results
import Support

/// What is wrong before the model has read anything.
extension Rule {
  static let inputHealth = Rule(
    id: "input-health",
    thresholds: [
      Threshold("warnShare", 0.01, .share),
      Threshold("failShare", 0.1, .share),
    ],
    needs: [CorpusTextMetrics.analysis],
    reads: [CorpusTextMetrics.droppedShare, CorpusTextMetrics.unknownShare],
    evaluate: { rule, results, thresholds in
      let shares = rule.reads.compactMap { metric in results[metric]?[.model].map { (metric, $0) } }
      let lost = shares.reduce(0) { $0 + ($1.1.value ?? 0) }
      guard lost > thresholds[rule, "warnShare"] else { return [] }
      let isFail = lost > thresholds[rule, "failShare"]
      let line = thresholds[rule, isFail ? "failShare" : "warnShare"]
      return [
        Finding(
          rule: rule, severity: isFail ? .fail : .warn, component: .model,
          evidence: shares.filter { ($0.1.value ?? 0) > 0 }.sorted { ($0.1.value ?? 0) > ($1.1.value ?? 0) }.map {
            Evidence($0.0, .model, $0.1, threshold: line, side: .above)
          })
      ]
    })
}
