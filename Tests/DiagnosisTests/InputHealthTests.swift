import Results
import Testing

@testable import Diagnosis

@Suite("Input health")
struct InputHealthTests {
  private func results(dropped: Double, unknown: Double) -> RunResults {
    var run = HealthyRun()
    run.plant(CorpusTextMetrics.droppedShare, .model, Quantity(dropped, n: 500))
    run.plant(CorpusTextMetrics.unknownShare, .model, Quantity(unknown, n: 500))
    return run.results
  }

  @Test(
    "More than one lost character in a hundred warns, more than one in ten fails",
    arguments: [
      (0, 0, nil), (0.01, 0, nil), (0, 0.0101, .warn), (0.006, 0.006, .warn), (0.1, 0, .warn), (0.04, 0.07, .fail),
      (0.5, 0, .fail),
    ] as [(Double, Double, Severity?)])
  func levels(dropped: Double, unknown: Double, expected: Severity?) throws {
    let findings = Assessment(results(dropped: dropped, unknown: unknown)).findings.filter { $0.rule == "input-health" }
    #expect(findings.map(\.severity) == (expected.map { [$0] } ?? []))
    guard let finding = findings.first else { return }
    #expect(finding.n == 500 && finding.evidence.first?.value.number == max(dropped, unknown))
    #expect(finding.evidence.first?.threshold == (expected == .fail ? 0.1 : 0.01))
  }

  @Test("A run without text has nothing to judge")
  func skipped() throws {
    var results = HealthyRun().results
    results.analyses.removeAll { $0.id == CorpusTextMetrics.analysis }
    let check = try #require(Assessment(results).checks.first { $0.rule == "input-health" })
    #expect(check.skipped != nil)
  }
}
