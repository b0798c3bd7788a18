import Foundation
import Support
import Testing

@testable import Diagnosis
@testable import Results

@Suite("Numbers that are none")
struct MissingNumberTests {
  @Test(
    "a metric that is missing, NaN or infinite fails; not applicable does not",
    arguments: [
      (Quantity.missing, true), (Quantity(.nan, n: 1), true), (Quantity(.infinity, n: 1), true),
      (Quantity(-.infinity, n: 1), true), (.notApplicable, false),
    ])
  func states(quantity: Quantity, fails: Bool) {
    for (metric, component) in [
      (AttentionMetrics.normalisedEntropy16, Component.head(1, 1)),
      (AttentionMetrics.maxWeight16, .head(0, 0)), (AttentionMetrics.keyMarginalEntropy16, .head(3, 3)),
      (RepresentationMetrics.effectiveRankShare, .point(2)), (RepresentationMetrics.centredCosine, .point(0)),
      (RepresentationMetrics.distanceRatio, .point(4)), (GradientMetrics.norm, .layer(0)),
      (GradientMetrics.norm, .tensor("wte.weight")), (GradientMetrics.relativeFlow, .point(3)),
      (GradientMetrics.depthSlope, .model), (GradientMetrics.endToEndRatio, .model),
    ] {
      var run = HealthyRun()
      run.plant(metric, component, quantity)
      #expect(run.assess().verdict.level == (fails ? .fail : .pass), "\(metric.id) of \(component.id)")
    }
  }

  @Test("numbers missing in one layer are one row, those of points and tensors one row of the model")
  func grouping() {
    var run = HealthyRun()
    run.plant(AttentionMetrics.normalisedEntropy16, .head(1, 1), Quantity(.nan, n: 1))
    run.plant(AttentionMetrics.maxWeight16, .head(1, 3), Quantity(.nan, n: 1))
    run.plant(RepresentationMetrics.centredCosine, .point(2), Quantity(.nan, n: 1))
    let findings = run.assess().findings
    #expect(findings.map(\.id) == ["missing-number:model", "missing-number:L1"])
    #expect(findings[1].members == [.head(1, 1), .head(1, 3)])
    #expect(findings[1].evidence.map(\.metric) == ["attention.normalisedEntropy16", "attention.maxWeight16"])
  }

  @Test("a table or a row that a rule reads and that is not there fails")
  func absent() throws {
    var run = HealthyRun()
    run.removeTable(GradientMetrics.depthSlope)
    let table = try #require(run.onlyFinding())
    #expect(table.id == "missing-number:model")
    #expect(table.evidence.map(\.metric) == ["gradients.depthSlope"])
    run = HealthyRun()
    run.removeRow(AttentionMetrics.maxWeight16, .head(2, 2))
    let head = try #require(run.onlyFinding())
    #expect(head.id == "missing-number:L2")
    #expect(head.members == [.head(2, 2)])
    run = HealthyRun()
    run.removeRow(RepresentationMetrics.centredCosine, .point(HealthyRun.layers))
    #expect(run.assess().verdict.level == .fail)
  }

  @Test("NaN and infinite weights fail in one row, with the worst tensor as evidence")
  func weights() throws {
    var run = HealthyRun()
    run.plant(WeightMetrics.nanCount, .tensor("wte.weight"), 2)
    run.plant(WeightMetrics.nanCount, .tensor("h.3.mlp.c_fc.weight"), 7)
    run.plant(WeightMetrics.infiniteCount, .tensor("wte.weight"), 1)
    let finding = try #require(run.onlyFinding())
    #expect(finding.id == "non-finite-weights:model")
    #expect(finding.severity == .fail)
    #expect(Set(finding.members) == [.tensor("wte.weight"), .tensor("h.3.mlp.c_fc.weight")])
    #expect(finding.evidence.map(\.value.number) == [7, 1])
  }

  @Test("No consequence of NaN weights is named beside them, whatever became NaN")
  func consequencesOfWeights() {
    for metric in [WeightMetrics.nanCount, WeightMetrics.infiniteCount] {
      var run = HealthyRun()
      run.plant(metric, .tensor("h.0.attn.c_attn.weight"), 1)
      for head in run.heads where head.layer ?? 0 > 0 {
        for metric in [AttentionMetrics.normalisedEntropy16, AttentionMetrics.maxWeight16] {
          run.plant(metric, head, Quantity(.nan, n: 100))
        }
      }
      run.plant(GradientMetrics.norm, .layer(2), Quantity(.nan, n: 100))
      run.plant(GradientMetrics.relativeFlow, .point(1), Quantity(.nan, n: 100))
      run.plant(GradientMetrics.depthSlope, .model, Quantity(.nan, n: 100))
      run.plant(RepresentationMetrics.effectiveRankShare, .point(4), Quantity(.nan, n: 100))
      #expect(run.onlyFinding()?.id == "non-finite-weights:model")
      // What is not there at all is no consequence.
      run.removeRow(AttentionMetrics.maxWeight16, .head(2, 2))
      #expect(run.assess().findings.map(\.id) == ["non-finite-weights:model", "missing-number:L2"])
    }
  }

  @Test("A matrix that is singular keeps its own finding beside NaN weights")
  func singular() {
    var run = HealthyRun()
    run.tables["weights"] = [
      MetricTable(
        WeightMetrics.conditionNumber,
        [
          .init(.tensor("h.0.attn.W_Q"), Quantity(.nan, n: 1)),
          .init(.tensor("h.1.attn.W_Q"), Quantity(.infinity, n: 1)),
        ])
    ]
    run.plant(WeightMetrics.nanCount, .tensor("wte.weight"), 1)
    let finding = run.assess().findings.first { $0.rule == "missing-number" }
    #expect(finding?.members == [.tensor("h.1.attn.W_Q")])
  }

  @Test("Numbers that follow from NaN gradients, a flow of 0 or NaN steps are left to the rule that names these")
  func consequencesOfGradients() {
    var run = HealthyRun()
    run.plant(GradientMetrics.norm, .layer(0), Quantity(.nan, n: 100))
    run.plant(GradientMetrics.depthSlope, .model, Quantity(.nan, n: 100))
    run.plant(GradientMetrics.endToEndRatio, .model, Quantity(.nan, n: 100))
    let shares = run.heads.map { MetricTable.Row($0, Quantity(.nan, n: 9)) }
    run.tables["attention"]?.append(MetricTable(AttentionMetrics.importanceShare, shares))
    #expect(Set(run.assess().findings.map(\.rule)) == ["exploding-gradient"])

    run = HealthyRun()
    run.plant(GradientMetrics.depthSlope, .model, Quantity(.infinity, n: 100))
    run.plant(GradientMetrics.endToEndRatio, .model, Quantity(.infinity, n: 100))
    #expect(Set(run.assess().findings.map(\.rule)) == ["vanishing-gradient"])

    run = HealthyRun()
    run.tables[TrainingMetrics.analysis]? += [
      MetricTable(TrainingMetrics.nonFiniteSteps, [.init(.model, Quantity(3, n: 100))]),
      MetricTable(TrainingMetrics.finalLoss, [.init(.model, Quantity(.nan, n: 100))]),
    ]
    #expect(Set(run.assess().findings.map(\.rule)) == ["gradient-spikes"])
  }

  @Test("NaN weights of a checkpoint are a finding of their own that names it")
  func checkpoints() throws {
    var run = HealthyRun()
    run.tables[TrainingMetrics.analysis]?.append(
      MetricTable(TrainingMetrics.nonFiniteCheckpoints, [.init(.model, Quantity(2, n: 3))]))
    var results = run.results
    let training = try #require(results.analyses.firstIndex { $0.id == TrainingMetrics.analysis })
    results.analyses[training].texts["checkpoints"] = ["step-1", "step-2", "step-3"]
    results.analyses[training].arrays["checkpoint.nonFinite"] = NumericArray(
      shape: [3], values: [0, 7, 1])
    let findings = Assessment(results).findings
    #expect(findings.map(\.id) == ["non-finite-weights:checkpoints"])
    #expect(findings[0].meaning.contains("2 of 3 checkpoints") && findings[0].meaning.contains("(step-2, step-3)"))
  }

  @Test("findings.json is the same bytes every time, its keys in order, and reads back equal")
  func json() throws {
    var run = HealthyRun()
    run.plant(AttentionMetrics.maxWeight16, .head(1, 3), Quantity(.nan, n: 1))
    run.plant(RepresentationMetrics.effectiveRankShare, .point(1), 0.04)
    let assessment = run.assess()
    let data = try assessment.json()
    #expect(try run.assess().json() == data)
    #expect(try JSONField(JSON(data, place: "findings.json"), file: "findings.json").decoded() == assessment)
    let text = String(decoding: data, as: UTF8.self)
    let keys = ["\"checks\"", "\"findings\"", "\"verdict\""].compactMap { text.range(of: $0)?.lowerBound }
    #expect(keys.count == 3 && keys == keys.sorted())
    #expect(assessment.findings.map(\.severity) == [.fail, .warn])
  }
}
