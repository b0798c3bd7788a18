package import Plotting
import Results
import Support

/// Several heads of one document as lines from queries to keys between two columns of tokens, a colour a head.
package struct HeadView: FigureContent {
  package struct Head: Hashable, Sendable {
    package var layer: Int
    package var head: Int
    /// Why this head: "the head with the lowest normalised entropy (0.02)"; empty for none.
    package var reason: String
    var name: String { Component.head(layer, head).id }

    package init(layer: Int, head: Int, reason: String = "") {
      self.layer = layer
      self.head = head
      self.reason = reason
    }
  }

  let sample: SampleDocument
  let heads: [Head]
  /// Positions that each end of a line stands for: more than a page has lines of text are taken together.
  let size: Int
  /// Of each head, the strongest first.
  let links: [[LinkMark.Link]]
  let shares: [Double]

  private static let mass = 0.85
  private static let least = 0.03
  /// Lines that an eye can follow.
  private static let most = 1200
  /// Ends on one page, and its height.
  private static let mostPlaces = 90
  private static let tallest = 540.0

  /// - Parameter heads: one at least.
  package init(_ sample: SampleDocument, heads: [Head]) {
    precondition(!heads.isEmpty)
    self.sample = sample
    self.heads = heads
    let size = (max(sample.queries, sample.keys) + Self.mostPlaces - 1) / Self.mostPlaces
    self.size = size
    var links: [[LinkMark.Link]] = []
    var shares: [Double] = []
    for head in heads {
      let all = sample.pooled(head.layer, head.head, size: size)
      let chosen = all.strongest(carrying: Self.mass, most: Self.most / heads.count, least: Self.least)
      links.append(chosen)
      let total = all.reduce(0) { $0 + $1.weight }
      shares.append(total > 0 ? chosen.reduce(0) { $0 + $1.weight } / total : 0)
    }
    self.links = links
    self.shares = shares
  }

  package var title: String {
    phrase(
      "headView.whereHeadsLook",
      ["names": heads.map(\.name).listed, "heads": heads.count, "sample": sample.name])
  }

  package var what: String {
    let names = zip(heads, shares).map { head, share in
      phrase(
        "headView.headIsemptyDecimals",
        [
          "head": head.name, "reason": head.reason.isEmpty ? "none" : head.reason,
          "decimals": NumberFormat.fixed(share * 100, decimals: 0),
        ])
    }
    let ends =
      size == 1
      ? "" : phrase("headView.eachEndLine", ["size": size])
    return phrase(
      "headView.attentionDocumentSample",
      [
        "sample": sample.name, "size": sample.size, "query": sample.names.query, "key": sample.names.key,
        "rows": sample.isCross ? sample.rows : "", "decimals": NumberFormat.fixed(Self.mass * 100, decimals: 0),
        "heads": Self.most / heads.count, "least": NumberFormat.text(Self.least),
        "names": names.joined(separator: "; "), "ends": ends,
      ])
  }

  package var altText: String {
    phrase(
      "headView.reduceLinesBetween",
      [
        "reduce": links.reduce(0) { $0 + $1.count }, "size": sample.size,
        "heads": heads.map { "\($0.name): \(sample.summary($0.layer, $0.head))" }.joined(separator: " "),
      ])
  }

  private var length: Int { (max(sample.queries, sample.keys) + size - 1) / size }

  package var plot: any Plottable {
    let height = min(12, Self.tallest / Double(length))
    var plot = Plot(
      title, x: .hidden, y: column(sample.queryTokens), shape: .lines(length, height: height),
      marks: links.enumerated().map { index, links in
        var mark = LinkMark(
          links, paint: heads.count > 1 ? .category(index) : .accent,
          widest: min(heads.count > 1 ? 2 : 3, height * 0.25), least: 0)
        mark.offset = (Double(index) - Double(heads.count - 1) / 2) * 0.24
        mark.steps = links.count > 200 ? 12 : 0
        return mark
      })
    if heads.count > 1 {
      plot.color = .categorical(phrase("axis.head"), heads.enumerated().map { .init($1.name, .category($0)) })
    }
    plot.rightY = column(sample.keyTokens)
    plot.largestPanelWidth = 220
    return plot
  }

  /// The shorter column ends in empty places.
  private func column(_ tokens: [String]) -> Axis {
    let texts = TokenText.texts(tokens).enumerated().filter { $0.offset % size == 0 }.map(\.element)
    let empty = [CategoryLabel](repeating: .name(""), count: length - texts.count)
    return Axis(.band(texts.map(CategoryLabel.token) + empty))
  }

  package var table: DataTable {
    let rows = zip(heads, links).flatMap { head, links in links.map { (head.name, $0) } }
    return DataTable(
      [
        ("head", .texts(rows.map(\.0))), ("query", .integers(rows.map { $0.1.from * size })),
        ("key", .integers(rows.map { $0.1.to * size })), ("positions", .integers(rows.map { _ in size })),
      ] + sample.tokenColumns(rows.map { ($0.1.from * size, $0.1.to * size) })
        + [("weight", .readings(rows.map { PlotValue($0.1.weight) }))])
  }
}
