package import Plotting
import Support

/// A line of numbers over layers, steps or shares, with an interval around it where one is known.
package struct Curve: Sendable {
  /// Fewer points make no curve: the table says as much.
  static let leastPoints = 3

  package var name: String
  package var x: [Double]
  package var y: [PlotValue]
  /// Ends of the interval; empty for none.
  package var low: [PlotValue]
  package var high: [PlotValue]

  package init(_ name: String, x: [Double], y: [PlotValue], low: [PlotValue] = [], high: [PlotValue] = []) {
    precondition(x.count == y.count && low.count == high.count && (low.isEmpty || low.count == x.count))
    self.name = name
    self.x = x
    self.y = y
    self.low = low
    self.high = high
  }

  /// More points than a page shows are drawn in stretches: a mean each, and the lowest and highest as the interval.
  package static let mostPoints = 1000

  var isThinned: Bool { x.count > Self.mostPoints }

  func thinned() -> Curve {
    guard isThinned else { return self }
    var curve = Curve(name, x: [], y: [])
    for piece in 0..<Self.mostPoints {
      let places = piece * x.count / Self.mostPoints..<(piece + 1) * x.count / Self.mostPoints
      let numbers = places.compactMap { y[$0].number }
      curve.x.append(places.reduce(0) { $0 + x[$1] } / Double(places.count))
      guard let lowest = numbers.min(), let highest = numbers.max() else {
        curve.y.append(y[places.lowerBound])
        curve.low.append(.blank)
        curve.high.append(.blank)
        continue
      }
      curve.y.append(PlotValue(numbers.reduce(0, +) / Double(numbers.count)))
      let bounds = low.isEmpty ? [] : places.flatMap { [low[$0].number, high[$0].number] }.compactMap { $0 }
      curve.low.append(PlotValue(min(lowest, bounds.min() ?? lowest)))
      curve.high.append(PlotValue(max(highest, bounds.max() ?? highest)))
    }
    return curve
  }

  /// Band and line; dashes tell the second from the first where colours do not.
  func marks(_ paint: Paint, dash: [Double] = [], isNamed: Bool = true) -> [any Mark] {
    let curve = thinned()
    let line = LineMark(
      x: curve.x, y: curve.y, paint: paint, name: isNamed ? name : nil, dash: dash,
      hasDots: dash.isEmpty && curve.x.count <= 40)
    return curve.low.contains { $0.number != nil }
      ? [BandMark(x: curve.x, low: curve.low, high: curve.high, paint: paint), line] : [line]
  }

  static let dashes: [[Double]] = [[], [5, 2], [1.5, 1.5], [6, 2, 1.5, 2]]
}

extension [Curve] {
  /// All in colours and dashes of their own.
  var marks: [any Mark] {
    enumerated().flatMap { $1.marks(.category($0), dash: Curve.dashes[$0 % Curve.dashes.count], isNamed: count > 1) }
  }

  /// A row a point: the curve's name, its place, the number and its interval.
  func table(_ name: String, x: String, y: String) -> DataTable {
    let rows = flatMap { curve in curve.x.indices.map { (curve, $0) } }
    func column(_ value: (Curve, Int) -> PlotValue) -> DataTable.Column { .readings(rows.map { value($0.0, $0.1) }) }
    return DataTable([
      (name, .texts(rows.map(\.0.name))), (x, column { PlotValue($0.x[$1]) }), (y, column { $0.y[$1] }),
      ("low", column { $0.low.isEmpty ? .blank : $0.low[$1] }),
      ("high", column { $0.high.isEmpty ? .blank : $0.high[$1] }),
    ])
  }

  /// "training goes from 2.1 (step 4,000) to 6.3 (step 0), median 2.6. validation …"
  func seen(at place: String) -> String {
    map { curve in
      let points = zip(curve.x, curve.y).compactMap { x, y in y.number.map { (x: x, y: $0) } }
      func at(_ x: Double) -> String { "\(place) \(NumberFormat.text(x, digits: 4))" }
      guard let first = points.first, let last = points.last, points.count > 1 else {
        return phrase("curve.range", ["curve": curve.name, "range": Seen.range(curve.y, curve.x.map(at))])
      }
      let low = points.min { $0.y < $1.y } ?? first, high = points.max { $0.y < $1.y } ?? first
      // The direction first; an end is not said twice.
      func between(_ point: (x: Double, y: Double)) -> String {
        point.x == first.x || point.x == last.x
          ? "none" : phrase("curve.point", ["value": NumberFormat.text(point.y), "at": at(point.x)])
      }
      let gaps = curve.y.count { $0.gap != nil }
      return phrase(
        "curve.course",
        [
          "curve": curve.name, "first": NumberFormat.text(first.y), "start": at(first.x),
          "last": NumberFormat.text(last.y), "end": at(last.x), "low": between(low), "high": between(high),
          "gaps": gaps == 0 ? "" : phrase("seen.gaps", ["gaps": gaps, "readings": curve.y.count]),
        ])
    }.joined(separator: " ")
  }

  /// What a caption has to say of bands and of points that are drawn together.
  func words(_ interval: String) -> String {
    var text =
      contains { $0.low.contains { $0.number != nil } } && !interval.isEmpty
      ? phrase("curve.bands", ["interval": interval]) : ""
    if contains(where: \.isThinned) {
      text +=
        phrase("curve.thinned", ["mostPoints": Curve.mostPoints])
    }
    return text
  }
}
