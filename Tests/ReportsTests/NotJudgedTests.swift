import Diagnosis
import TestSupport
import Testing

@testable import Reports
@testable import Results

/// A run on too little, in every form of the report.
@Suite("What a report says of what it could not judge")
struct NotJudgedTests {
  /// Four heads of one class on a corpus whose sequences give `rows` rows long enough to judge.
  private func results(rows: Int, class name: String) -> RunResults {
    var results = SampleResults.make(layers: 2, heads: 2, isCausal: true)
    let heads = (0..<4).map { Component.head($0 / 2, $0 % 2) }
    func table(_ metric: Metric, _ value: Double, n: Int) -> MetricTable {
      MetricTable(metric, heads.map { .init($0, n == 0 ? .notApplicable : Quantity(value, n: n)) })
    }
    results.analyses = [
      AnalysisResult(
        id: "attention",
        tables: [
          table(AttentionMetrics.normalisedEntropy16, 0.5, n: rows), table(AttentionMetrics.maxWeight16, 0.5, n: rows),
          table(AttentionMetrics.firstShare, 0.9, n: 11), table(AttentionMetrics.inductionScore, 0.9, n: 16),
          MetricTable(AttentionMetrics.sinkRate, [.init(.model, rows == 0 ? .notApplicable : Quantity(1, n: rows))]),
        ], arrays: [:], texts: ["class": heads.map { _ in name }])
    ]
    return results
  }

  private let rules = Rule.all.filter {
    ["attention-collapse-one-hot", "attention-collapse-uniform", "overfitting"].contains($0.id)
  }

  private func article(_ results: RunResults) -> (Article, Assessment) {
    let assessment = Assessment(results, rules: rules)
    return (ArticleBuilder(results: results, assessment: assessment, outcomes: []).article, assessment)
  }

  @Test("The verdict counts it, the page, the summary and JUnit give the reason")
  func forms() {
    let (article, assessment) = article(results(rows: 0, class: "sink"))
    #expect(article.verdictSentence == "0 rules judged, 0 passed; 3 not judged.")
    let markdown = article.markdown(formats: [.svg])
    #expect(markdown.contains("not judged: no sequence has 16 tokens"))
    let summary = PullRequestSummary(article, assessment).markdown
    #expect(summary.contains("3 not judged"))
    #expect(
      summary.contains(
        "Not judged: Attention collapse (one-hot), Attention collapse (uniform) (no sequence has 16 tokens)"))
    #expect(summary.contains("Overfitting (neither a training log nor checkpoints were given)"))
    let xml = JUnit.xml(assessment, suite: "short")
    #expect(xml.contains("tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"3\""))
    #expect(xml.contains("name=\"Attention collapse (uniform)\"><skipped message=\"no sequence has 16 tokens\"/>"))
  }

  @Test("No class is named that was measured on too little", arguments: [(0, false), (15, false), (16, true)])
  func sinks(rows: Int, isNamed: Bool) {
    let sentences = article(results(rows: rows, class: "sink")).0.standouts.joined(separator: " ")
    #expect(sentences.contains("4 sinks") == isNamed && sentences.contains("is a sink for") == isNamed)
    #expect(sentences.contains("could not be classified") == !isNamed)
  }

  @Test("Heads found on the seeded sequences are named whatever the corpus")
  func induction() {
    let sentences = article(results(rows: 0, class: "induction")).0.standouts.joined(separator: " ")
    #expect(sentences.contains("4 induction heads"))
  }

  @Test("Heads without numbers have no class, and are none among those of the sentence")
  func withoutNumbers() {
    var results = results(rows: 90, class: "sink")
    results.analyses[0].texts["class"] = ["sink", "", "diagonal", ""]
    let sentences = article(results).0.standouts.joined(separator: " ")
    #expect(sentences.contains("Among 2 of the 4 heads: "))
    let figure = PatternClassMap.figures(of: results).first?.figure
    #expect(figure?.altText.contains("sink 1") == true && figure?.altText.contains("other") == false)
  }
}
