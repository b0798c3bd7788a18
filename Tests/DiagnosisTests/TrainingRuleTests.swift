import Results
import Testing

@testable import Diagnosis

@Suite("Rules of the course of a training")
struct TrainingRuleTests {
  private func findings(_ numbers: [(Metric, Double)]) -> [Finding] {
    var run = HealthyRun()
    run.tables[TrainingMetrics.analysis] = numbers.map {
      MetricTable($0.0, [MetricTable.Row(.model, Quantity($0.1, n: 12))])
    }
    return run.assess().findings
  }

  @Test(
    "overfitting warns and fails at its lines",
    arguments: [
      // Evaluations that rose, share above the best, change at the last, accuracy below its best (none was logged).
      (2.0, 0.05, 0.1, nil, Severity?.none), (3, 0.01, 0.1, nil, .warn), (6, 0.01, 0.1, nil, .fail),
      (0, 0.11, 0.1, nil, .fail), (0, 0.11, -0.1, nil, .warn), (0, 0.11, 0, nil, .warn), (0, 0.1, 0.1, nil, nil),
      (3, 0.01, 0.1, 0.0, .note), (6, 0.01, 0.1, 0.0, .warn), (0, 0.12, 0.002, 0.0, .warn), (0, 0.12, -1, 0.0, .note),
      (0, 0.12, 0.002, 0.001, .fail), (0, 0.05, 0.1, 0.0, nil),
    ] as [(Double, Double, Double, Double?, Severity?)])
  func overfitting(rising: Double, above: Double, change: Double, accuracy: Double?, severity: Severity?) {
    let found = findings(
      [
        (TrainingMetrics.risingEvaluations, rising), (TrainingMetrics.aboveBest, above),
        (TrainingMetrics.validationChange, change), (TrainingMetrics.bestStep, 40),
      ] + (accuracy.map { [(TrainingMetrics.accuracyBelowBest, $0)] } ?? []))
    #expect(found.map(\.severity) == (severity.map { [$0] } ?? []))
    #expect(found.allSatisfy { $0.rule == "overfitting" && $0.evidence.contains { $0.metric == "training.bestStep" } })
    #expect(found.allSatisfy { $0.meaning.contains("accuracy") == (accuracy == 0) })
  }

  @Test("spikes warn and fail, NaN fails", arguments: [(99.0, Severity?.none), (101, .warn), (1e5, .fail)])
  func spikes(ratio: Double, severity: Severity?) {
    #expect(findings([(TrainingMetrics.gradientPeak, ratio)]).map(\.severity) == (severity.map { [$0] } ?? []))
    #expect(findings([(TrainingMetrics.nonFiniteSteps, 1)]).map(\.severity) == [.fail])
  }

  @Test("two checkpoints with the same weights fail, and are named")
  func identical() {
    #expect(findings([(TrainingMetrics.identicalCheckpoints, 0)]).isEmpty)
    let found = findings([(TrainingMetrics.identicalCheckpoints, 1)])
    #expect(found.map(\.severity) == [.fail] && found.map(\.id) == ["identical-checkpoints:model"])
  }

  @Test(
    "a tensor that stays the same warns where it has a gradient",
    arguments: [(0.1, [Severity.warn]), (0, [])] as [(Double, [Severity])])
  func unchanged(norm: Double, severities: [Severity]) {
    let tensor = Component.tensor("h.3.mlp.c_fc.weight"), other = Component.tensor("a buffer")
    var run = HealthyRun()
    run.plant(GradientMetrics.norm, tensor, norm)
    run.tables[TrainingMetrics.analysis]?.append(
      MetricTable(
        TrainingMetrics.unchangedTensors, [.init(tensor, Quantity(2, n: 3)), .init(other, Quantity(3, n: 3))]))
    let found = run.assess().findings.filter { $0.rule == "identical-checkpoints" }
    #expect(found.map(\.severity) == severities)
    #expect(found.allSatisfy { $0.members == [tensor] && $0.evidence.first?.value.value == 2 })
  }

  @Test("a change of the heads between checkpoints is noted")
  func phase() {
    #expect(findings([(TrainingMetrics.leastSimilarity, 0.3)]).map(\.severity) == [.note])
    #expect(findings([(TrainingMetrics.leastSimilarity, 0.6)]).isEmpty)
  }
}
