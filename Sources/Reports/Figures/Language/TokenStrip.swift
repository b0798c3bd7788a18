package import Plotting
import Support

/// Numbers of a text's tokens as the text itself, each token on the colour of its number: attributions.
package struct TokenStrip: FigureContent {
  package struct Row: Sendable {
    /// The method or the target, over the text where there are several.
    package var name: String
    package var values: [PlotValue]

    package init(_ name: String, _ values: [PlotValue]) {
      self.name = name
      self.values = values
    }
  }

  package let title: String
  let tokens: [String]
  let rows: [Row]
  /// What the numbers are: "attribution to the logit of “mat”".
  let quantity: String

  /// - Parameter rows: one at least, each of a number a token.
  package init(title: String, tokens: [String], rows: [Row], quantity: String) {
    precondition(!rows.isEmpty && rows.allSatisfy { $0.values.count == tokens.count })
    self.title = title
    self.tokens = tokens
    self.rows = rows
    self.quantity = quantity
  }

  private var all: [PlotValue] { rows.flatMap(\.values) }
  private var isSigned: Bool { all.contains { ($0.number ?? 0) < 0 } }

  package var what: String {
    phrase(
      "tokenStrip.textTokensEach",
      [
        "tokens": tokens.count, "quantity": quantity, "phrase": (isSigned ? phrase("tokenStrip.scaleCentredZero") : ""),
        "rows": (rows.count > 1 ? ": \(listed(rows.map(\.name)))." : "."),
      ])
  }

  package var altText: String {
    let texts = TokenText.texts(tokens)
    return rows.map { row in
      let gaps = row.values.count { $0.gap != nil }
      func top(_ includes: (Double) -> Bool) -> String {
        let chosen = row.values.map { $0.number.map(includes) ?? false ? $0 : .blank }
        let names = chosen.largest(3).map { named(chosen[$0], quoted(texts[$0], $0)) }
        return names.isEmpty ? "none" : listed(names)
      }
      return (rows.count > 1 ? "\(row.name): " : "")
        + phrase(
          "tokenStrip.tokensHighestTop",
          [
            "tokens": tokens.count, "top": top { $0 > 0 },
            "top2": (isSigned ? phrase("tokenStrip.theLowestAreTop", ["top": top { $0 < 0 }]) : ""),
            "gaps": (gaps > 0 ? phrase("tokenStrip.gapsWithoutNumber", ["gaps": gaps]) : "."),
          ])
    }.joined(separator: " ")
  }

  package var extent: Figure.Extent { tokens.count > 40 ? .text : .column }

  package var plot: any Plottable {
    let texts = TokenText.texts(tokens)
    let top = Plotting.extent(all)?.upperBound ?? 1
    return Plot(
      title, x: .hidden, y: .hidden,
      color: isSigned ? .diverging(quantity, all.reach) : .sequential(quantity, 0...(top > 0 ? top : 1)),
      shape: .content, columns: 1,
      panels: rows.map {
        Plot.Panel(
          rows.count > 1 ? $0.name : "",
          [TokenStripMark(texts, values: $0.values, scale: tokens.count > 200 ? 0.9 : 1.1)])
      })
  }

  package var table: DataTable {
    let cells = rows.flatMap { row in tokens.indices.map { (row, $0) } }
    return DataTable([
      ("row", .texts(cells.map(\.0.name))), ("position", .integers(cells.map(\.1))),
      ("token", .tokens(cells.map { tokens[$0.1] })), ("value", .readings(cells.map { $0.0.values[$0.1] })),
    ])
  }
}
