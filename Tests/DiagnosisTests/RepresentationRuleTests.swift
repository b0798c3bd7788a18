import Results
import Testing

@testable import Diagnosis

@Suite("Representation rule")
struct RepresentationRuleTests {
  @Test("one collapsed point warns, two in a row fail, two apart warn twice")
  func inARow() throws {
    var run = HealthyRun()
    run.plant(RepresentationMetrics.effectiveRankShare, .point(1), 0.04)
    let one = try #require(run.onlyFinding())
    #expect(one.id == "representation-collapse:R1")
    #expect(one.severity == .warn)
    run.plant(RepresentationMetrics.centredCosine, .point(3), 0.7)
    #expect(run.assess().findings.map(\.severity) == [.warn, .warn])
    run.plant(RepresentationMetrics.effectiveRankShare, .point(2), 0.01)
    let three = run.assess()
    #expect(three.findings.map(\.id) == [1, 2, 3].map { "representation-collapse:R\($0)" })
    #expect(three.verdict == Verdict(three.findings, three.checks))
    #expect(three.verdict.failures == 3 && three.verdict.level == .fail)
  }

  @Test("the distance ratio is held against the least of the earlier layers")
  func ratio() throws {
    var run = HealthyRun()
    run.plant(RepresentationMetrics.distanceRatio, .point(1), 0.5)
    let finding = try #require(run.assess().findings.first)
    #expect(finding.id == "representation-collapse:R2")
    #expect(finding.evidence.map(\.metric) == ["representations.distanceRatio"])
    run.plant(RepresentationMetrics.distanceRatio, .point(1), 0.61)
    #expect(run.assess().findings.isEmpty)
  }

  @Test(
    "a point on a line has not crossed it",
    arguments: [
      (RepresentationMetrics.effectiveRankShare, 0.05), (RepresentationMetrics.centredCosine, 0.5),
    ])
  func boundary(metric: Metric, value: Double) {
    var run = HealthyRun()
    run.plant(metric, .point(2), value)
    #expect(run.assess().findings.isEmpty)
  }

  @Test("a corpus without labels has no distance ratio, and needs none")
  func withoutLabels() {
    var run = HealthyRun()
    for point in 0...HealthyRun.layers { run.plant(RepresentationMetrics.distanceRatio, .point(point), .notApplicable) }
    #expect(run.assess().findings.isEmpty)
  }
}
