import Drawing
package import Plotting
package import Results

/// Weights between the tokens of a translation and of its source, with the alignment that people gave where it is known.
package struct AlignmentGrid: FigureContent {
  /// A pair of tokens that translate each other.
  package struct Pair: Hashable, Sendable {
    package var target: Int
    package var source: Int

    package init(target: Int, source: Int) {
      self.target = target
      self.source = source
    }
  }

  /// What people said of a sentence pair (Och & Ney 2003): pairs that are sure, and further ones that are possible.
  package struct Gold: Sendable {
    package var sure: Set<Pair>
    package var possible: Set<Pair>

    package init(sure: Set<Pair>, possible: Set<Pair> = []) {
      self.sure = sure
      self.possible = possible.union(sure)
    }
  }

  package let title: String
  let source: [String]
  let target: [String]
  /// Row by row, a row a target token.
  let weights: [Reading]
  let gold: Gold?
  /// What the weights are: "cross-attention, mean of the heads of layer 5".
  let quantity: String

  package init(
    title: String, source: [String], target: [String], weights: [Reading], gold: Gold? = nil, quantity: String
  ) {
    precondition(weights.count == source.count * target.count)
    self.title = title
    self.source = source
    self.target = target
    self.weights = weights
    self.gold = gold
    self.quantity = quantity
  }

  /// Of each target token the source token with the largest weight.
  var links: [Pair] {
    target.indices.compactMap { row in
      let numbers = source.indices.compactMap { column in
        weights[row * source.count + column].number.map { (column, $0) }
      }
      return numbers.max { ($0.1, -$0.0) < ($1.1, -$1.0) }.map { Pair(target: row, source: $0.0) }
    }
  }

  /// `1 − (|A∩S| + |A∩P|) / (|A| + |S|)` (Och & Ney 2003); nil without gold.
  package var errorRate: Double? {
    guard let gold else { return nil }
    let found = Set(links)
    let all = found.count + gold.sure.count
    guard all > 0 else { return nil }
    return 1 - Double(found.intersection(gold.sure).count + found.intersection(gold.possible).count) / Double(all)
  }

  package var what: String {
    var text =
      "Weights from each token of the translation (rows) to the tokens of its source (columns): \(quantity). Dots mark "
      + "the largest weight of each row."
    if let gold, let errorRate {
      text += " Rings are the alignment that people gave: \(counted(gold.sure.count, "sure pair"))"
      let further = gold.possible.count - gold.sure.count
      text += further > 0 ? ", and \(NumberFormat.count(further)) possible as squares" : ""
      text += "; alignment error rate of the dots 1 − (|A∩S| + |A∩P|)/(|A| + |S|) = \(NumberFormat.text(errorRate)) "
      text += "(Och & Ney 2003)."
    }
    return text
  }

  package var altText: String {
    let (from, to) = (TokenText.texts(target), TokenText.texts(source))
    let best = weights.largest(1).first.map { place in
      "The largest weight, \(NumberFormat.text(weights[place].number ?? 0)), goes from "
        + quoted(from[place / source.count], place / source.count) + " to "
        + quoted(to[place % source.count], place % source.count) + "."
    }
    let used = Set(links.map(\.source)).count
    var text =
      "Grid of \(target.count) target by \(source.count) source tokens. \(best ?? "No number.") The strongest source "
      + "tokens of the rows are \(used) different ones."
    if let gold, let errorRate {
      let met = links.count { gold.possible.contains($0) }
      text +=
        " \(met) of \(counted(links.count, "row")) meet the alignment that people gave; alignment error rate "
        + "\(NumberFormat.text(errorRate))."
    }
    return text
  }

  package var extent: Figure.Extent { max(source.count, target.count) > 24 ? .text : .column }

  package var plot: any Plottable {
    let top = Plotting.extent(weights)?.upperBound ?? 1
    let largest = max(source.count, target.count) > 24 ? 400.0 : 220
    /// Vermilion in every theme: beside the cells' colours, not the page's.
    let ring = Color(hex: 0xD55E00)
    let cell = min(12, largest / Double(max(source.count, target.count, 1)))
    // On white, to be seen on every colour of the cells.
    func dots(_ pairs: [Pair], _ shape: DotShape, _ size: Double, _ paint: Paint, _ name: String) -> [DotMark] {
      [(1.35, Paint.color(.white), nil), (1.0, paint, name)].map { growth, paint, name in
        DotMark(
          x: pairs.map { Reading(Double($0.source)) }, y: pairs.map { Reading(Double($0.target)) }, paint: paint,
          radius: max(cell * size, 0.8) * growth, shape: shape, name: name)
      }
    }
    var marks: [any Mark] = [CellMark(rows: target.count, columns: source.count, values: weights)]
    if let gold {
      let further = gold.possible.subtracting(gold.sure)
      if !further.isEmpty {
        marks += dots(further.inOrder, .square, 0.34, .category(3), "possible")
      }
      marks += dots(gold.sure.inOrder, .ring, 0.5, .color(ring), "gold")
    }
    marks += dots(links, .disc, 0.2, .color(ring), "largest of the row")
    var plot = Plot(
      title, x: .tokens(source, "source"), y: .tokens(target, "target"),
      color: .sequential("weight", 0...(top > 0.5 ? 1 : max(top, 0.05))),
      shape: .square(rows: target.count, columns: source.count, largestSide: largest), marks: marks)
    plot.hasFrame = true
    return plot
  }

  package var table: DataTable {
    let cells = 0..<weights.count
    let found = Set(links)
    func pair(_ cell: Int) -> Pair { Pair(target: cell / source.count, source: cell % source.count) }
    var columns: [(name: String, column: DataTable.Column)] = [
      ("target", .integers(cells.map { pair($0).target })), ("source", .integers(cells.map { pair($0).source })),
      ("target_token", .texts(cells.map { target[pair($0).target] })),
      ("source_token", .texts(cells.map { source[pair($0).source] })), ("weight", .readings(weights)),
      ("largest", .integers(cells.map { found.contains(pair($0)) ? 1 : 0 })),
    ]
    if let gold {
      columns.append(
        (
          "gold",
          .texts(
            cells.map { gold.sure.contains(pair($0)) ? "sure" : gold.possible.contains(pair($0)) ? "possible" : "" })
        ))
    }
    return DataTable(columns)
  }
}

extension Set<AlignmentGrid.Pair> {
  fileprivate var inOrder: [AlignmentGrid.Pair] {
    sorted { ($0.target, $0.source) < ($1.target, $1.source) }
  }
}

/// The cross-attention of an encoder–decoder on one pair of texts, as an alignment.
package enum CrossAlignment: FigureBuilder {
  package static let isOfDocument = true

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let sample = SampleDocument.all(in: results).first(where: \.isCross) else { return [] }
    let grids = sample.shownLayers.map { grid(sample, layer: $0) }
    // Heads that all look at one token, such as the closing one, align nothing however sharp they are.
    let used = grids.map { Set($0.links.map(\.source)).count }
    guard let layer = used.indices.max(by: { (used[$0], $0) < (used[$1], $1) }) else { return [] }
    let content = grids[layer]
    let chosen =
      grids.count > 1
      ? " Of \(sample.isWhole ? "all" : "the selected") layers this one's rows have the most different source tokens on top (\(used[layer]))."
      : ""
    return [
      .figure(
        Figure(
          content, id: "attention-alignment", analysis: "attention",
          caption: Caption(results: results).text(
            content.what + chosen, n: "n = 1 pair of texts.", analysis: "attention")))
    ]
  }

  private static func grid(_ sample: SampleDocument, layer: Int) -> AlignmentGrid {
    let cells = sample.queries * sample.keys
    let means = (0..<cells).map { cell -> Reading in
      let sum = sample.shownHeads.reduce(0.0) {
        $0 + Double(sample.weight(layer, $1, cell / sample.keys, cell % sample.keys))
      }
      return Reading(sum / Double(sample.shownHeads.count))
    }
    return AlignmentGrid(
      title: "Alignment by cross-attention on \(sample.id)", source: sample.keyTokens, target: sample.queryTokens,
      weights: means,
      quantity:
        "cross-attention on document \(sample.id), mean of the \(sample.isWhole ? "" : "selected ")heads of layer \(layer)"
    )
  }
}
