import Plotting
package import Results
import Support

/// What probes read from each residual point, and which classes the best one confuses.
package enum ProbeFigures: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: ProbeMetrics.analysis] else { return [] }
    return [curves(results)] + (confusion(analysis, results).map { [.figure($0)] } ?? [])
  }

  private static func curves(_ results: RunResults) -> FigureOutcome {
    let id = "probes-accuracy"
    let majority = results[ProbeMetrics.majority]?.rows.first?.quantity.value
    let kinds = [
      (phrase("probeFigures.linear"), ProbeMetrics.linear),
      (phrase("probeFigures.multilayer"), ProbeMetrics.multilayer),
    ]
    let tasks = kinds.compactMap { name, kind -> ProbeCurves.Task? in
      guard let accuracy = curve(kind.accuracy, results) else { return nil }
      return ProbeCurves.Task(
        name, accuracy: accuracy, control: curve(kind.control, results),
        selectivity: curve(kind.selectivity, results), chance: majority, guess: phrase("probeFigures.majority"))
    }
    guard !tasks.isEmpty else { return .omitted(id: id, reason: phrase("probeFigures.notFinite")) }
    let content = ProbeCurves(
      title: phrase("probeFigures.accuracyByPoint"), tasks: tasks, place: phrase("probeFigures.residualPoint"),
      interval: Metric.Spread.interval.words)
    let metrics =
      kinds.prefix(tasks.count).map(\.1.accuracy) + (tasks[0].control == nil ? [] : [ProbeMetrics.linear.control])
      + [ProbeMetrics.majority]
    return .figure(
      Figure(
        content, id: id, analysis: ProbeMetrics.analysis,
        caption: Caption(results: results).text(
          content.what, metrics: metrics,
          n: Caption.n(
            (results[ProbeMetrics.linear.accuracy]?.rows ?? []).map(\.quantity), phrase("probeFigures.testExamples")),
          analysis: ProbeMetrics.analysis)))
  }

  /// Nil where no residual point has a number.
  private static func curve(_ metric: Metric, _ results: RunResults) -> Curve? {
    let rows = (results[metric]?.rows ?? []).filter { $0.component.point != nil }
    guard rows.contains(where: { $0.quantity.value != nil }) else { return nil }
    let bounds = rows.map(\.quantity.interval)
    return Curve(
      metric.title, x: rows.map { Double($0.component.point ?? 0) }, y: rows.map { PlotValue($0.quantity) },
      low: bounds.map { $0.map { PlotValue($0.lowerBound) } ?? .blank },
      high: bounds.map { $0.map { PlotValue($0.upperBound) } ?? .blank })
  }

  private static func confusion(_ analysis: AnalysisResult, _ results: RunResults) -> Figure? {
    guard let point = analysis.members(of: ProbeMetrics.confusion).first,
      let counts = analysis[ProbeMetrics.confusion[point]], let names = analysis[ProbeMetrics.classes],
      let content = ConfusionMatrix(
        title: phrase("probeFigures.confusion", ["point": point]),
        what: phrase("probeFigures.confusionShares", ["point": point]),
        predicted: phrase("probeFigures.predicted"), names: names, counts: counts)
    else { return nil }
    return Figure(
      content, id: "probes-confusion", analysis: analysis.id,
      caption: Caption(results: results).text(
        content.what, n: phrase("probeFigures.nExamples", ["n": content.examples]), analysis: analysis.id))
  }
}
