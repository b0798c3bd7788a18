import Plotting
package import Results
import Support

/// What of a task's answer comes back, or is lost, where a value of one run is put into the other: a map for each kind of
/// value.
package enum PatchingFigures: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: CausalMetrics.analysis] else { return [] }
    let tasks = (analysis[CausalMetrics.clean]?.rows ?? []).compactMap { row -> String? in
      if case .task(let name) = row.component.place { name } else { nil }
    }
    let maps: [(CausalMetrics.Mode, [CausalMetrics.Map])] = [
      (.patch, CausalMetrics.Map.allCases.filter { ![.residPre, .headZByPosition].contains($0) }),
      (.noising, [.resid, .headZ]),
    ]
    return tasks.flatMap { task in
      maps.flatMap { mode, maps in maps.compactMap { figure(mode, $0, task, analysis, results) } }
    }
  }

  private static func figure(
    _ mode: CausalMetrics.Mode, _ map: CausalMetrics.Map, _ task: String, _ analysis: AnalysisResult,
    _ results: RunResults
  ) -> FigureOutcome? {
    guard let array = analysis[CausalMetrics.keys(mode, map)[task]] else { return nil }
    let id = "causal-\(mode.rawValue)-\(slug(map.rawValue))-\(slug(task))"
    guard array.values.contains(where: \.isFinite) else {
      return .omitted(id: id, reason: phrase("patchingFigures.noDifference", ["task": task]))
    }
    let places: PatchingMap.Places =
      map.isByPosition
      ? .positions(
        clean: analysis[CausalMetrics.cleanTokens[task]] ?? [], corrupted: analysis[CausalMetrics.corruptTokens[task]])
      : .heads(array.shape[1])
    let component = Component(.task(task))
    func mean(_ metric: Metric) -> Quantity? { analysis[metric]?[component] }
    let content = PatchingMap(
      title: phrase(
        "patchingFigures.title.\(mode.rawValue)", ["task": task, "map": phrase("patchingFigures.map.\(map.rawValue)")]),
      layers: array.shape[0], places: places, effects: array.values.map { PlotValue(Double($0)) },
      quantity: phrase("patchingFigures.quantity.\(mode.rawValue)"),
      patched: phrase("patchingFigures.patched", ["map": phrase("patchingFigures.map.\(map.rawValue)")]))
    let formula = phrase(
      "patchingFigures.formula.\(mode.rawValue)",
      [
        "clean": NumberFormat.text(mean(CausalMetrics.clean)?.value ?? .nan),
        "corrupt": NumberFormat.text(mean(CausalMetrics.corrupt)?.value ?? .nan),
      ])
    return .figure(
      Figure(
        content, id: id, analysis: analysis.id,
        caption: Caption(results: results).text(
          content.what + (map.isByPosition ? phrase("patchingFigures.firstPair") : ""), formula: formula,
          n: Caption.n([mean(CausalMetrics.clean)].compactMap(\.self), phrase("patchingFigures.pairs")),
          analysis: analysis.id, onCorpus: false)))
  }
}
