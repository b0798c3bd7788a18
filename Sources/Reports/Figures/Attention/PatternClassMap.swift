package import Results
import Plotting
import Support

/// The pattern class of every head, as colours with letters.
package enum PatternClassMap: FigureBuilder {
  /// Those that have a score, in the order in which they are tried: each has its place in the palette.
  private static let classes = PatternClass.allCases.filter { $0 != .other }

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: AttentionMetrics.analysis] else { return [] }
    let id = "attention-class"
    let (layers, heads) = (results.subject.shownLayers, results.subject.shownHeads)
    let width = results.subject.model.heads
    guard let all = analysis.classes(), all.count == results.subject.model.layers * width,
      all.contains(where: { $0 != nil })
    else {
      return [.omitted(id: id, reason: phrase("patternClassMap.headsWereNot"))]
    }
    let names = layers.flatMap { layer in heads.map { all[layer * width + $0] } }
    // One colour says no more than the table of classes.
    guard Set(names.compactMap(\.self)).count > 1 else {
      return [.omitted(id: id, reason: phrase("patternClassMap.oneClass"))]
    }
    let present = classes.indices.filter { names.contains(classes[$0]) }
    var categories = present.map { index in
      ColorScale.Category("\(classes[index].letters) \(classes[index].title)", .category(index))
    }
    if names.contains(.other) { categories.append(ColorScale.Category(PatternClass.other.title, .other)) }
    // A head without numbers has no class.
    let values = names.map { name -> PlotValue in
      guard let name else { return .nan }
      return PlotValue(Double(present.firstIndex { classes[$0] == name } ?? present.count))
    }
    let letters = names.map { $0?.letters ?? "" }
    var cells = CellMark(rows: layers.count, columns: heads.count, values: values, printed: letters)
    cells.spacing = 1
    let title = phrase("patternClassMap.patternClassLayer")
    let plot = Plot(
      title, x: .indices(heads, phrase("axis.head")), y: .indices(layers, phrase("axis.layer")),
      color: .categorical("", categories),
      shape: .rows(layers.count, columns: heads.count, tallest: 22),
      marks: [cells])
    return [
      .figure(
        Figure(
          id: id, analysis: "attention", title: title,
          caption: Caption(results: results).text(
            phrase(
              "patternClassMap.titleFirstClass",
              ["title": title, "classes": classes.map(\.title).joined(separator: ", ")]),
            n: phrase("patternClassMap.nNamesHeads", ["names": names.count]), analysis: "attention"),
          altText: alt(names, layers: layers, heads: heads), plot: plot,
          table: DataTable([
            ("layer", .integers(names.indices.map { layers[$0 / heads.count] })),
            ("head", .integers(names.indices.map { heads[$0 % heads.count] })),
            ("class", .texts(names.map { $0?.rawValue ?? "" })),
          ])))
    ]
  }

  private static func alt(_ names: [PatternClass?], layers: [Int], heads: [Int]) -> String {
    var parts: [String] = []
    for name in PatternClass.allCases {
      let members = names.indices.filter { names[$0] == name }
      guard !members.isEmpty else { continue }
      let shown = members.prefix(6).map {
        Component.head(layers[$0 / heads.count], heads[$0 % heads.count]).id
      }.joined(separator: ", ")
      let more = members.count > 6 ? ", …" : ""
      parts.append(
        "\(name.title) \(NumberFormat.count(members.count))" + (name == .other ? "" : " (\(shown)\(more))"))
    }
    return phrase(
      "patternClassMap.mapLayersLayers",
      ["layers": layers.count, "heads": heads.count, "parts": parts.joined(separator: "; ")])
  }
}
