import Foundation
package import Plotting
import Support

/// How one query of one head weighs its keys, dimension by dimension: q and k, their product, the sum of it, softmax.
package struct NeuronView: FigureContent {
  let head: String
  let document: String
  /// The query's place among the tokens of its text.
  let query: (token: String, position: Int)
  let vector: [Double]
  /// Of the keys that the query may see, each as long as the query.
  let keys: [[Double]]
  let keyTokens: [String]
  /// `q·k / √d`.
  let scores: [Double]
  /// Their softmax, or what the head really gave.
  let weights: [Double]

  private static let tallest = 460.0

  /// - Parameter weights: of a head that adds more to the scores than the product (a bias of positions); else nil.
  package init(
    head: String, document: String, queryToken: String, position: Int, query: [Double], keys: [[Double]],
    keyTokens: [String], weights: [Double]? = nil
  ) {
    precondition(!query.isEmpty && keys.count == keyTokens.count && keys.allSatisfy { $0.count == query.count })
    precondition(weights.map { $0.count == keys.count } ?? true)
    self.head = head
    self.document = document
    self.query = (queryToken, position)
    vector = query
    self.keys = keys
    self.keyTokens = keyTokens
    let scores = keys.map { key in
      zip(query, key).reduce(0) { $0 + $1.0 * $1.1 } / Double(query.count).squareRoot()
    }
    self.scores = scores
    let highest = scores.max() ?? 0
    let powers = scores.map { exp($0 - highest) }
    let total = powers.reduce(0, +)
    self.weights = weights ?? powers.map { $0 / total }
  }

  package var title: String {
    phrase("neuronView.neuronViewHead", ["head": head, "quoted": quoted(token, query.position), "document": document])
  }

  private var token: TokenText { TokenText.texts([query.token] + keyTokens)[0] }
  private var texts: [TokenText] { Array(TokenText.texts([query.token] + keyTokens).dropFirst()) }
  private var products: [[Double]] { keys.map { zip(vector, $0).map { $0 * $1 } } }

  package var what: String {
    phrase(
      "neuronView.howHeadHead",
      [
        "head": head, "keys": keys.count, "quoted": quoted(token, query.position), "document": document,
        "vector": vector.count,
      ])
  }

  package var altText: String {
    let weightsSeen = weights.map { PlotValue($0) }
    let top = weightsSeen.largest(3).map { named(weightsSeen[$0], quoted(texts[$0], $0)) }
    guard let best = weightsSeen.largest(1).first else { return phrase("neuronView.noKey") }
    let parts = products[best].map { PlotValue($0) }
    let dimensions = parts.largest(3).map { named(parts[$0], phrase("neuronView.dimensionValue", ["value": $0])) }
    return phrase(
      "neuronView.heatmapsKeysKeys",
      [
        "keys": keys.count, "vector": vector.count, "top": listed(top), "best": NumberFormat.text(scores[best]),
        "dimensions": listed(dimensions),
      ])
  }

  package var extent: Figure.Extent { .text }

  package var plot: any Plottable {
    // The query is thick enough to be seen above many keys; as much paper parts it from them.
    let thick = max(1, keys.count / 40)
    let (rows, width) = (keys.count + 2 * thick, vector.count)
    let shape = Plot.Shape.lines(rows, height: min(11.5, Self.tallest / Double(rows)))
    let blank = [PlotValue](repeating: .blank, count: width * thick)
    let above = TokenText(body: "q: " + token.whole)
    let none = [CategoryLabel](repeating: .name(""), count: 2 * thick - 1)
    let labels = [CategoryLabel.token(above)] + none + texts.map(CategoryLabel.token)
    let y = Axis(.band(labels))
    func heatmap(_ title: String, _ first: [PlotValue], _ below: [[Double]]) -> Plot {
      let values = first + blank + below.joined().map(PlotValue.init)
      return Plot(
        title, x: .indices(width, phrase("axis.dimension")), y: y, color: .diverging("", values.reach), shape: shape,
        marks: [CellMark(rows: rows, columns: width, values: values)])
    }
    func bars(_ title: String, _ values: [Double]) -> Plot {
      return Plot(
        title, x: Axis(.linear, title), y: y, shape: shape,
        marks: [
          BarMark(
            categories: [PlotValue](repeating: .blank, count: 2 * thick) + values.map(PlotValue.init), isLevel: true)
        ])
    }
    let first = (0..<thick).flatMap { _ in vector.map(PlotValue.init) }
    var sheet = Sheet(
      title,
      rows: [
        [
          .init(heatmap(phrase("panel.queriesAndKeys"), first, keys), share: 1.5),
          .init(heatmap("q × k", blank, products), share: 1.1, sharesY: true),
          .init(bars("q·k/√d", scores), share: 0.6, sharesY: true),
          .init(bars("softmax", weights), share: 0.6, sharesY: true),
        ]
      ])
    sheet.narrowest = 55
    return sheet
  }

  package var table: DataTable {
    let rows = keys.indices.flatMap { key in vector.indices.map { (key, $0) } }
    return DataTable([
      ("key", .integers(rows.map(\.0))), ("key_token", .tokens(rows.map { keyTokens[$0.0] })),
      ("dimension", .integers(rows.map(\.1))), ("q", .readings(rows.map { PlotValue(vector[$0.1]) })),
      ("k", .readings(rows.map { PlotValue(keys[$0.0][$0.1]) })),
      ("product", .readings(rows.map { PlotValue(keys[$0.0][$0.1] * vector[$0.1]) })),
      ("score", .readings(rows.map { PlotValue(scores[$0.0]) })),
      ("weight", .readings(rows.map { PlotValue(weights[$0.0]) })),
    ])
  }
}
