package import Results
import Plotting
import Support

/// Token vectors in the plane, by PCA and by t-SNE, and in space by PCA, coloured by the corpus's label.
package enum Projections: FigureBuilder {
  /// What the dots are.
  private struct Subject {
    var keys: ProjectionMetrics.Keys
    /// In ids: `projection-pca`, `projection-sentences-pca`.
    var id: String
    var title: String
    var one: String
    var many: String
  }

  private static var tokens: Subject {
    Subject(
      keys: ProjectionMetrics.tokens, id: "projection-", title: phrase("projections.tokenVectors"),
      one: phrase("word.token"),
      many: phrase("word.tokens"))
  }
  private static var patches: Subject {
    Subject(
      keys: ProjectionMetrics.tokens, id: "projection-", title: phrase("projections.patchVectors"),
      one: phrase("word.patch"),
      many: phrase("word.patches"))
  }
  private static var sentences: Subject {
    Subject(
      keys: ProjectionMetrics.sentences, id: "projection-sentences-", title: phrase("projections.sentenceVectors"),
      one: phrase("word.document"),
      many: phrase("word.documents"))
  }

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: ProjectionMetrics.analysis] else { return [] }
    let subjects =
      [results.subject.model.image == nil ? tokens : patches]
      + (analysis[ProjectionMetrics.sentences.pca] == nil ? [] : [sentences])
    return subjects.flatMap {
      [pca($0, 2, analysis, results), tsne($0, analysis, results)] + space($0, analysis, results)
    }
  }

  private static func pca(
    _ subject: Subject, _ dimensions: Int, _ analysis: AnalysisResult, _ results: RunResults
  ) -> FigureOutcome {
    let explained = analysis[subject.keys.explained]?.values ?? []
    let axes = (0..<dimensions).map { index -> String in
      let share =
        explained.count > index ? " (\(NumberFormat.fixed(Double(explained[index]) * 100, decimals: 1)) %)" : ""
      return phrase(dimensions == 2 ? "axis.component" : "axis.principalComponent", ["index": index + 1]) + share
    }
    return figure(
      subject, "pca", subject.keys.pca, phrase("projections.titleByPca", ["title": subject.title]),
      phrase("projections.firstDimensionsPrincipal", ["dimensions": dimensions]), axes, analysis, results)
  }

  /// Where the analysis kept a third component.
  private static func space(_ subject: Subject, _ analysis: AnalysisResult, _ results: RunResults) -> [FigureOutcome] {
    guard let array = analysis[subject.keys.pca], array.shape.count == 2, array.shape[1] >= 3 else {
      return []
    }
    return [pca(subject, 3, analysis, results)]
  }

  private static func tsne(_ subject: Subject, _ analysis: AnalysisResult, _ results: RunResults) -> FigureOutcome {
    func value(_ metric: Metric) -> Double? {
      analysis[metric]?.rows.first { ($0.component == .model) == (subject.id == sentences.id) }?.quantity.value
    }
    let quality =
      (value(ProjectionMetrics.klDivergence).map {
        [phrase("projections.klDivergenceText", ["text": NumberFormat.text($0)])]
      } ?? [])
      + (value(ProjectionMetrics.trustworthiness).map {
        [phrase("projections.trustworthinessTextK", ["text": NumberFormat.text($0)])]
      } ?? [])
    return figure(
      subject, "tsne", subject.keys.tsne, phrase("projections.titleTSne", ["title": subject.title]),
      phrase("projections.tSneDistances", ["quality": quality.isEmpty ? "none" : quality.joined(separator: ", ")]),
      ["t-SNE 1", "t-SNE 2"], analysis, results)
  }

  private static func figure(
    _ subject: Subject, _ name: String, _ key: ArrayKey, _ title: String, _ method: String, _ axes: [String],
    _ analysis: AnalysisResult, _ results: RunResults
  ) -> FigureOutcome {
    let id = subject.id + name + (axes.count == 3 ? "-3d" : "")
    guard let array = analysis[key], array.shape.count == 2, array.shape[0] > 0,
      array.shape[1] >= axes.count
    else {
      return .omitted(
        id: id, reason: phrase("projections.noLowercasedfirstWere", ["lowercasedFirst": subject.title.lowercasedFirst]))
    }
    let (count, width) = (array.shape[0], array.shape[1])
    func texts(_ key: TextKey) -> [String]? { analysis[key].flatMap { $0.count == count ? $0 : nil } }
    let isOfTokens = subject.id == tokens.id
    let names = isOfTokens ? texts(ProjectionMetrics.names)?.map { TokenText(visible: $0).whole } : nil
    // Without the corpus's labels, dots of tokens are coloured by how these are written.
    let given = texts(subject.keys.labels).flatMap { $0.contains { !$0.isEmpty } ? $0 : nil }
    let shapes = given == nil ? names.flatMap(TokenShape.titles) : nil
    let content = ProjectionMap(
      subject: title, method: method, noun: (subject.one, subject.many), axes: axes,
      points: (0..<count).map { row in axes.indices.map { PlotValue(Double(array.values[row * width + $0])) } },
      labels: given ?? shapes,
      label: shapes == nil ? results.subject.corpus?.label ?? phrase("word.label") : phrase("tokenShape.name"),
      columns: [
        ("token", names), ("vocabulary_entry", isOfTokens ? texts(ProjectionMetrics.entries) : nil),
        ("label", given), ("token_class", shapes), ("document", texts(subject.keys.documents)),
      ].compactMap { name, texts in texts.map { (name, $0) } })
    return .figure(
      Figure(
        content, id: id, analysis: "projection",
        caption: Caption(results: results).text(
          content.what, n: phrase("caption.n", ["n": NumberFormat.count(count), "unit": subject.many]),
          analysis: "projection")))
  }
}
