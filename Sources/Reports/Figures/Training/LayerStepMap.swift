import Drawing
import Foundation
package import Plotting
import Support

/// A positive number of every layer over the steps of training, as a map: layers from the top, steps from the left.
package struct LayerStepMap: FigureContent {
  package let title: String
  /// "block 0", "encoder 2".
  let layers: [String]
  let steps: [Int]
  /// Layer by layer.
  let values: [PlotValue]
  /// What the number is, "gradient norm", and its symbol, "‖g‖₂".
  let (quantity, symbol): (String, String)

  /// Columns at most; more steps are drawn in stretches of equal length.
  static let most = 100

  /// - Parameter curves: of each layer, all at the same steps.
  package init(title: String, curves: [Curve], quantity: String, symbol: String) {
    self.title = title
    (self.quantity, self.symbol) = (quantity, symbol)
    layers = curves.map(\.name)
    let x = curves.first?.x ?? [], columns = min(Self.most, x.count)
    func places(_ column: Int) -> Range<Int> { column * x.count / columns..<(column + 1) * x.count / columns }
    steps = (0..<columns).map { Int(x[places($0).lowerBound]) }
    isThinned = columns < x.count
    values = curves.flatMap { curve in
      (0..<columns).map { column -> PlotValue in
        let numbers = places(column).map { curve.y[$0] }
        // The geometric mean, as the scale is logarithmic; what is no positive number shows.
        if let gap = numbers.first(where: { $0.number == nil }) { return gap }
        let logs = numbers.compactMap(\.number).map(log10)
        return PlotValue(pow(10, logs.reduce(0, +) / Double(logs.count)))
      }
    }
  }

  private let isThinned: Bool

  package var what: String {
    phrase(
      "layerStepMap.capitalisedfirstSymbolEach",
      [
        "capitalisedFirst": quantity.capitalisedFirst, "symbol": symbol,
        "phrase": (isThinned ? phrase("layerStepMap.columnGeometricMean") : ""),
      ])
  }

  package var altText: String {
    let names = layers.flatMap { layer in
      steps.map { phrase("layerStepMap.layerStepValue", ["layer": layer, "value": $0]) }
    }
    return phrase(
      "layerStepMap.mapLayersSteps", ["layers": layers.count, "steps": steps.count, "range": Seen.range(values, names)])
  }

  package var plot: any Plottable {
    let seen = Plotting.extent(values.filter { ($0.number ?? 1) > 0 }) ?? 1...10
    return Plot(
      title, x: Axis(.band(steps.map { .index($0) }), phrase("axis.step")), y: .categories(layers, ""),
      color: .sequential(symbol, seen, transform: .log),
      shape: .rows(layers.count, columns: steps.count, tallest: max(20, 90 / Double(layers.count))),
      marks: [CellMark(rows: layers.count, columns: steps.count, values: values)])
  }

  package var table: DataTable {
    DataTable([
      ("layer", .texts(layers.flatMap { layer in steps.map { _ in layer } })),
      ("step", .integers(layers.flatMap { _ in steps })), ("value", .readings(values)),
    ])
  }
}
