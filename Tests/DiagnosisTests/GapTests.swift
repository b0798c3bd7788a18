import Results
import Testing

@testable import Diagnosis

@Suite("What is not judged")
struct GapTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var rules: [String]
    var reason: String
    var change: @Sendable (inout HealthyRun) -> Void
  }

  private static func rows16(_ n: Int) -> @Sendable (inout HealthyRun) -> Void {
    { run in
      for metric in [AttentionMetrics.normalisedEntropy16, AttentionMetrics.maxWeight16] {
        for head in run.heads { run.plant(metric, head, n == 0 ? .notApplicable : Quantity(0.001, n: n)) }
      }
    }
  }

  private static func keep(_ metrics: Metric...) -> @Sendable (inout HealthyRun) -> Void {
    { run in run.tables[TrainingMetrics.analysis]?.removeAll { !metrics.contains($0.metric) } }
  }

  static let attention = ["attention-collapse-one-hot", "attention-collapse-constant", "attention-collapse-uniform"]
  static let training = ["overfitting", "gradient-spikes", "unstable-training-phase"]

  static let cases = [
    Case(
      testDescription: "no long sequence", rules: attention, reason: "no sequence has 16 tokens", change: rows16(0)),
    Case(
      testDescription: "15 rows of one-hot heads", rules: attention,
      reason: "only 15 rows come from sequences of at least 16 tokens; at least 16 are needed", change: rows16(15)),
    Case(
      testDescription: "20 tokens", rules: ["representation-collapse"],
      reason: "only 20 ordinary tokens, more than 20 are needed"
    ) { run in
      for point in 0...HealthyRun.layers {
        run.plant(RepresentationMetrics.effectiveRankShare, .point(point), Quantity(0.04, n: 20))
      }
    },
    Case(
      testDescription: "no training", rules: training, reason: "neither a training log nor checkpoints were given"
    ) { $0.tables[TrainingMetrics.analysis] = nil },
    Case(
      testDescription: "checkpoints alone", rules: ["overfitting"], reason: "no validation loss was logged",
      change: keep(TrainingMetrics.leastSimilarity, TrainingMetrics.gradientPeak)),
    Case(
      testDescription: "a log without norms", rules: ["gradient-spikes"],
      reason: "fewer than 11 gradient norms were logged",
      change: keep(TrainingMetrics.leastSimilarity, TrainingMetrics.risingEvaluations)),
    Case(
      testDescription: "a log alone", rules: ["unstable-training-phase"],
      reason: "fewer than two checkpoints were given",
      change: keep(TrainingMetrics.gradientPeak, TrainingMetrics.risingEvaluations)),
    Case(
      testDescription: "one evaluation", rules: ["overfitting"], reason: "the training log has only one evaluation"
    ) { $0.plant(TrainingMetrics.risingEvaluations, .model, Quantity(0, n: 1)) },
    Case(
      testDescription: "an encoder", rules: ["later-positions"], reason: "the model has no causal mask"
    ) { run in
      run.isCausal = false
      run.task = "masked language model"
    },
    Case(
      testDescription: "no loss", rules: ["vanishing-gradient", "exploding-gradient"],
      reason: "gradients: the model gives no loss on this corpus"
    ) { $0.notApplicable["gradients"] = "the model gives no loss on this corpus" },
    Case(
      testDescription: "heads without numbers", rules: ["attention-collapse-uniform"], reason: "its numbers are NaN"
    ) { run in
      for head in run.heads { run.plant(AttentionMetrics.normalisedEntropy16, head, Quantity(.nan, n: 100)) }
    },
  ]

  @Test("A rule that had too little to judge neither passes nor finds anything, and says why", arguments: cases)
  func reasons(item: Case) throws {
    var run = HealthyRun()
    item.change(&run)
    let assessment = run.assess()
    for rule in item.rules {
      let checks = assessment.checks.filter { $0.rule == rule }
      #expect(checks.map(\.skipped) == [item.reason] && checks.allSatisfy { $0.scope == nil }, "\(rule)")
      #expect(!assessment.findings.contains { $0.rule == rule })
    }
    #expect(assessment.verdict.notJudged == Set(assessment.checks.filter { $0.skipped != nil }.map(\.rule)).count)
    #expect(assessment.verdict.notJudged >= item.rules.count)
    #expect(assessment.verdict.passed <= Rule.all.count - item.rules.count)
  }

  @Test("Rules that passed, that are broken and that could not be evaluated are counted, notes are no failures")
  func counts() {
    var run = HealthyRun()
    run.tables[TrainingMetrics.analysis] = nil
    run.plant(RepresentationMetrics.effectiveRankShare, .point(1), 0.04)
    let verdict = run.assess().verdict
    #expect(verdict.level == .warn && verdict.notJudged == 4 && verdict.partlyJudged == 0)
    #expect(verdict.passed == Rule.all.count - 4 - 1)
  }

  @Test("Of an encoder–decoder each stack is judged by itself, and findings in a short one do not count")
  func stacks() throws {
    func table(_ metric: Metric, _ value: Double) -> MetricTable {
      let sizes: [(Component.Stack, Int)] = [(.encoder, 90), (.decoder, 15), (.cross, 0)]
      let rows = sizes.flatMap { stack, n in
        (0..<4).map { head -> MetricTable.Row in
          let component = Component(.head(layer: 0, head: head), stack: stack)
          return .init(component, n == 0 ? .notApplicable : Quantity(stack == .decoder ? value : 0.5, n: n))
        }
      }
      return MetricTable(metric, rows)
    }
    var results = HealthyRun().results
    results.subject.model.encoder = .init(layers: 1, heads: 4, width: 64, headWidth: 16)
    results.analyses = [
      AnalysisResult(
        id: "attention",
        tables: [
          table(AttentionMetrics.normalisedEntropy16, 0.001), table(AttentionMetrics.maxWeight16, 0.999),
        ])
    ]
    let assessment = Assessment(results, rules: [.oneHotAttention, .uniformAttention])
    #expect(assessment.findings.isEmpty)
    #expect(assessment.checks.map(\.scope) == [nil, "decoder", "cross-attention", nil, "decoder", "cross-attention"])
    #expect(assessment.checks[0].skipped == nil)
    #expect(assessment.checks[1].skipped?.contains("only 15 rows") == true)
    #expect(assessment.checks[2].skipped == "no sequence has 16 tokens")
    #expect(assessment.checks[1].name == "Attention collapse (one-hot): decoder")
    #expect(assessment.verdict.passed == 2 && assessment.verdict.notJudged == 0)
    #expect(assessment.verdict.partlyJudged == 2)
  }

  @Test("Layers without numbers are named, and the others judged")
  func layers() {
    var run = HealthyRun()
    for head in 0..<HealthyRun.heads {
      run.plant(AttentionMetrics.normalisedEntropy16, .head(3, head), Quantity(.nan, n: 100))
      run.plant(AttentionMetrics.normalisedEntropy16, .head(1, head), 0.995)
    }
    let assessment = run.assess()
    let checks = assessment.checks.filter { $0.rule == "attention-collapse-uniform" }
    #expect(checks.map(\.scope) == [nil, "L3"] && checks[1].skipped == "its numbers are NaN")
    #expect(assessment.findings.contains { $0.id == "attention-collapse-uniform:L1" && $0.severity == .fail })
  }

  @Test("A leaking mask leaves no loss to judge overfitting by")
  func leak() {
    var run = HealthyRun()
    run.isCausal = false
    run.plant(TrainingMetrics.risingEvaluations, .model, 9)
    run.tables["attention"]?.append(
      MetricTable(AttentionMetrics.nextShare, [.init(.head(0, 1), Quantity(0.2, n: 100))]))
    let assessment = run.assess()
    #expect(assessment.findings.map(\.rule) == ["later-positions"])
    #expect(assessment.checks.first { $0.rule == "overfitting" }?.skipped?.contains("leaks the future") == true)
  }
}
