package import Results
import Plotting

/// The pattern class of every head, as colours with letters.
package enum PatternClassMap: FigureBuilder {
  /// The classes in the order of their rules: name, letters in the cells, place in the palette.
  static let classes: [(name: String, letters: String)] = [
    ("induction", "In"), ("previous token", "Pr"), ("next token", "Ne"), ("duplicate token", "Du"), ("sink", "Si"),
    ("separator", "Se"), ("fixed offset", "Fx"), ("diagonal", "Di"), ("uniform", "Un"), ("hierarchical", "Hi"),
  ]

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: AttentionMetrics.analysis] else { return [] }
    let id = "attention-class"
    let (layers, heads) = (results.subject.shownLayers, results.subject.shownHeads)
    let width = results.subject.model.heads
    guard let all = analysis.texts["class"], all.count == results.subject.model.layers * width,
      all.contains(where: { !$0.isEmpty })
    else {
      return [.omitted(id: id, reason: "heads were not classified")]
    }
    let names = layers.flatMap { layer in heads.map { all[layer * width + $0] } }
    let present = classes.indices.filter { names.contains(classes[$0].name) }
    var categories = present.map { index in
      ColorScale.Category("\(classes[index].letters) \(classes[index].name)", .category(index))
    }
    let known = Dictionary(uniqueKeysWithValues: present.enumerated().map { (classes[$1].name, $0) })
    if names.contains(where: { known[$0] == nil && !$0.isEmpty }) {
      categories.append(ColorScale.Category("other", .other))
    }
    // A head without numbers has no class.
    let values = names.map { $0.isEmpty ? .nan : PlotValue(Double(known[$0] ?? present.count)) }
    let letters = names.map { name in classes.first { $0.name == name }?.letters ?? "" }
    var cells = CellMark(rows: layers.count, columns: heads.count, values: values, printed: letters)
    cells.spacing = 1
    let title = "Pattern class by layer and head"
    let plot = Plot(
      title, x: .indices(heads, "head"), y: .indices(layers, "layer"), color: .categorical("", categories),
      shape: .rows(layers.count, columns: heads.count, tallest: 22),
      marks: [cells])
    return [
      .figure(
        Figure(
          id: id, analysis: "attention", title: title,
          caption: Caption(results: results).text(
            "\(title): the first class whose score exceeds its threshold, in the order "
              + classes.map(\.name).joined(separator: ", ") + "; otherwise “other”.",
            n: "n = \(NumberFormat.count(names.count)) heads.", analysis: "attention"),
          altText: alt(names, layers: layers, heads: heads), plot: plot,
          table: DataTable([
            ("layer", .integers(names.indices.map { layers[$0 / heads.count] })),
            ("head", .integers(names.indices.map { heads[$0 % heads.count] })),
            ("class", .texts(names)),
          ])))
    ]
  }

  private static func alt(_ names: [String], layers: [Int], heads: [Int]) -> String {
    var parts: [String] = []
    for name in classes.map(\.name) + ["other"] {
      let members = names.indices.filter { names[$0] == name }
      guard !members.isEmpty else { continue }
      let shown = members.prefix(6).map {
        Component.head(layers[$0 / heads.count], heads[$0 % heads.count]).id
      }.joined(separator: ", ")
      let more = members.count > 6 ? ", …" : ""
      parts.append("\(name) \(NumberFormat.count(members.count))" + (name == "other" ? "" : " (\(shown)\(more))"))
    }
    return "Map of \(layers.count) layers by \(heads.count) heads coloured by class: " + parts.joined(separator: "; ")
      + "."
  }
}
