package import Plotting
import Results
import Support

/// All layers × heads of one document as small panels of lines from queries to keys.
package struct ModelView: FigureContent {
  let sample: SampleDocument
  /// Positions that each end of a line stands for: more than a small panel can tell apart are taken together.
  let size: Int
  /// Of each head that is drawn in layer-major order, the strongest first.
  let links: [[LinkMark.Link]]
  /// The part of each head's attention that its lines carry.
  let shares: [Double]

  /// Where a head's lines end: at this part of its attention, or at so many lines.
  private static let mass = 0.9
  private let most: Int

  package init(_ sample: SampleDocument) {
    self.sample = sample
    // Ends of lines nearer than about a point are one, and a page of lines stays a page.
    let places = min(max(384 / max(sample.shownHeads.count, 1), 12), 32)
    let size = (max(sample.queries, sample.keys) + places - 1) / places
    let most = min(max(12_000 / max(sample.shownLayers.count * sample.shownHeads.count, 1), 10), 200)
    self.size = size
    self.most = most
    var links: [[LinkMark.Link]] = []
    var shares: [Double] = []
    for layer in sample.shownLayers {
      for head in sample.shownHeads {
        let all = sample.pooled(layer, head, size: size)
        let total = all.reduce(0) { $0 + $1.weight }
        let chosen = all.strongest(carrying: Self.mass, most: most)
        links.append(chosen)
        shares.append(total > 0 ? chosen.reduce(0) { $0 + $1.weight } / total : 0)
      }
    }
    self.links = links
    self.shares = shares
  }

  package var title: String { phrase("modelView.modelViewSample", ["sample": sample.name]) }

  package var what: String {
    let ends =
      size == 1 ? "" : phrase("modelView.eachEndLine", ["size": size])
    let carried = shares.sorted(), median = carried.median
    func percent(_ share: Double?) -> String { NumberFormat.fixed((share ?? 0) * 100, decimals: 0) }
    return
      phrase(
        "modelView.attentionEveryIswhole",
        [
          "shown": sample.isWhole ? "all" : "selected", "sample": sample.name, "size": sample.size,
          "query": sample.names.query, "key": sample.names.key, "rows": sample.isCross ? sample.rows : "", "ends": ends,
          "percent": percent(Self.mass), "most": most, "percent2": percent(carried.first),
          "percent3": percent(carried.last), "percent4": percent(median),
        ])
  }

  package var altText: String {
    phrase(
      "modelView.shownlayersShownheadsSmall",
      [
        "shownLayers": sample.shownLayers.count, "shownHeads": sample.shownHeads.count,
        "reduce": links.reduce(0) { $0 + $1.count }, "focusSentence": sample.focusSentence,
      ])
  }

  package var extent: Figure.Extent { .text }

  package var plot: any Plottable {
    let places = (max(sample.queries, sample.keys) + size - 1) / size
    var y = Axis(.band([CategoryLabel](repeating: .name(""), count: places)))
    y.isHidden = true
    // Less than half of what a position has of a panel's height.
    let widest = min(max(200 / Double(sample.shownHeads.count * places), 0.4), 1.1)
    let panels = links.map { links -> Plot.Panel in
      var mark = LinkMark(links, widest: widest, least: 0)
      mark.isStraight = true
      mark.steps = 6
      return Plot.Panel("", [mark])
    }
    var plot = Plot(title, x: .hidden, y: y, shape: .ratio(1.15), columns: sample.shownHeads.count, panels: panels)
    plot.outerX = .indices(sample.shownHeads, phrase("axis.head"))
    plot.outerY = .indices(sample.shownLayers, phrase("axis.layer"))
    plot.hasFrame = true
    plot.largestPanelWidth = 90
    return plot
  }

  package var table: DataTable {
    let rows = links.enumerated().flatMap { head, links in links.map { (head, $0) } }
    return DataTable([
      ("layer", .integers(rows.map { sample.shownLayers[$0.0 / sample.shownHeads.count] })),
      ("head", .integers(rows.map { sample.shownHeads[$0.0 % sample.shownHeads.count] })),
      ("query", .integers(rows.map { $0.1.from * size })), ("key", .integers(rows.map { $0.1.to * size })),
      ("positions", .integers(rows.map { _ in size })), ("weight", .readings(rows.map { PlotValue($0.1.weight) })),
    ])
  }
}

extension [LinkMark.Link] {
  /// Those that together carry a part of the weight of all, and at most so many; at equal weights the first.
  func strongest(carrying part: Double, most: Int, least: Double = 0) -> [LinkMark.Link] {
    let total = reduce(0) { $0 + $1.weight }
    var carried = 0.0
    var chosen: [LinkMark.Link] = []
    for (_, link) in enumerated().sorted(by: { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }) {
      guard chosen.count < most, carried < part * total, link.weight > least else { break }
      chosen.append(link)
      carried += link.weight
    }
    return chosen
  }
}
