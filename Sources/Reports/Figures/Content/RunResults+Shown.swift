import Plotting
import Results

extension Selection {
  func shows(_ component: Component) -> Bool { shows(component) { TensorKind($0).layer } }

  /// "Figures and tables show only layers 0 and 5, head 2 of each; …"; nil where they show all.
  var sentence: String? {
    func names(_ noun: String, _ members: [Int]?) -> String? {
      members.map { "\(noun)\($0.count == 1 ? "" : "s") \(listed($0.map(String.init)))" }
    }
    let parts = [names("layer", layers), names("head", heads).map { $0 + " of each" }].compactMap { $0 }
    guard !parts.isEmpty else { return nil }
    return "Figures and tables show only \(parts.joined(separator: ", ")); numbers of the model as a whole, what its "
      + "training logged, and what the rules judge are of all."
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
    for index in shown.analyses.indices where shown.analyses[index].id == "attention" {
      for stack in Component.Stack.allCases where shown.analyses[index].texts[stack.key("samples")] != nil {
        shown.analyses[index].texts[stack.key("samples")] = [example]
        let prefix = stack.key("sample.")
        shown.analyses[index].arrays = shown.analyses[index].arrays.filter { name, _ in
          !name.hasPrefix(prefix) || name.hasPrefix("\(prefix)\(example).")
        }
      }
    }
    return shown
  }
}

extension AnalysisResult {
  fileprivate mutating func restrict(to selection: Selection) {
    for index in tables.indices { tables[index].rows.removeAll { !selection.shows($0.component) } }
    tables.removeAll(where: \.rows.isEmpty)
    for stack in Component.Stack.allCases {
      for (prefix, component) in [
        ("spectrum.", { Component(id: $0) }), ("singular.", { .tensor($0) }), ("lowRankError.", { .tensor($0) }),
      ] as [(String, (String) -> Component?)] {
        let prefix = stack.key(prefix)
        arrays = arrays.filter { name, _ in
          guard name.hasPrefix(prefix), let component = component(String(name.dropFirst(prefix.count))) else {
            return true
          }
          return selection.shows(component)
        }
      }
      let key = stack.key("histogram.tensors")
      guard let tensors = texts[key] else { continue }
      let kept = tensors.indices.filter { selection.shows(.tensor(tensors[$0])) }
      texts[key] = kept.map { tensors[$0] }
      for name in [stack.key("histogram.counts"), stack.key("histogram.special")] {
        if let array = arrays[name] { arrays[name] = array.rows(kept) }
      }
    }
    for metric in texts["over"] ?? [] {
      guard let names = texts["over.\(metric)"], let array = arrays["over.\(metric)"] else { continue }
      let kept = names.indices.filter { Component(id: names[$0]).map(selection.shows) ?? true }
      texts["over.\(metric)"] = kept.map { names[$0] }
      let rows = array.shape[0], width = names.count
      arrays["over.\(metric)"] = NumericArray(
        shape: [rows, kept.count], values: (0..<rows).flatMap { row in kept.map { array.values[row * width + $0] } })
    }
  }
}

extension NumericArray {
  fileprivate func rows(_ kept: [Int]) -> NumericArray {
    NumericArray(shape: [kept.count] + shape.dropFirst(), values: kept.flatMap { self[$0].values })
  }
}
