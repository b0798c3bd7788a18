import Results
import Support
import Testing

@testable import Diagnosis

@Suite("Attention rules")
struct AttentionRuleTests {
  @Test("a healthy model passes every rule, and every rule looked at it")
  func healthy() {
    let assessment = HealthyRun().assess()
    #expect(assessment.findings.isEmpty)
    #expect(assessment.verdict.level == .pass)
    #expect(assessment.checks.map(\.rule) == Rule.all.map(\.id))
    #expect(assessment.checks.allSatisfy { $0.skipped == nil })
  }

  private func oneHot(_ heads: [Component], _ classes: [String]? = nil) -> HealthyRun {
    var run = HealthyRun()
    for head in heads {
      run.plant(AttentionMetrics.normalisedEntropy16, head, 0.001)
      run.plant(AttentionMetrics.maxWeight16, head, 0.999)
    }
    if let classes { run.classes = classes }
    return run
  }

  @Test("one one-hot head is a warning about its layer, two of four are a failure in one row")
  func oneHotHeads() throws {
    let one = try #require(oneHot([.head(2, 1)]).onlyFinding())
    #expect(one.id == "attention-collapse-one-hot:L2")
    #expect(one.severity == .warn)
    #expect(one.members == [.head(2, 1)])
    #expect(one.n == 100)
    #expect(one.evidence.map(\.metric).prefix(2) == ["attention.normalisedEntropy16", "attention.maxWeight16"])
    #expect(one.evidence[0].threshold == 0.02 && one.evidence[0].side == .below)

    let two = try #require(oneHot([.head(2, 1), .head(2, 3)]).onlyFinding())
    #expect(two.severity == .fail)
    #expect(two.component == .layer(2))
    #expect(two.members == [.head(2, 1), .head(2, 3)])
    #expect(!two.fixes.isEmpty)
  }

  @Test("one-hot heads of two layers are two rows")
  func twoLayers() {
    let findings = oneHot([.head(0, 1), .head(3, 3)]).assess().findings
    #expect(findings.map(\.id) == ["attention-collapse-one-hot:L0", "attention-collapse-one-hot:L3"])
  }

  @Test(
    "a one-hot head with a known job is healthy",
    arguments: ["previous token", "next token", "induction", "duplicate token", "sink", "separator", "fixed offset"])
  func knownJob(job: String) {
    var classes = HealthyRun().classes
    classes[2 * HealthyRun.heads + 1] = job
    #expect(oneHot([.head(2, 1)], classes).assess().findings.isEmpty)
  }

  @Test("a one-hot head whose pattern explains nothing is not", arguments: ["other", "diagonal", "hierarchical"])
  func unknownJob(pattern: String) {
    var classes = Array(repeating: "sink", count: HealthyRun().classes.count)
    classes[2 * HealthyRun.heads + 1] = pattern
    #expect(oneHot([.head(2, 1)], classes).assess().findings.count == 1)
  }

  @Test("a head on the threshold has not crossed it")
  func boundary() {
    var run = oneHot([.head(1, 0)])
    run.plant(AttentionMetrics.normalisedEntropy16, .head(1, 0), 0.02)
    #expect(run.assess().findings.isEmpty)
    run = oneHot([.head(1, 0)])
    run.plant(AttentionMetrics.maxWeight16, .head(1, 0), 0.98)
    #expect(run.assess().findings.isEmpty)
    run = HealthyRun()
    run.plant(AttentionMetrics.normalisedEntropy16, .head(1, 0), 0.98)
    #expect(run.assess().findings.isEmpty)
    run = HealthyRun()
    run.plant(AttentionMetrics.keyMarginalEntropy16, .head(1, 0), 0.1)
    #expect(run.assess().findings.isEmpty)
  }

  @Test("a head whose queries all look at one ordinary token is constant; at the first token it is a sink")
  func constant() throws {
    var run = HealthyRun()
    run.plant(AttentionMetrics.keyMarginalEntropy16, .head(1, 2), 0.05)
    let finding = try #require(run.onlyFinding())
    #expect(finding.id == "attention-collapse-constant:L1")
    #expect(finding.severity == .warn)
    run.plant(AttentionMetrics.keyMarginalOrdinary, .head(1, 2), 0)
    #expect(run.assess().findings.isEmpty)
  }

  @Test("uniform heads: of eight one is a note, a quarter of the layer warns, half of it fails")
  func uniform() throws {
    for (count, severity) in [(1, Severity.warn), (2, .fail), (4, .fail)] {
      var run = HealthyRun()
      for head in 0..<count { run.plant(AttentionMetrics.normalisedEntropy16, .head(3, head), 0.995) }
      let finding = try #require(run.onlyFinding())
      #expect(finding.id == "attention-collapse-uniform:L3")
      #expect(finding.severity == severity)
      #expect(finding.members.count == count)
    }
    let heads = (0..<8).map { Component.head(0, $0) }
    let rows = heads.map { MetricTable.Row($0, Quantity($0.head == 5 ? 0.99 : 0.5, n: 9)) }
    var results = HealthyRun().results
    results.analyses[0].tables[0].rows = rows
    let finding = Rule.uniformAttention.evaluate(.uniformAttention, results, .defaults)
    #expect(finding.map(\.severity) == [.note])
    #expect(Verdict(finding).level == .pass)
  }

  @Test("sequences too short to judge feed no attention rule and are no missing number")
  func shortSequences() {
    var run = HealthyRun()
    for table in run.tables["attention"] ?? [] {
      for row in table.rows { run.plant(table.metric, row.component, .notApplicable) }
    }
    #expect(run.assess().findings.isEmpty)
  }
}

extension AttentionRuleTests {
  @Test("A causal model that attends to the next position fails; one that reads both ways may")
  func causalMaskLeak() throws {
    var results = HealthyRun().results
    let table = MetricTable(
      AttentionMetrics.nextShare,
      [.init(.head(0, 1), Quantity(0.2, n: 100)), .init(.head(2, 3), Quantity(0, n: 100))])
    results.analyses[0].tables.append(table)
    #expect(Assessment(results).findings.isEmpty)
    results.subject.model.isCausal = false
    let found = try #require(Assessment(results).findings.first)
    #expect(found.rule == "later-positions" && found.severity == .fail && found.members == [.head(0, 1)])
    results.subject.model.task = "masked language model"
    #expect(Assessment(results).findings.isEmpty)
  }
}
