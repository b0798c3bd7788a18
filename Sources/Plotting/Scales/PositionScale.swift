import Foundation

/// How data become places along one direction of a panel.
package struct PositionScale: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case linear
    /// Positive numbers only; others have no place.
    case log
    /// Logarithmic towards both ends and linear between `−linearTo` and `linearTo`.
    case symlog(linearTo: Double)
    /// By a power of the number (of its size, with its sign), exponent above 0: with one below 1 small numbers take more
    /// room, and 0 keeps a place.
    case power(Double)
    /// Categories `0 ..< count`, each with an equal share of the length.
    case band(count: Int)
    /// Categories `0 ..< count` as points, the first and last half a step from the ends.
    case point(count: Int)

    package static let squareRoot = Kind.power(0.5)
  }

  package let kind: Kind
  package let domain: ClosedRange<Double>
  /// Where the domain's ends lie on the page.
  package let start: Double
  package let end: Double
  /// Numbers beyond the domain are drawn at its ends rather than cut off.
  package var isClamped = false

  package init(_ kind: Kind, domain: ClosedRange<Double>, from start: Double, to end: Double) {
    self.kind = kind
    self.domain = domain
    self.start = start
    self.end = end
  }

  static func transform(_ x: Double, _ kind: Kind) -> Double? {
    switch kind {
    case .linear, .band, .point: x
    case .log: x > 0 ? log10(x) : nil
    case .symlog(let limit):
      x >= 0 ? log10(1 + x / limit) : -log10(1 - x / limit)
    case .power(0.5): x >= 0 ? x.squareRoot() : -(-x).squareRoot()
    case .power(let exponent): x >= 0 ? pow(x, exponent) : -pow(-x, exponent)
    }
  }

  /// The place of a number (of a category's middle), nil where the scale has none for it.
  package func position(_ x: Double) -> Double? {
    guard x.isFinite else { return nil }
    switch kind {
    case .band(let count), .point(let count):
      return start + (end - start) * (x + 0.5) / Double(max(count, 1))
    case .linear, .log, .symlog, .power:
      guard let value = Self.transform(x, kind), let low = Self.transform(domain.lowerBound, kind),
        let high = Self.transform(domain.upperBound, kind)
      else { return nil }
      let share = high > low ? (value - low) / (high - low) : 0.5
      return start + (end - start) * (isClamped ? min(max(share, 0), 1) : share)
    }
  }

  /// The reading as it is drawn: on a logarithmic scale, numbers that have no logarithm lie infinitely far below.
  func reading(_ reading: PlotValue) -> PlotValue {
    guard kind == .log, let number = reading.number, number <= 0 else { return reading }
    return .negativeInfinite
  }

  /// The same, kept within the domain's ends.
  package func clampedPosition(_ x: Double) -> Double? {
    position(x).map { min(max($0, min(start, end)), max(start, end)) }
  }

  /// The length that one category has.
  package var bandWidth: Double {
    switch kind {
    case .band(let count), .point(let count): abs(end - start) / Double(max(count, 1))
    case .linear, .log, .symlog, .power: 0
    }
  }

  package var length: Double { abs(end - start) }
}

extension Double {
  var logarithm10: Double { log10(self) }
}
