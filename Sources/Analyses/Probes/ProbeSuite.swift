import Results
import Engine
import Support
import Tensors

/// The probes of all residual points, and of the control task, fitted side by side and tried on the test examples.
struct ProbeSuite {
  private enum Kind: Int, CaseIterable { case linear, multilayer }

  /// What one probe predicts of the test examples.
  private struct Trial {
    var predictions: [Int]
    var accuracyOnValidation: Double
    var c: Double
    var isConverged: Bool
  }

  private let examples: ProbeExamples
  private let points: Int
  private let width: Int
  private let seed: UInt64
  private let c: Double?
  private let kinds: [Kind]
  /// Of the control task, train, validation and test; empty where there is none.
  private let control: [[Int]]
  private let test: ProbeTest
  /// By point and kind, the task's and that of the control task; nil where a vector is not finite.
  private var trials: [[Kind: (task: Trial?, control: Trial?)]] = []

  init(
    _ examples: ProbeExamples, points: Int, width: Int, seed: UInt64, c: Double?, hasControl: Bool,
    fitsMultilayer: Bool, _ runner: Runner? = nil
  ) {
    self.examples = examples
    self.points = points
    self.width = width
    self.seed = seed
    self.c = c
    kinds = fitsMultilayer ? Kind.allCases : [.linear]
    let task = ControlTask(examples.train.labels, classes: examples.classes.count, seed: seed)
    let parts = [examples.train, examples.validation, examples.test]
    control = hasControl ? parts.map { $0.tokens.map { task.label(of: $0.entry ?? $0.text) } } : []
    test = ProbeTest(examples.test.tokens)
    let own = parts.map(\.labels), tasks = hasControl ? [own, control] : [own]
    let kinds = kinds, suite = self
    let each = kinds.count * tasks.count
    runner?.planned(points * each)
    let all = mapPieces(points * each) { piece in
      defer { runner?.done() }
      return suite.trial(
        kinds[piece % each / tasks.count], point: piece / each, tasks[piece % tasks.count])
    }
    trials = (0..<points).map { point in
      Dictionary(
        uniqueKeysWithValues: kinds.enumerated().map { place, kind in
          let start = point * each + place * tasks.count
          return (kind, (all[start], hasControl ? all[start + 1] : nil))
        })
    }
  }

  /// Fits one probe to the labels of training, validation and test examples; nil where a vector is not finite.
  private func trial(_ kind: Kind, point: Int, _ labels: [[Int]]) -> Trial? {
    let raw = [examples.train, examples.validation, examples.test].map { $0.tokens.matrix(point: point, width: width) }
    guard raw.allSatisfy(\.isFinite) else { return nil }
    let standardise = Standardisation(raw[0]), x = raw.map { standardise($0) }
    var best: (probe: any ProbeClassifier, accuracy: Double, c: Double)?
    for c in c.map({ [$0] }) ?? ProbeAnalysis.strengths {
      let probe = fit(kind, x[0], labels[0], c), accuracy = probe.accuracy(x[1], labels[1])
      if accuracy > best?.accuracy ?? -1 { best = (probe, accuracy, c) }
    }
    return best.map {
      Trial(
        predictions: $0.probe.predictions(x[2]), accuracyOnValidation: $0.accuracy, c: $0.c,
        isConverged: $0.probe.isConverged)
    }
  }

  private func fit(_ kind: Kind, _ x: Matrix, _ labels: [Int], _ c: Double) -> any ProbeClassifier {
    switch kind {
    case .linear: LogisticRegression(x, labels, classes: examples.classes.count, c: c)
    case .multilayer: MultilayerProbe(x, labels, classes: examples.classes.count, c: c, seed: seed)
    }
  }

  var result: AnalysisResult {
    var result = AnalysisResult(id: ProbeAnalysis.id)
    for kind in kinds { result.tables += tables(kind) }
    result.tables.append(MetricTable(ProbeMetrics.majority, [.init(.model, test.mean(hits(majority)))]))
    if c == nil {
      result.tables.append(
        table(ProbeMetrics.regularisation, .linear) { trial, _ in Quantity(trial.c, n: examples.validation.labels.count)
        })
    }
    if let best {
      let count = examples.classes.count
      var cells = [Float](repeating: 0, count: count * count)
      for (label, predicted) in zip(examples.test.labels, best.predictions) { cells[label * count + predicted] += 1 }
      result[ProbeMetrics.confusion[best.point]] = NumericArray(shape: [count, count], values: cells)
      result[ProbeMetrics.classes] = examples.classes
    }
    result.notes = notes
    return result
  }

  private func tables(_ kind: Kind) -> [MetricTable] {
    let metrics = kind == .linear ? ProbeMetrics.linear : ProbeMetrics.multilayer
    return [
      table(metrics.accuracy, kind) { trial, _ in test.mean(hits(trial.predictions)) },
      table(metrics.macroF1, kind) { trial, _ in
        test.macroF1(trial.predictions, examples.test.labels, classes: examples.classes.count)
      },
      table(metrics.control, kind) { _, control in
        control.map { test.mean(hits($0.predictions, control: true)) } ?? .notApplicable
      },
      table(metrics.selectivity, kind) { trial, control in
        control.map { control in
          test.mean(zip(hits(trial.predictions), hits(control.predictions, control: true)).map { $0 - $1 })
        } ?? .notApplicable
      },
    ]
  }

  private func table(_ metric: Metric, _ kind: Kind, _ value: (Trial, Trial?) -> Quantity) -> MetricTable {
    MetricTable(
      metric,
      trials.enumerated().map { point, trials in
        let pair = trials[kind]
        return .init(
          .point(point), pair?.task.map { value($0, pair?.control) } ?? Quantity(.nan, n: examples.test.labels.count))
      })
  }

  /// 1 for each test example whose class is predicted, else 0.
  private func hits(_ predictions: [Int], control isControl: Bool = false) -> [Double] {
    zip(predictions, isControl ? control[2] : examples.test.labels).map { $0 == $1 ? 1 : 0 }
  }

  /// The most frequent class of the training examples, for every test example.
  private var majority: [Int] {
    var counts = [Int](repeating: 0, count: examples.classes.count)
    for label in examples.train.labels { counts[label] += 1 }
    let most = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    return examples.test.labels.map { _ in most }
  }

  /// The linear probe with the highest accuracy on validation, of equals the first.
  private var best: (point: Int, predictions: [Int])? {
    trials.enumerated().compactMap { point, trials in trials[.linear]?.task.map { (point, $0) } }
      .max { ($0.1.accuracyOnValidation, $1.0) < ($1.1.accuracyOnValidation, $0.0) }
      .map { ($0.0, $0.1.predictions) }
  }

  private var notes: [Note] {
    let linear = trials.compactMap { $0[.linear] }.flatMap { [$0.task, $0.control] }.compactMap(\.self)
    let stopped = linear.count { !$0.isConverged }
    return [
      Note(c.map { Message("note.probes.givenC", ["c": $0]) } ?? Message("note.probes.chosenC"))
    ]
      + (kinds.contains(.multilayer)
        ? [
          Note(
            Message(
              "note.probes.multilayer", ["width": MultilayerProbe.width, "steps": MultilayerProbe.steps]))
        ] : [])
      + (stopped > 0 ? [Note(Message("note.probes.stopped", ["stopped": stopped, "fits": linear.count]))] : [])
  }
}
