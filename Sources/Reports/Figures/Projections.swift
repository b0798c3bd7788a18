package import Results
import Plotting

/// Token vectors in the plane, by PCA and by t-SNE, coloured by the corpus's label.
package enum Projections: FigureBuilder {
  /// Labels with a colour of their own; the rarer ones are "other".
  private static let mostLabels = 8

  /// What the dots are.
  private struct Subject {
    /// Before the names of its arrays and texts.
    var prefix: String
    /// In ids: `projection-pca`, `projection-sentences-pca`.
    var id: String
    var title: String
    var one: String
    var many: String
  }

  private static let tokens = Subject(
    prefix: "", id: "projection-", title: "Token vectors", one: "token", many: "tokens")
  private static let patches = Subject(
    prefix: "", id: "projection-", title: "Patch vectors", one: "patch", many: "patches")
  private static let sentences = Subject(
    prefix: "sentences.", id: "projection-sentences-", title: "Sentence vectors", one: "document", many: "documents")

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: "projection"] else { return [] }
    let subjects =
      [results.subject.model.image == nil ? tokens : patches]
      + (analysis.arrays["sentences.pca"] == nil ? [] : [sentences])
    return subjects.flatMap { [pca($0, analysis, results), tsne($0, analysis, results)] }
  }

  private static func pca(_ subject: Subject, _ analysis: AnalysisResult, _ results: RunResults) -> FigureOutcome {
    let explained = analysis.arrays[subject.prefix + "pca.explained"]?.values ?? []
    func axis(_ index: Int) -> String {
      let share =
        explained.count > index ? " (\(NumberFormat.fixed(Double(explained[index]) * 100, decimals: 1)) %)" : ""
      return "component \(index + 1)\(share)"
    }
    return figure(
      subject, "pca", "\(subject.title) by PCA",
      "the first two principal components; the share of variance each explains is on its axis",
      (axis(0), axis(1)), analysis, results)
  }

  private static func tsne(_ subject: Subject, _ analysis: AnalysisResult, _ results: RunResults) -> FigureOutcome {
    func value(_ metric: Metric) -> Double? {
      analysis[metric]?.rows.first { ($0.component == .model) == (subject.prefix == sentences.prefix) }?.quantity.value
    }
    let quality =
      (value(ProjectionMetrics.klDivergence).map { ["KL divergence \(NumberFormat.text($0)) nats"] } ?? [])
      + (value(ProjectionMetrics.trustworthiness).map { ["trustworthiness \(NumberFormat.text($0)) (k = 12)"] } ?? [])
    return figure(
      subject, "tsne", "\(subject.title) by t-SNE",
      "t-SNE; distances between far groups mean nothing"
        + (quality.isEmpty ? "" : "; " + quality.joined(separator: ", ")),
      ("t-SNE 1", "t-SNE 2"), analysis, results)
  }

  private static func figure(
    _ subject: Subject, _ name: String, _ title: String, _ method: String, _ axes: (String, String),
    _ analysis: AnalysisResult, _ results: RunResults
  ) -> FigureOutcome {
    let id = subject.id + name
    guard let array = analysis.arrays[subject.prefix + name], array.shape.count == 2, array.shape[0] > 0,
      array.shape[1] >= 2
    else { return .omitted(id: id, reason: "no \(subject.title.lowercasedFirst) were projected") }
    let (count, width) = (array.shape[0], array.shape[1])
    let x = (0..<count).map { Reading(Double(array.values[$0 * width])) }
    let y = (0..<count).map { Reading(Double(array.values[$0 * width + 1])) }
    let labels = analysis.texts[subject.prefix + "labels"].flatMap { $0.count == count ? $0 : nil }
    let groups = labels.map(Groups.init)
    let isLabelled = groups.map { !$0.names.isEmpty } ?? false
    let label = results.subject.corpus.label ?? "label"
    let title = isLabelled ? "\(title), coloured by \(label)" : title
    // Fewer dots are larger and more opaque.
    let radius = count > 3000 ? 1.3 : count > 800 ? 1.8 : 2.4
    var plot = Plot(
      title, x: Axis(.linear, axes.0), y: Axis(.linear, axes.1),
      color: isLabelled ? groups.map { .categorical(label, $0.categories) } : nil, shape: .ratio(0.8),
      marks: [DotMark(x: x, y: y, color: isLabelled ? groups?.readings : nil, radius: radius, opacity: 0.75)])
    plot.hasDiscLegend = true
    plot.largestPanelWidth = 460
    var columns: [(name: String, column: DataTable.Column)] = [("x", .readings(x)), ("y", .readings(y))]
    for (name, key) in [("token", "tokens"), ("label", "labels"), ("document", "documents")] {
      if let texts = analysis.texts[subject.prefix + key], texts.count == count {
        columns.append((name, .texts(texts)))
      }
    }
    return .figure(
      Figure(
        id: id, analysis: "projection", title: title,
        caption: Caption(results: results).text(
          "\(title): each dot is the vector of one \(subject.one), placed by \(method)."
            + (groups?.note(subject.many) ?? ""), n: "n = \(NumberFormat.count(count)) \(subject.many).",
          analysis: "projection"),
        altText: alt(count, x, y, isLabelled ? groups : nil, axes), plot: plot, table: DataTable(columns)))
  }

  /// Labels by how often they come, the rarer ones together.
  private struct Groups {
    var names: [String] = []
    var sizes: [Int] = []
    var restNames = 0
    var restSize = 0
    var readings: [Reading] = []

    init(_ labels: [String]) {
      var counts: [String: Int] = [:]
      for label in labels where !label.isEmpty { counts[label, default: 0] += 1 }
      let ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      // One more than has a colour is better named than called "other".
      let shown = ranked.prefix(mostLabels)
      names = shown.map(\.key)
      sizes = shown.map(\.value)
      restNames = ranked.count - shown.count
      restSize = labels.count - sizes.reduce(0, +)
      let place = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
      let rest = names.count
      readings = labels.map { .number(Double(place[$0] ?? rest)) }
    }

    var categories: [ColorScale.Category] {
      var categories = names.indices.map { index in
        ColorScale.Category("\(names[index]) \(NumberFormat.count(sizes[index]))", .category(index))
      }
      if restSize > 0 { categories.append(.init("other \(NumberFormat.count(restSize))", .other)) }
      return categories
    }

    func note(_ subjects: String) -> String {
      guard !names.isEmpty else { return "" }
      return " The legend counts the \(subjects) of each label"
        + (restSize > 0 ? "; “other” holds \(restNames) rarer labels and \(subjects) without one." : ".")
    }
  }

  private static func alt(
    _ count: Int, _ x: [Reading], _ y: [Reading], _ groups: Groups?, _ axes: (String, String)
  ) -> String {
    func span(_ readings: [Reading]) -> String {
      extent(readings).map { "\(NumberFormat.text($0.lowerBound)) to \(NumberFormat.text($0.upperBound))" }
        ?? "no numbers"
    }
    var text = "Scatter of \(NumberFormat.count(count)) dots, \(axes.0) \(span(x)), \(axes.1) \(span(y))."
    guard let groups, !groups.names.isEmpty else { return text }
    let means = groups.names.indices.prefix(4).map { index -> String in
      let members = x.indices.filter { groups.readings[$0].number == Double(index) }
      func mean(_ readings: [Reading]) -> String {
        let numbers = members.compactMap { readings[$0].number }
        return numbers.isEmpty ? "none" : NumberFormat.text(numbers.reduce(0, +) / Double(numbers.count), digits: 2)
      }
      return "\(groups.names[index]) at (\(mean(x)), \(mean(y)))"
    }
    text += " Centres of the largest groups: " + means.joined(separator: ", ") + "."
    return text
  }
}
