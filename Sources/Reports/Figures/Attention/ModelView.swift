package import Plotting
import Results

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

  package var title: String { "Model view of \(sample.id)" }

  package var what: String {
    let ends =
      size == 1 ? "" : " Each end of a line stands for \(size) neighbouring positions, whose weights are added."
    let carried = shares.sorted(), median = carried.median
    func percent(_ share: Double?) -> String { NumberFormat.fixed((share ?? 0) * 100, decimals: 0) }
    return
      "Attention of every \(sample.isWhole ? "" : "selected ")layer (rows) and head (columns) on document "
      + "\(sample.id), \(sample.size): lines from each "
      + "\(sample.names.query) (left) to the \(sample.names.key)s (right) that it looks at, the first token at the "
      + "top.\(sample.isCross ? sample.rows : "") Width and opacity are the "
      + "weight.\(ends) Of each head the strongest lines are drawn until they carry "
      + "\(percent(Self.mass)) % of its attention, at most \(NumberFormat.count(most)): they carry "
      + "\(percent(carried.first)) to \(percent(carried.last)) %, median \(percent(median)) %."
  }

  package var altText: String {
    "\(sample.shownLayers.count) by \(sample.shownHeads.count) small panels of lines, "
      + "\(NumberFormat.count(links.reduce(0) { $0 + $1.count })) in all. " + sample.focusSentence
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
    plot.outerX = .indices(sample.shownHeads, "head")
    plot.outerY = .indices(sample.shownLayers, "layer")
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
