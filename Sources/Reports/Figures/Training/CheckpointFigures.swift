import Plotting
package import Results
import Support

/// What changes from checkpoint to checkpoint: scores of heads by name, entropy and rank by depth, representations
/// against those of the first and the last, and how alike the heads of neighbours are.
package enum CheckpointFigures: FigureBuilder {
  /// Curves that one panel can hold.
  static let most = 6

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: TrainingMetrics.analysis],
      let steps = analysis[TrainingMetrics.checkpointSteps]?.values.map({ Double($0) }), steps.count > 1
    else { return [] }
    guard steps.count >= Curve.leastPoints else {
      return [.omitted(id: "training-checkpoints", reason: phrase("curve.twoPoints"))]
    }
    let isLog = (steps.last ?? 0) / max(steps.first { $0 > 0 } ?? 1, 1) > 30
    let phase = formation(analysis, steps) ?? phase(analysis, steps)
    func figure(_ title: String, _ curves: [Curve], _ quantity: String, _ id: String, _ metric: Metric?)
      -> FigureOutcome
    {
      let content = TrainingCurves(
        title: title, curves: curves, quantity: quantity, isLogStep: isLog, phase: phase)
      return .figure(
        Figure(
          content, id: "training-\(id)", analysis: analysis.id,
          caption: Caption(results: results).text(
            content.what, metrics: metric.map { [$0] } ?? [],
            n: phrase("checkpointFigures.nStepsCheckpoints", ["steps": steps.count]),
            analysis: analysis.id)))
    }
    var outcomes: [FigureOutcome] = []
    if let loss = rows(of: GradientMetrics.loss, analysis, steps)?.first, loss.hasNumber {
      outcomes.append(
        figure(
          phrase("checkpointFigures.corpusLossCheckpoints"),
          [Curve(phrase("checkpointFigures.corpusLoss"), x: steps, y: loss.values)],
          phrase("checkpointFigures.lossNats"),
          "checkpoint-loss", GradientMetrics.loss))
    }
    let gains = [InContextMetrics.score, InContextMetrics.copyGain].compactMap { metric in
      rows(of: metric, analysis, steps)?.first(where: \.hasNumber)
        .map { Curve(metric.title, x: steps, y: $0.values) }
    }
    if !gains.isEmpty {
      outcomes.append(
        figure(
          phrase("checkpointFigures.contextLossOver"), gains, phrase("checkpointFigures.differenceLossesNats"),
          "in-context", nil))
    }
    for metric in [
      AttentionMetrics.inductionScore, AttentionMetrics.previousTokenScore, AttentionMetrics.duplicateTokenScore,
    ] {
      guard let heads = rows(of: metric, analysis, steps)?.filter({ $0.component.head != nil }),
        heads.contains(where: \.hasNumber)
      else {
        continue
      }
      outcomes.append(
        figure(
          phrase("checkpointFigures.titleHeadsOver", ["title": metric.title]), strongest(heads, steps),
          metric.title.lowercasedFirst,
          "scores-\(slug(String(metric.id.dropFirst("attention.".count))))", metric))
    }
    for (metric, id, noun) in [
      (AttentionMetrics.normalisedEntropy, "entropy", phrase("checkpointFigures.normalisedEntropy")),
      (RepresentationMetrics.effectiveRank, "rank", phrase("checkpointFigures.effectiveRank")),
    ] {
      guard let rows = rows(of: metric, analysis, steps), rows.contains(where: \.hasNumber) else { continue }
      outcomes.append(
        figure(
          phrase("checkpointFigures.titleOverCheckpoints", ["title": metric.title]), byDepth(rows, steps), noun, id,
          metric))
    }
    for (key, id, other) in [
      (TrainingMetrics.ckaToFirst, "cka-first", "first"), (TrainingMetrics.ckaToLast, "cka-last", "last"),
    ] {
      guard let cka = analysis[key], cka.shape.count == 2, cka.shape[0] == steps.count,
        cka.values.contains(where: \.isFinite)
      else { continue }
      let shown = (0..<cka.shape[1]).filter { results.subject.selection?.shows(.point($0)) ?? true }
      let points = spread(shown.count).map { shown[$0] }.map { point in
        Curve(
          "R\(point)", x: steps, y: steps.indices.map { PlotValue(Double(cka.values[$0 * cka.shape[1] + point])) })
      }
      outcomes.append(
        figure(
          phrase("checkpointFigures.similarityOtherCheckpoint", ["other": other]), points,
          phrase("checkpointFigures.debiasedCka"), id,
          SimilarityMetrics.ckaDebiased))
    }
    if let similarity = analysis[TrainingMetrics.similarity], similarity.values.count == steps.count - 1,
      similarity.values.contains(where: \.isFinite)
    {
      outcomes.append(
        figure(
          phrase("checkpointFigures.similarityHeadsNeighbouring"),
          [
            Curve(
              phrase("legend.similarity"), x: Array(steps.dropFirst()),
              y: similarity.values.map { PlotValue(Double($0)) })
          ], phrase("checkpointFigures.similarityCheckpointBefore"), "similarity", TrainingMetrics.leastSimilarity))
    }
    return outcomes
  }

  /// The steps in which the strongest induction head gets from a tenth to nine tenths of its highest score, by lines
  /// between the checkpoints; nil where none forms.
  private static func formation(
    _ analysis: AnalysisResult, _ steps: [Double]
  ) -> TrainingCurves.Phase? {
    let heads = rows(of: AttentionMetrics.inductionScore, analysis, steps)?.filter { $0.component.head != nil } ?? []
    func peak(_ row: Row) -> Double { row.values.compactMap(\.number).max() ?? 0 }
    guard let strongest = heads.max(by: { peak($0) < peak($1) }), peak(strongest) >= 0.3 else { return nil }
    let scores = strongest.values.map { $0.number ?? .nan }
    func step(at score: Double) -> Double? {
      guard let after = scores.firstIndex(where: { $0 >= score }), after > 0 else { return nil }
      let share = (score - scores[after - 1]) / (scores[after] - scores[after - 1])
      return share.isFinite ? steps[after - 1] + share * (steps[after] - steps[after - 1]) : steps[after]
    }
    guard let start = step(at: 0.1 * peak(strongest)), let end = step(at: 0.9 * peak(strongest)), start < end else {
      return nil
    }
    let name = strongest.component.id
    return TrainingCurves.Phase(
      phrase("checkpointFigures.nameForms", ["name": name]),
      words: phrase("checkpointFigures.whereInductionHead", ["name": name]),
      steps: start...end)
  }

  /// From the checkpoint before the least similar one to that one; nil where all are alike.
  private static func phase(
    _ analysis: AnalysisResult, _ steps: [Double]
  ) -> TrainingCurves.Phase? {
    guard let values = analysis[TrainingMetrics.similarity]?.values, values.count == steps.count - 1,
      let least = values.indices.filter({ steps[$0] > 0 && values[$0].isFinite }).min(by: { values[$0] < values[$1] }),
      values[least] < 0.5
    else { return nil }
    return TrainingCurves.Phase(
      phrase("checkpointFigures.headsChangeMost"), words: phrase("checkpointFigures.whereHeadsChange"),
      steps: steps[least]...steps[least + 1])
  }

  private struct Row {
    var component: Component
    var values: [PlotValue]
    var hasNumber: Bool { values.contains { $0.number != nil } }
  }

  private static func rows(of metric: Metric, _ analysis: AnalysisResult, _ steps: [Double]) -> [Row]? {
    guard let rows = CheckpointRows(metric: metric.id, analysis), rows.checkpoints == steps.count else { return nil }
    return rows.components.enumerated().map { index, component in
      Row(component: component, values: rows[component: index].map { PlotValue(Double($0)) })
    }
  }

  /// The heads whose score is highest at any checkpoint, and the median of all.
  private static func strongest(_ heads: [Row], _ steps: [Double]) -> [Curve] {
    func peak(_ row: Row) -> Double { row.values.compactMap(\.number).max() ?? -.infinity }
    let named = heads.enumerated().sorted { (-peak($0.element), $0.offset) < (-peak($1.element), $1.offset) }
      .prefix(most - 1).map(\.element)
    let medians = steps.indices.map { step in
      heads.compactMap { $0.values[step].number }.median.map { PlotValue($0) } ?? .missing
    }
    return named.map { Curve($0.component.id, x: steps, y: $0.values) }
      + [Curve(phrase("checkpointFigures.medianHead"), x: steps, y: medians)]
  }

  /// Means over the heads of a layer, or the rows of residual points; of deep models evenly among them.
  private static func byDepth(_ rows: [Row], _ steps: [Double]) -> [Curve] {
    var groups: [(name: String, rows: [Row])] = []
    for row in rows {
      let place = row.component.layer.map { Component(.layer($0), stack: row.component.stack) } ?? row.component
      if groups.last?.name == place.id {
        groups[groups.count - 1].rows.append(row)
      } else {
        groups.append((place.id, [row]))
      }
    }
    return spread(groups.count).map { index in
      let (name, rows) = groups[index]
      let means = steps.indices.map { step -> PlotValue in
        let numbers = rows.compactMap { $0.values[step].number }
        return numbers.isEmpty ? .missing : PlotValue(numbers.reduce(0, +) / Double(numbers.count))
      }
      return Curve(name, x: steps, y: means)
    }
  }

  /// So many places among `count` as a panel can hold, with the first and the last.
  static func spread(_ count: Int) -> [Int] {
    count <= most ? Array(0..<count) : (0..<most).map { $0 * (count - 1) / (most - 1) }
  }
}
