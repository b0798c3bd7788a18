import Plotting
import Results
import Support

extension Selection {
  func shows(_ component: Component) -> Bool { shows(component) { TensorKind($0).layer } }

  /// "Figures and tables show only layers 0 and 5, head 2 of each; …"; nil where they show all.
  var sentence: String? {
    let parts = [
      layers.map { phrase("selection.layers", ["count": $0.count, "list": listed($0.map(String.init))]) },
      heads.map { phrase("selection.heads", ["count": $0.count, "list": listed($0.map(String.init))]) },
    ].compactMap { $0 }
    guard !parts.isEmpty else { return nil }
    return phrase("runResults.figuresTablesShow", ["parts": parts.joined(separator: ", ")])
  }
}

extension RunResults {
  /// What figures and tables show: without the rows, spectra and curves of what was not selected. Arrays over all layers
  /// and heads stay whole, as places in them are counted; their figures leave out what is not in `shownLayers` and
  /// `shownHeads`.
  var shown: RunResults {
    guard let selection = subject.selection, selection.isOfModel else { return self }
    var shown = self
    for index in shown.analyses.indices { shown.analyses[index].restrict(to: selection) }
    return shown
  }

  /// The same with one kept document, of several that were selected.
  func showing(example: String) -> RunResults {
    var shown = self
    for index in shown.analyses.indices where shown.analyses[index].id == AttentionMetrics.analysis {
      AttentionSample.keep(example, in: &shown.analyses[index])
    }
    return shown
  }
}

extension AnalysisResult {
  fileprivate mutating func restrict(to selection: Selection) {
    for index in tables.indices { tables[index].rows.removeAll { !selection.shows($0.component) } }
    tables.removeAll(where: \.rows.isEmpty)
    for stack in Component.Stack.allCases {
      for (keys, component) in [
        (RepresentationMetrics.spectrum, { Component(id: "R" + $0) }), (WeightMetrics.singularValues, { .tensor($0) }),
        (WeightMetrics.lowRankErrors, { .tensor($0) }),
      ] as [(ArrayKeys, (String) -> Component?)] {
        for member in members(of: keys, stack: stack) {
          if let component = component(member), !selection.shows(component) { self[keys[member], stack] = nil }
        }
      }
      GradientCounts(self, stack: stack)?.only { selection.shows(.tensor($0)) }.write(to: &self, stack: stack)
    }
    for rows in CheckpointRows.all(in: self) { rows.only(selection.shows).write(to: &self) }
  }
}
