import Drawing
package import Plotting
import Support

/// Weights of a source's tokens while each token of its translation is predicted, with the alignment that people gave
/// where it is known; of one head, or of several side by side.
package struct AlignmentGrid: FigureContent {
  /// Two tokens, or two words.
  package struct Pair: Hashable, Sendable {
    package var target: Int
    package var source: Int

    package init(target: Int, source: Int) {
      self.target = target
      self.source = source
    }
  }

  /// Weights in a panel of their own.
  package struct Map: Sendable {
    /// Above the panel, and in the table's columns: "L1.H3".
    package var name: String
    /// What the weights are: "cross-attention, mean of the heads of layer 5".
    package var quantity: String
    /// Row by row, a row a target token.
    package var weights: [PlotValue]

    package init(_ name: String, quantity: String, weights: [PlotValue]) {
      self.name = name
      self.quantity = quantity
      self.weights = weights
    }
  }

  package let title: String
  let source: [String]
  let target: [String]
  /// As the vocabulary spells them; empty where that is not known.
  let entries: (source: [String], target: [String])
  let maps: [Map]
  let gold: Gold?

  /// - Parameter maps: one at least.
  package init(
    title: String, source: [String], target: [String], entries: (source: [String], target: [String]) = ([], []),
    maps: [Map], gold: Gold? = nil
  ) {
    precondition(!maps.isEmpty && maps.allSatisfy { $0.weights.count == source.count * target.count })
    self.title = title
    self.source = source
    self.target = target
    self.entries = entries
    self.maps = maps
    self.gold = gold
  }

  package init(
    title: String, source: [String], target: [String], weights: [PlotValue], gold: Gold? = nil, quantity: String
  ) {
    self.init(
      title: title, source: source, target: target, maps: [Map("", quantity: quantity, weights: weights)], gold: gold)
  }

  /// Of each target token the source token with the largest weight.
  func links(_ map: Map) -> [Pair] {
    target.indices.compactMap { row in
      let numbers = source.indices.compactMap { column in
        map.weights[row * source.count + column].number.map { (column, $0) }
      }
      return numbers.max { ($0.1, -$0.0) < ($1.1, -$1.0) }.map { Pair(target: row, source: $0.0) }
    }
  }

  /// Of the first map; nil without gold.
  package var errorRate: Double? { errorRates.first }

  /// Of each map.
  var errorRates: [Double] { maps.compactMap { gold?.errorRate(of: $0.weights, width: source.count) } }

  package var what: String {
    let places =
      maps.count == 2 ? [phrase("alignmentGrid.onTheLeft"), phrase("alignmentGrid.onTheRight")] : maps.map { _ in "" }
    var text =
      phrase(
        "alignmentGrid.weightsTokensSource",
        ["quantity": zip(places, maps).map { $0 + $1.quantity }.joined(separator: "; ")])
    if let gold, !errorRates.isEmpty {
      text += phrase("alignmentGrid.ringsAlignmentPeople", ["sure": gold.sure.count])
      text += gold.isOfWords ? phrase("alignmentGrid.ofWords") : ""
      let further = gold.possible.count - gold.sure.count
      text += further > 0 ? phrase("alignmentGrid.furtherPossibleSquares", ["further": further]) : ""
      let rates = zip(places, errorRates).map { $0 + NumberFormat.text($1) }
      text += phrase("alignmentGrid.alignmentErrorRate", ["rates": listed(rates)])
      text += gold.isOfWords ? phrase("alignmentGrid.fromWeightsSummed") : ""
      text += phrase("alignmentGrid.source")
    }
    return text
  }

  package var altText: String {
    let (from, to) = (TokenText.texts(target), TokenText.texts(source))
    var text = phrase("alignmentGrid.gridTargetTarget", ["target": target.count, "source": source.count])
    for map in maps {
      let best = map.weights.largest(1).first.map { place in
        phrase(
          "alignmentGrid.largestWeightNumber",
          [
            "number": NumberFormat.text(map.weights[place].number ?? 0),
            "quoted": quoted(from[place / source.count], place / source.count),
            "quoted2": quoted(to[place % source.count], place % source.count),
          ])
      }
      text +=
        phrase(
          "alignmentGrid.isemptyPhraseStrongest",
          [
            "name": map.name.isEmpty ? "none" : map.name, "best": best ?? phrase("alignmentGrid.noNumber"),
            "source": Set(links(map).map(\.source)).count,
          ])
    }
    if let gold, !errorRates.isEmpty {
      let cells = gold.cells(gold.possible)
      let met = maps.map { map in NumberFormat.count(links(map).count { cells.contains($0) }) }
      text +=
        phrase(
          "alignmentGrid.metTargetMeet",
          ["met": listed(met), "target": target.count, "errorRates": listed(errorRates.map { NumberFormat.text($0) })])
    }
    return text
  }

  package var extent: Figure.Extent { maps.count > 1 || max(source.count, target.count) > 24 ? .text : .column }

  package var plot: any Plottable {
    let top = Plotting.extent(maps.flatMap(\.weights))?.upperBound ?? 1
    let largest = max(source.count, target.count) > 24 ? 400.0 : 220
    let cell = min(12, largest / Double(max(source.count, target.count, 1)))
    var plot = Plot(
      title, x: .tokens(source, phrase("alignmentGrid.sourceToken")),
      y: .tokens(target, phrase("alignmentGrid.predictedToken")),
      color: .sequential(phrase("axis.weight"), 0...(top > 0.5 ? 1 : max(top, 0.05))),
      shape: .square(rows: target.count, columns: source.count, largestSide: largest), columns: maps.count,
      panels: maps.map { Plot.Panel($0.name, marks($0, cell: cell)) })
    plot.hasFrame = true
    return plot
  }

  private func marks(_ map: Map, cell: Double) -> [any Mark] {
    /// Vermilion in every theme: beside the cells' colours, not the page's.
    let ring = Color(hex: 0xD55E00)
    // On white, to be seen on every colour of the cells.
    func dots(_ pairs: [Pair], _ shape: DotShape, _ size: Double, _ paint: Paint, _ name: String) -> [DotMark] {
      [(1.35, Paint.color(.white), nil), (1.0, paint, name)].map { growth, paint, name in
        DotMark(
          x: pairs.map { PlotValue(Double($0.source)) }, y: pairs.map { PlotValue(Double($0.target)) }, paint: paint,
          radius: max(cell * size, 0.8) * growth, shape: shape, name: name)
      }
    }
    var marks: [any Mark] = [CellMark(rows: target.count, columns: source.count, values: map.weights)]
    if let gold {
      let further = gold.cells(gold.possible.subtracting(gold.sure))
      if !further.isEmpty {
        marks += dots(further.inOrder, .square, 0.34, .category(3), phrase("legend.possible"))
      }
      marks += dots(gold.cells(gold.sure).inOrder, .ring, 0.5, .color(ring), phrase("legend.gold"))
    }
    return marks + dots(links(map), .disc, 0.2, .color(ring), phrase("alignmentGrid.largestOfTheRow"))
  }

  package var table: DataTable {
    let cells = 0..<source.count * target.count
    func pair(_ cell: Int) -> Pair { Pair(target: cell / source.count, source: cell % source.count) }
    var columns: [(name: String, column: DataTable.Column)] = [
      ("target", .integers(cells.map { pair($0).target })), ("source", .integers(cells.map { pair($0).source })),
      ("target_token", .tokens(cells.map { target[pair($0).target] })),
      ("source_token", .tokens(cells.map { source[pair($0).source] })),
    ]
    if !entries.source.isEmpty, !entries.target.isEmpty {
      columns.append(("target_vocabulary_entry", .texts(cells.map { entries.target[pair($0).target] })))
      columns.append(("source_vocabulary_entry", .texts(cells.map { entries.source[pair($0).source] })))
    }
    for map in maps {
      let found = Set(links(map)), suffix = maps.count > 1 ? "_\(map.name.replacing(" ", with: "_"))" : ""
      columns.append(("weight\(suffix)", .readings(map.weights)))
      columns.append(("largest\(suffix)", .integers(cells.map { found.contains(pair($0)) ? 1 : 0 })))
    }
    if let gold {
      let (sure, possible) = (gold.cells(gold.sure), gold.cells(gold.possible))
      columns.append(
        (
          "gold",
          .texts(cells.map { sure.contains(pair($0)) ? "sure" : possible.contains(pair($0)) ? "possible" : "" })
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
