package import Plotting
import Support

/// Vectors as dots in the plane or in space, placed by whatever method, coloured by a label.
package struct ProjectionMap: FigureContent {
  /// "Token vectors by PCA".
  let subject: String
  /// How the dots were placed: "t-SNE; distances between far groups mean nothing".
  let method: String
  /// What one dot is, and many: "token", "tokens".
  let noun: (one: String, many: String)
  /// Two or three: "component 1 (31.0 %)".
  let axes: [String]
  /// Of each dot, as many as axes.
  let points: [[PlotValue]]
  /// What the labels are: "upos".
  let label: String
  /// Further columns of the table: tokens, labels, documents.
  let columns: [(name: String, texts: [String])]
  private let groups: LabelGroups?

  /// - Parameters:
  ///   - labels: one a dot; empty texts are dots without one. Nil for no colours.
  ///   - columns: of a text a dot.
  package init(
    subject: String, method: String, noun: (one: String, many: String), axes: [String], points: [[PlotValue]],
    labels: [String]? = nil, label: String = phrase("word.label"), columns: [(name: String, texts: [String])] = []
  ) {
    precondition((axes.count == 2 || axes.count == 3) && points.allSatisfy { $0.count == axes.count })
    precondition(labels.map { $0.count == points.count } ?? true)
    self.subject = subject
    self.method = method
    self.noun = noun
    self.axes = axes
    self.points = points
    self.label = label
    self.columns = columns
    groups = labels.map(LabelGroups.init).flatMap { $0.names.isEmpty ? nil : $0 }
  }

  package var title: String {
    subject + (axes.count == 3 ? phrase("projectionMap.inSpace") : "")
      + (groups == nil ? "" : phrase("projectionMap.colouredByLabel", ["label": label]))
  }

  package var what: String {
    phrase(
      "projectionMap.titleEachDot",
      [
        "title": title, "one": noun.one, "method": method,
        "phrase": (axes.count == 3 ? phrase("projectionMap.nearerDotsLarger") : ""),
        "many": (groups?.note(noun.many) ?? ""),
      ])
  }

  package var altText: String {
    func span(_ axis: Int) -> String {
      Plotting.extent(column(axis)).map {
        phrase(
          "projectionMap.lowerboundToUpperbound",
          ["lowerBound": NumberFormat.text($0.lowerBound), "upperBound": NumberFormat.text($0.upperBound)])
      }
        ?? phrase("projectionMap.noNumbers")
    }
    let text =
      phrase(
        "projectionMap.scatterPointsDots",
        ["points": points.count, "indices": axes.indices.map { "\(axes[$0]) \(span($0))" }.joined(separator: ", ")])
    guard let groups else { return text }
    let means = groups.names.indices.prefix(4).map { index -> String in
      let members = points.indices.filter { groups.readings[$0].number == Double(index) }
      let middle = axes.indices.map { axis -> String in
        let numbers = members.compactMap { points[$0][axis].number }
        return numbers.isEmpty ? "none" : NumberFormat.text(numbers.reduce(0, +) / Double(numbers.count), digits: 2)
      }
      return phrase(
        "projectionMap.indexAtMiddle", ["index": groups.names[index], "middle": middle.joined(separator: ", ")])
    }
    return text + phrase("projectionMap.centresLargestGroups", ["means": means.joined(separator: ", ")])
  }

  private func column(_ axis: Int) -> [PlotValue] { points.map { $0[axis] } }

  package var plot: any Plottable {
    let color = groups.map { ColorScale.categorical(label, $0.categories) }
    // Fewer dots are larger and more opaque.
    let radius = points.count > 3000 ? 1.3 : points.count > 800 ? 1.8 : 2.4
    var plot =
      axes.count == 2
      ? Plot(
        title, x: Axis(.linear, axes[0]), y: Axis(.linear, axes[1]), color: color, shape: .ratio(0.8),
        marks: [DotMark(x: column(0), y: column(1), color: groups?.readings, radius: radius, opacity: 0.75)])
      : Plot(
        title, x: .hidden, y: .hidden, color: color, shape: .content,
        marks: [Scatter3DMark(points, color: groups?.readings, titles: axes, radius: radius * 0.9)])
    plot.hasDiscLegend = true
    plot.largestPanelWidth = 460
    return plot
  }

  package var table: DataTable {
    DataTable(
      zip(["x", "y", "z"], axes.indices).map { ($0, .readings(column($1))) }
        + columns.map { ($0.name, .texts($0.texts)) })
  }
}

/// Labels by how often they come, the rarer ones together.
struct LabelGroups: Sendable {
  /// Labels with a colour of their own; the rarer ones are "other".
  private static let most = 8

  var names: [String] = []
  var sizes: [Int] = []
  var restNames = 0
  var restSize = 0
  var readings: [PlotValue] = []

  init(_ labels: [String]) {
    var counts: [String: Int] = [:]
    for label in labels where !label.isEmpty { counts[label, default: 0] += 1 }
    let ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let shown = ranked.prefix(Self.most)
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
      ColorScale.Category("\(names[index]) (\(NumberFormat.count(sizes[index])))", .category(index))
    }
    if restSize > 0 { categories.append(.init(phrase("projectionMap.otherRestsize", ["restSize": restSize]), .other)) }
    return categories
  }

  func note(_ subjects: String) -> String {
    phrase(
      "projectionMap.legendCountsSubjects",
      [
        "subjects": subjects,
        "subjects2":
          (restSize > 0
          ? phrase("projectionMap.otherHoldsRestnames", ["restNames": restNames, "subjects": subjects]) : "."),
      ])
  }
}
