import Results

/// What is wrong before the model has read anything.
extension Rule {
  static let inputHealth = Rule(
    id: "input-health",
    title: "Input health",
    meaning: "The tokenizer loses part of the corpus's text, so the model reads something else than the corpus says.",
    fixes: [
      "Check that the corpus is in the language and the notation that the model was trained on",
      "Check that the tokenizer is the model's own, and that its files are complete",
    ],
    thresholds: [
      Threshold(
        name: "warnShare", value: 0.01, range: .share,
        meaning: "share of dropped or unknown characters above which it is a warning"),
      Threshold(
        name: "failShare", value: 0.1, range: .share,
        meaning: "share of dropped or unknown characters above which it fails"),
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
