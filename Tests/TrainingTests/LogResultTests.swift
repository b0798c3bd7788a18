import Analyses
import Foundation
import Testing

@testable import Results
@testable import Training

@Suite("What a log tells") struct LogResultTests {
  private func log(training: [Double], validation: [(Int, Double)] = [], norms: [Double] = []) -> TrainingLog {
    let steps = training.indices.map { $0 * 10 }
    var log = TrainingLog(scalars: [.init(name: "train/loss", steps: steps, values: training)])
    if !validation.isEmpty {
      log.scalars.append(.init(name: "eval_loss", steps: validation.map(\.0), values: validation.map(\.1)))
    }
    if !norms.isEmpty {
      log.scalars.append(.init(name: "grad_norm", steps: norms.indices.map { $0 * 10 }, values: norms))
    }
    return log
  }

  private func value(_ metric: Metric, _ log: TrainingLog) -> Double? { log.result()[metric]?[.model]?.value }

  @Test(
    "names of many programs have one role",
    arguments: [
      ("loss", CurveRole.trainingLoss), ("train/loss", .trainingLoss), ("run_1: train/loss", .trainingLoss),
      ("eval_loss", .validationLoss), ("val-loss", .validationLoss), ("validation/loss", .validationLoss),
      ("train/grad_norm", .gradientNorm), ("lr", .learningRate), ("train/learning_rate", .learningRate),
      ("eval_accuracy", .validationAccuracy), ("run: val/acc", .validationAccuracy),
      ("effective_rank/blocks.3.hook_resid_pre", .effectiveRank), ("run: heads/previous token", .headCount),
    ])
  func roles(name: String, role: CurveRole) {
    #expect(CurveRole(of: name) == role)
    #expect(CurveRole(of: "train/epoch") == nil)
  }

  @Test("the last evaluations that got worse while the training loss fell are counted")
  func rising() {
    let falling = (0..<10).map { 3 - 0.2 * Double($0) }
    let worse = [(10, 2.5), (30, 2.0), (50, 2.1), (70, 2.2), (90, 2.3)]
    #expect(value(TrainingMetrics.risingEvaluations, log(training: falling, validation: worse)) == 3)
    #expect(abs((value(TrainingMetrics.aboveBest, log(training: falling, validation: worse)) ?? 0) - 0.15) < 1e-12)
    #expect(value(TrainingMetrics.bestStep, log(training: falling, validation: worse)) == 30)
    // A rise of both is no overfitting, and one that has ended is over.
    #expect(value(TrainingMetrics.risingEvaluations, log(training: falling.reversed(), validation: worse)) == 0)
    #expect(
      value(TrainingMetrics.risingEvaluations, log(training: falling, validation: worse + [(95, 2.2)])) == 0)
  }

  @Test("a spike is measured against the median of the norms before it")
  func spikes() {
    var norms = (0..<60).map { 1 + 0.1 * Double($0 % 3) }
    norms[40] = 550
    let peak = value(TrainingMetrics.gradientPeak, log(training: [1], norms: norms))
    #expect(abs((peak ?? 0) - 500) < 1e-9)
    norms[41] = .nan
    #expect(value(TrainingMetrics.nonFiniteSteps, log(training: [1, .infinity, 1], norms: norms)) == 2)
  }

  @Test("The median of an even number of norms is the mean of the two in the middle")
  func medianOfNorms() {
    // Ten norms before the spike: five of 1, five of 3.
    let peak = value(TrainingMetrics.gradientPeak, log(training: [1], norms: [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 40]))
    #expect(peak == 20)
  }

  @Test(
    "the change at the last evaluation, and how far the accuracy lies below its best",
    arguments: [([0.9, 0.95, 0.95], 0.0), ([0.9, 0.95, 0.9], 0.05), ([.nan, 0.5], 0)] as [([Double], Double)])
  func lastEvaluation(accuracies: [Double], below: Double) {
    var log = log(training: [3, 2, 1], validation: [(0, 2.5), (10, 2), (20, 2.25)])
    #expect(value(TrainingMetrics.validationChange, log) == 0.25)
    #expect(value(TrainingMetrics.accuracyBelowBest, log) == nil)
    log.scalars.append(
      .init(name: "eval/accuracy", steps: accuracies.indices.map { $0 * 10 }, values: accuracies))
    #expect(abs((value(TrainingMetrics.accuracyBelowBest, log) ?? -1) - below) < 1e-12)
  }

  @Test("histograms of any edges become shares over one grid, and none are lost")
  func histograms() throws {
    let histogram = TrainingLog.Histogram(
      name: "w", steps: [0, 10, 20],
      bins: [
        .init(edges: [-1, 0, 1], counts: [50, 50]), .init(edges: [-2, -1, 2], counts: [10, 30]),
        .init(edges: [0, 1], counts: [0]),
      ])
    let (steps, edges, shares) = try #require(histogram.shares(bins: 8))
    #expect(steps == [0, 10])
    #expect(edges.first == -2 && edges.last == 2 && edges.count == 9)
    #expect(Array(shares[..<8]) == [0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0])
    #expect(abs(shares[8...].reduce(0, +) - 1) < 1e-6)
    #expect(abs(shares[8] - 0.125) < 1e-6 && abs(shares[15] - 0.125) < 1e-6)
  }
}

@Suite("Checkpoints") struct CheckpointTests {
  @Test(
    "Spearman's correlation, with ties",
    arguments: [
      ([1.0, 2, 3, 4], [10.0, 20, 30, 41], 1.0), ([1, 2, 3, 4], [4, 3, 2, 1], -1.0),
      ([106, 86, 100, 101, 99, 103, 97, 113, 112, 110], [7, 0, 27, 50, 28, 29, 20, 12, 6, 17], -29.0 / 165),
      ([1, 1, 2, 3], [1, 2, 3, 3], 0.8888888888888888),
    ] as [([Double], [Double], Double)])
  func correlation(x: [Double], y: [Double], expected: Double) {
    #expect(abs(spearman(x, y) - expected) < 1e-12)
  }

  private func scratch(_ folders: [String]) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "checkpoints-\(UUID().uuidString)")
    for name in folders {
      try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    return folder
  }

  @Test("folders that match are taken in the order of their steps")
  func pattern() throws {
    let folder = try scratch(["checkpoint-1000", "checkpoint-200", "checkpoint-0", "final", "other-5"])
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path(percentEncoded: false)
    #expect(try Checkpoints(patterns: ["\(path)/checkpoint-*"]).all.map(\.step) == [0, 200, 1000])
    #expect(try Checkpoints(patterns: ["\(path)/*-*"]).all.map(\.step) == [0, 5, 200, 1000])
    try Data("{\"global_step\": 700}".utf8).write(to: folder.appending(path: "other-5/trainer_state.json"))
    try Data("{\"global_step\": 700}".utf8).write(to: folder.appending(path: "final/trainer_state.json"))
    let withFinal = try Checkpoints(patterns: ["\(path)/checkpoint-*", "\(path)/final"]).all
    #expect(withFinal.map(\.step) == [0, 200, 700, 1000] && withFinal[2].name == "final")
    try FileManager.default.removeItem(at: folder.appending(path: "final/trainer_state.json"))
    for (pattern, words) in [
      ("\(path)/*", "has no step"), ("\(path)/none-*", "names no folder"), ("\(path)/other-*", "one folder only"),
      ("\(path)/no/such/*", "cannot be read"),
    ] {
      let error = #expect(throws: (any Error).self) { try Checkpoints(patterns: [pattern]) }
      #expect("\(error.map { "\($0)" } ?? "")".contains(words))
    }
  }

  /// Results of four heads and of twelve tokens at two points.
  private func results(scores: [Double], vectors: (Int) -> Float) -> [AnalysisResult] {
    let heads = scores.indices.map { Component.head(0, $0) }
    return [
      AnalysisResult(
        id: "attention",
        tables: [
          MetricTable(AttentionMetrics.inductionScore, zip(heads, scores).map { .init($0, Quantity($1, n: 1)) })
        ]),
      AnalysisResult(
        id: TokenVectors.id,
        arrays: [
          "vectors": NumericArray(
            shape: [2, 12, 3], values: (0..<72).map { $0 < 36 ? Float(($0 * 7919) % 97) : vectors($0 - 36) })
        ]),
    ]
  }

  @Test("checkpoints that share their weights, and tensors that neighbours share")
  func shared() throws {
    func digests(_ a: String, _ b: String) -> WeightDigests { WeightDigests(names: ["a", "b"], digests: [a, b]) }
    var result = AnalysisResult(id: "training")
    SharedWeights(
      names: ["s-0", "s-1", "s-2", "s-3", "s-4"],
      [digests("x", "y"), digests("x", "z"), digests("x", "z"), digests("x", "y"), digests("w", "v")]
    ).add(to: &result)
    #expect(result.texts["checkpoint.identical"] == ["s-1 and s-2", "s-0 and s-3"])
    #expect(result[TrainingMetrics.identicalCheckpoints]?[.model] == Quantity(2, n: 5))
    let rows = try #require(result[TrainingMetrics.unchangedTensors]?.rows)
    #expect(rows.map(\.component) == [.tensor("a")] && rows.map(\.quantity) == [Quantity(2, n: 3)])
    var sound = AnalysisResult(id: "training")
    SharedWeights(names: ["s-0", "s-1"], [digests("x", "y"), digests("v", "w")]).add(to: &sound)
    #expect(sound[TrainingMetrics.identicalCheckpoints]?[.model]?.value == 0)
    #expect(sound[TrainingMetrics.unchangedTensors] == nil)
  }

  @Test("numbers by step, representations against both ends, heads against their neighbours")
  func series() throws {
    let first = results(scores: [0.1, 0.2, 0.3, 0.4]) { Float(($0 * 31) % 17) }
    let second = results(scores: [0.2, 0.1, 0.3, 0.4]) { Float(($0 * 31) % 17) * 2 + 1 }
    let third = results(scores: [0.4, 0.3, 0.2, 0.1]) { Float(($0 * $0) % 23) }
    var series = CheckpointSeries(names: ["a-0", "a-1", "a-9"], steps: [0, 1, 9], last: third)
    for checkpoint in [first, second, third] { series.add(checkpoint) }
    var result = AnalysisResult(id: "training")
    series.add(to: &result)
    #expect(result.arrays["checkpoint.steps"]?.values == [0, 1, 9])
    #expect(result.texts["over.attention.inductionScore"] == ["L0.H0", "L0.H1", "L0.H2", "L0.H3"])
    #expect(
      result.arrays["over.attention.inductionScore"]?.values.prefix(8) == [0.1, 0.2, 0.3, 0.4, 0.2, 0.1, 0.3, 0.4])
    let similarity = try #require(result.arrays["checkpoint.similarity"]?.values)
    #expect(abs(similarity[0] - 0.8) < 1e-6 && abs(similarity[1] + 0.8) < 1e-6)
    // The step from random weights does not count.
    let least = try #require(result[TrainingMetrics.leastSimilarity]?[.model])
    #expect(abs((least.value ?? 0) + 0.8) < 1e-9 && least.n == 1)
    let (toFirst, toLast) = (
      try #require(result.arrays["checkpoint.ckaToFirst"]), try #require(result.arrays["checkpoint.ckaToLast"])
    )
    // CKA does not see a scale or a shift.
    #expect(toFirst.shape == [3, 2] && toLast.shape == [3, 2])
    #expect(toFirst.values.prefix(4).allSatisfy { abs($0 - 1) < 1e-5 })
    #expect(abs(toLast.values[5] - 1) < 1e-5 && toLast.values[1] < 0.9 && toFirst.values[5] < 0.9)
  }
}
