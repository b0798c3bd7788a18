package import Results
import Plotting

/// Single heads on one document: a heatmap with tokens, and lines from queries to keys; of the strongest head of each
/// pattern class that was found.
package enum HeadPatterns: FigureBuilder {
  struct Choice {
    var layer: Int
    var head: Int
    /// "the strongest induction head".
    var reason: String
    var name: String { "L\(layer).H\(head)" }
  }

  /// The number that each class is judged by.
  private static let scores: [(class: String, metric: Metric)] = [
    ("induction", AttentionMetrics.inductionScore), ("previous token", AttentionMetrics.previousShare),
    ("next token", AttentionMetrics.nextShare), ("duplicate token", AttentionMetrics.duplicateTokenScore),
    ("sink", AttentionMetrics.firstShare), ("separator", AttentionMetrics.closingShare),
    ("fixed offset", AttentionMetrics.fixedOffsetShare), ("diagonal", AttentionMetrics.diagonalScore),
    ("uniform", AttentionMetrics.uniformScore), ("hierarchical", AttentionMetrics.hierarchicalScore),
  ]
  private static let most = 3

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard results[analysis: "attention"] != nil else { return [] }
    guard let sample = SampleDocument.all(in: results).first else {
      return [.omitted(id: "attention-head", reason: "no document's attention was kept")]
    }
    return choices(results, layers: sample.layers, heads: sample.heads).flatMap { choice in
      [.figure(heatmap(choice, sample, results)), .figure(lines(choice, sample, results))]
    }
  }

  /// The strongest head of each class that was found, or else the most focused head.
  static func choices(_ results: RunResults, layers: Int, heads: Int) -> [Choice] {
    var choices: [Choice] = []
    let names = results[analysis: "attention"]?.texts["class"] ?? []
    for (name, metric) in scores where choices.count < most {
      guard names.count == layers * heads, names.contains(name), let table = results[metric] else {
        continue
      }
      let members = table.rows.filter { row in
        guard let layer = row.component.layer, let head = row.component.head,
          layer < layers, head < heads
        else { return false }
        return names[layer * heads + head] == name && row.quantity.value != nil
      }
      guard let best = members.max(by: { $0.quantity.number < $1.quantity.number }),
        let layer = best.component.layer, let head = best.component.head
      else { continue }
      let score = NumberFormat.text(best.quantity.number)
      choices.append(
        Choice(
          layer: layer, head: head,
          reason: "the head of class “\(name)” with the highest \(metric.title.lowercasedFirst) (\(score))"))
    }
    if choices.isEmpty, let (layer, head, entropy) = mostFocused(results, layers, heads) {
      choices = [
        Choice(
          layer: layer, head: head,
          reason: "the head with the lowest normalised entropy (\(NumberFormat.text(entropy)))")
      ]
    }
    return choices
  }

  private static func mostFocused(_ results: RunResults, _ layers: Int, _ heads: Int) -> (Int, Int, Double)? {
    let rows = results[AttentionMetrics.normalisedEntropy]?.rows ?? []
    let candidates = rows.compactMap { row -> (Int, Int, Double)? in
      guard let layer = row.component.layer, let head = row.component.head, let value = row.quantity.value,
        layer < layers, head < heads
      else { return nil }
      return (layer, head, value)
    }
    return candidates.min { $0.2 < $1.2 }
  }

  private static func heatmap(_ choice: Choice, _ sample: SampleDocument, _ results: RunResults) -> Figure {
    let readings = sample.readings(choice.layer, choice.head)
    let high = extent(readings)?.upperBound ?? 1
    let title = "Attention of head \(choice.name) on \(sample.id)"
    var plot = Plot(
      title, x: .tokens(sample.keyTokens, "key"), y: .tokens(sample.queryTokens, "query"),
      color: .sequential("attention weight", 0...(high > 0.5 ? 1 : max(high, 0.05))),
      shape: .square(rows: sample.queries, columns: sample.keys, largestSide: 400),
      marks: [CellMark(rows: sample.queries, columns: sample.keys, values: readings)])
    plot.hasFrame = true
    return Figure(
      id: "attention-head-\(slug(choice.name))", analysis: "attention", title: title,
      caption: Caption(results: results).text(
        "Attention weights A[query, key] of head \(choice.name), \(choice.reason), on document \(sample.id) "
          + "(\(sample.size)); each row sums to 1." + mask(sample), n: "n = 1 document.", analysis: "attention"),
      altText: alt(choice, sample), extent: sample.keys > 18 ? .text : .column, plot: plot, table: table(choice, sample)
    )
  }

  private static func lines(_ choice: Choice, _ sample: SampleDocument, _ results: RunResults) -> Figure {
    let length = max(sample.queries, sample.keys)
    let least = 0.03
    var links: [LinkMark.Link] = []
    for query in 0..<sample.queries {
      for key in 0..<sample.keys {
        let weight = Double(sample.weight(choice.layer, choice.head, query, key))
        if weight >= least { links.append(LinkMark.Link(from: query, to: key, weight: weight)) }
      }
    }
    var x = Axis(.linear, domain: 0...1)
    x.isHidden = true
    x.hasGrid = false
    let title = "Where head \(choice.name) looks on \(sample.id)"
    /// The shorter column ends in empty places.
    func column(_ tokens: [String]) -> Axis {
      let texts = TokenText.texts(tokens).map(CategoryLabel.token)
      let empty = [CategoryLabel](repeating: .name(""), count: length - tokens.count)
      return Axis(.band(texts + empty))
    }
    var plot = Plot(
      title, x: x, y: column(sample.queryTokens), shape: .lines(length, height: length <= 40 ? 12 : 9),
      marks: [LinkMark(links, least: least)])
    plot.rightY = column(sample.keyTokens)
    plot.largestPanelWidth = 220
    return Figure(
      id: "attention-lines-\(slug(choice.name))", analysis: "attention", title: title,
      caption: Caption(results: results).text(
        "Attention of head \(choice.name), \(choice.reason), on document \(sample.id): from each query (left) to the "
          + "keys (right) it looks at. Width and opacity of a line are its weight; weights below "
          + "\(NumberFormat.text(least)) are not drawn." + mask(sample), n: "n = 1 document.", analysis: "attention"),
      altText: "\(NumberFormat.count(links.count)) lines between two columns of \(sample.size). "
        + alt(choice, sample),
      plot: plot,
      table: DataTable([
        ("query", .integers(links.map(\.from))), ("key", .integers(links.map(\.to))),
        ("query_token", .texts(links.map { sample.queryTokens[$0.from] })),
        ("key_token", .texts(links.map { sample.keyTokens[$0.to] })),
        ("weight", .readings(links.map { Reading($0.weight) })),
      ]))
  }

  private static func mask(_ sample: SampleDocument) -> String {
    sample.isCausal ? " Keys hidden by the causal mask are left empty." : ""
  }

  /// The strongest weight, and how the mass lies: on the first token, and where queries are keys on the token before, on
  /// itself, on the next.
  private static func alt(_ choice: Choice, _ sample: SampleDocument) -> String {
    var best = (weight: -1.0, query: 0, key: 0)
    var offsets = [0.0, 0, 0]
    var first = 0.0
    for query in 0..<sample.queries {
      for key in 0..<sample.keys {
        let weight = Double(sample.weight(choice.layer, choice.head, query, key))
        if weight > best.weight { best = (weight, query, key) }
        if abs(key - query) <= 1 { offsets[key - query + 1] += weight }
        if key == 0 { first += weight }
      }
    }
    let (asking, asked) = (TokenText.texts(sample.queryTokens)[best.query], TokenText.texts(sample.keyTokens)[best.key])
    let rows = Double(sample.queries)
    func share(_ mass: Double) -> String { NumberFormat.text(mass / rows, digits: 2) }
    let text =
      "The largest weight is \(NumberFormat.text(best.weight)), from “\(asking.whole)” (position \(best.query)) "
      + "to “\(asked.whole)” (position \(best.key)). Over all rows \(share(first)) of the mass is on the first token"
    if sample.isCross { return text + "." }
    return text
      + ", \(share(offsets[0])) on the token before, \(share(offsets[1])) on the token itself and "
      + "\(share(offsets[2])) on the next."
  }

  private static func table(_ choice: Choice, _ sample: SampleDocument) -> DataTable {
    let keys = sample.keys
    let cells = 0..<sample.queries * keys
    return DataTable([
      ("query", .integers(cells.map { $0 / keys })), ("key", .integers(cells.map { $0 % keys })),
      ("query_token", .texts(cells.map { sample.queryTokens[$0 / keys] })),
      ("key_token", .texts(cells.map { sample.keyTokens[$0 % keys] })),
      (
        "weight",
        .readings(cells.map { Reading(Double(sample.weight(choice.layer, choice.head, $0 / keys, $0 % keys))) })
      ),
    ])
  }
}
