package import Results
import Plotting
import Support

/// The heads with the highest score, with intervals: which head copies, which looks back.
package enum HeadRanking: FigureBuilder {
  private static let metrics = [
    AttentionMetrics.inductionScore, AttentionMetrics.previousTokenScore, AttentionMetrics.importanceShare,
  ]
  private static let most = 15
  /// What heads without the pattern reach too.
  private static let floors = [AttentionMetrics.inductionScore: 0.1, AttentionMetrics.previousTokenScore: 0.1]

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard results[analysis: AttentionMetrics.analysis] != nil else { return [] }
    return metrics.map { figure($0, results) }
  }

  private static func figure(_ metric: Metric, _ results: RunResults) -> FigureOutcome {
    let id = slug(metric.id) + "-ranking"
    let rows = (results[metric]?.rows ?? []).enumerated().filter {
      $0.element.component.head != nil && $0.element.quantity.value != nil
    }
    guard !rows.isEmpty else {
      return .omitted(id: id, reason: phrase("headRanking.titleHasNo", ["title": metric.title]))
    }
    // Below the floor of its map a score tells no head from chance.
    if let floor = floors[metric], rows.allSatisfy({ $0.element.quantity.number < floor }) {
      return .omitted(
        id: id, reason: phrase("headRanking.noise", ["title": metric.title, "floor": NumberFormat.text(floor)]))
    }
    let shown = rows.sorted { ($1.element.quantity.number, $0.offset) < ($0.element.quantity.number, $1.offset) }
      .prefix(most).map(\.element)
    let values = shown.map { PlotValue($0.quantity) }
    let names = shown.map(\.component.id)
    let places = shown.indices.map(Double.init)
    let intervals = shown.map(\.quantity.interval)
    var marks: [any Mark] = [BarMark(categories: values, isLevel: true)]
    if intervals.contains(where: { $0 != nil }) {
      marks.append(
        IntervalMark(
          x: places, low: intervals.map { $0.map { PlotValue($0.lowerBound) } ?? .blank },
          high: intervals.map { $0.map { PlotValue($0.upperBound) } ?? .blank }, isLevel: true))
    }
    let title = phrase("headRanking.headsHighestLowercasedfirst", ["lowercasedFirst": metric.title.lowercasedFirst])
    var x = Axis(.linear, Axis.title(metric.title.lowercasedFirst, unit: metric.unit))
    let ends = values.compactMap(\.number) + intervals.flatMap { [$0?.lowerBound, $0?.upperBound].compactMap { $0 } }
    let top = ends.max() ?? 1
    x.domain = min(0, ends.min() ?? 0)...(top > 0 ? top * 1.04 : 1)
    let plot = Plot(
      title, x: x, y: .categories(names, ""), shape: .lines(shown.count, height: 13), marks: marks)
    return .figure(
      Figure(
        id: id, analysis: "attention", title: title,
        caption: Caption(results: results).text(
          phrase(
            "headRanking.titleShownRows",
            [
              "title": title, "shown": shown.count, "rows": rows.count,
              "words":
                (intervals.contains { $0 != nil }
                ? phrase("headRanking.strokesAreWords", ["words": metric.spread.words]) : ""),
            ]), metrics: [metric],
          n: Caption.n(shown.map(\.quantity), phrase("headRanking.observationsAHead")), analysis: "attention"),
        altText: phrase(
          "headRanking.shownBarsTitle",
          ["shown": shown.count, "title": metric.title, "range": Seen.range(values, names)]), plot: plot,
        table: DataTable([
          ("head", .texts(names)), (metric.id, .readings(values)),
          ("low", .readings(intervals.map { $0.map { PlotValue($0.lowerBound) } ?? .blank })),
          ("high", .readings(intervals.map { $0.map { PlotValue($0.upperBound) } ?? .blank })),
          ("n", .integers(shown.map(\.quantity.n))),
        ])))
  }
}
