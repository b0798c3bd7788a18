import Results
import Support
import Testing

@testable import Diagnosis

@Suite("Gradient rules")
struct GradientRuleTests {
  private func run(slope: Double, ratio: Double) -> HealthyRun {
    var run = HealthyRun()
    run.plant(GradientMetrics.depthSlope, .model, slope)
    run.plant(GradientMetrics.endToEndRatio, .model, ratio)
    return run
  }

  @Test(
    "a gradient that falls towards the input vanishes, one that grows explodes",
    arguments: [
      (2.0, 2e3, "vanishing-gradient:model", Severity.warn), (4, 2e5, "vanishing-gradient:model", .fail),
      (-2, 5e-4, "exploding-gradient:model", .warn), (-4, 5e-6, "exploding-gradient:model", .fail),
    ])
  func depth(slope: Double, ratio: Double, id: String, severity: Severity) throws {
    let finding = try #require(run(slope: slope, ratio: ratio).onlyFinding())
    #expect(finding.id == id)
    #expect(finding.severity == severity)
    #expect(finding.evidence.map(\.metric) == ["gradients.endToEndRatio", "gradients.depthSlope"])
  }

  @Test(
    "slope and ratio have both to cross their lines",
    arguments: [(0.6, 1e6), (0.6931471805599453, 1e6), (2, 1e3), (2, 900), (-0.6, 1e-6), (-2, 1e-3), (-2, 2e-3)])
  func both(slope: Double, ratio: Double) {
    #expect(run(slope: slope, ratio: ratio).assess().findings.isEmpty)
  }

  @Test("a layer whose gradient is exactly zero fails; a tensor may have one")
  func zero() throws {
    var run = HealthyRun()
    run.plant(GradientMetrics.norm, .tensor("wte.weight"), 0)
    #expect(run.assess().findings.isEmpty)
    run.plant(GradientMetrics.norm, .layer(1), 0)
    let finding = try #require(run.onlyFinding())
    #expect(finding.id == "vanishing-gradient:L1")
    #expect(finding.severity == .fail)
  }

  @Test("a gradient that is exactly zero at the first block has vanished, whatever the slope")
  func infiniteRatio() {
    let assessment = run(slope: .nan, ratio: .infinity).assess()
    #expect(assessment.findings.contains { $0.id == "vanishing-gradient:model" && $0.severity == .fail })
  }

  @Test("NaN and infinite gradients fail in one row a layer", arguments: [Double.nan, .infinity])
  func notFinite(value: Double) throws {
    var run = HealthyRun()
    run.plant(GradientMetrics.norm, .layer(2), value)
    let finding = try #require(run.onlyFinding())
    #expect(finding.id == "exploding-gradient:L2")
    #expect(finding.severity == .fail)
    run.plant(GradientMetrics.nanCount, .tensor("wte.weight"), 3)
    run.plant(GradientMetrics.norm, .tensor("wte.weight"), value)
    let findings = run.assess().findings
    #expect(findings.map(\.id) == ["exploding-gradient:model", "exploding-gradient:L2"])
    #expect(findings[0].members == [.tensor("wte.weight")])
  }

  @Test("a model without a loss is not judged, and that is said")
  func notApplicable() throws {
    var results = HealthyRun().results
    let index = try #require(results.analyses.firstIndex { $0.id == "gradients" })
    results.analyses[index] = AnalysisResult(
      id: "gradients", notApplicable: Message(verbatim: "an encoder without a head has no loss"))
    let assessment = Assessment(results)
    #expect(assessment.findings.isEmpty)
    let check = assessment.checks.first { $0.rule == "vanishing-gradient" }
    #expect(check?.skipped == "gradients: an encoder without a head has no loss")
    results.analyses.remove(at: index)
    #expect(
      Assessment(results).checks.first { $0.rule == "vanishing-gradient" }?.skipped?.contains("not requested") == true)
  }
}
