import Foundation

/// A place on an axis and what is written there.
package struct Tick: Hashable, Sendable {
  package var value: Double
  package var label: String

  package init(_ value: Double, _ label: String) {
    self.value = value
    self.label = label
  }
}

/// How the numbers of an axis are written.
package enum TickStyle: Hashable, Sendable {
  case plain
  /// `0.5M`, or with a unit `0.5 MB`: one prefix for a linear axis, one each on a logarithmic one.
  case prefixed(unit: String)
  /// A share 0…1 as `50 %`.
  case percent
}

/// Round numbers inside a domain.
package enum Ticks {
  /// About `count` multiples of 1, 2 or 5 times a power of ten, all with the same decimals.
  package static func linear(
    _ domain: ClosedRange<Double>, count: Int, isInteger: Bool = false, style: TickStyle = .plain
  ) -> [Tick] {
    let (low, high) = (domain.lowerBound, domain.upperBound)
    guard high > low, count > 0 else { return [Tick(low, NumberFormat.text(low))] }
    let rough = (high - low) / Double(count)
    var exponent = NumberFormat.decimalExponent(rough)
    var factor = 10.0
    for candidate in [1.0, 2.0, 5.0] where rough <= candidate * power(exponent) * (1 + 1e-9) {
      factor = candidate
      break
    }
    if factor == 10 {
      factor = 1
      exponent += 1
    }
    if isInteger, exponent < 0 { (factor, exponent) = (1, 0) }
    // Multiples are counted in whole numbers and divided last, so that 0.3 is 0.3 and not 3 × 0.1.
    func value(_ k: Double) -> Double {
      exponent < 0 ? k * factor / power(-exponent) : k * factor * power(exponent)
    }
    let step = value(1)
    // Beyond what a power of ten can say.
    guard step > 0, step.isFinite else { return [Tick(low, NumberFormat.text(low))] }
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    // No multiple in so narrow a domain: a finer step finds one.
    guard first <= last else {
      return linear(domain, count: count + 1, isInteger: isInteger && count < 40, style: style)
    }
    guard last - first < 1000 else { return [Tick(low, NumberFormat.text(low))] }
    let values = stride(from: first, through: last, by: 1).map { min(max(value($0), low), high) }
    return labelled(values, exponent: exponent, style)
  }

  private static func power(_ exponent: Int) -> Double { pow(10, Double(exponent)) }

  private static func labelled(_ values: [Double], exponent: Int, _ style: TickStyle) -> [Tick] {
    let largest = values.map(abs).max() ?? 0
    switch style {
    case .percent:
      return values.map { Tick($0, NumberFormat.fixed($0 * 100, decimals: max(0, -exponent - 2)) + " %") }
    case .prefixed(let unit):
      let shift = NumberFormat.prefixExponent(largest)
      let suffix = (unit.isEmpty ? "" : " ") + NumberFormat.unitPrefix(shift) + unit
      return values.map { value in
        if abs(value) < largest * 1e-9 { return Tick(0, "0") }
        let text = NumberFormat.fixed(NumberFormat.scaled(value, -shift), decimals: max(0, shift - exponent))
        return Tick(value, text + suffix)
      }
    case .plain: break
    }
    if largest >= 1e6 || largest < 1e-3, largest > 0 {
      // 2×10⁶, 4×10⁶: decimals of the mantissa as the step needs them.
      let top = NumberFormat.decimalExponent(largest)
      let decimals = max(0, top - exponent)
      return values.map { value in
        if abs(value) < largest * 1e-9 { return Tick(0, "0") }
        let mantissa = NumberFormat.fixed(value / power(top), decimals: decimals)
        return Tick(value, mantissa + "×10" + NumberFormat.superscript(top))
      }
    }
    return values.map { Tick($0, NumberFormat.fixed($0, decimals: max(0, -exponent))) }
  }

  /// Powers of ten, every so many that at most `count` remain; with 2 and 5 times them where there are few.
  package static func log(_ domain: ClosedRange<Double>, count: Int, style: TickStyle = .plain) -> [Tick] {
    let ticks = plainLog(domain, count: count)
    switch style {
    case .plain: return ticks
    case .percent: return ticks.map { Tick($0.value, NumberFormat.text($0.value * 100) + " %") }
    case .prefixed(let unit): return ticks.map { Tick($0.value, NumberFormat.prefixed($0.value, unit: unit)) }
    }
  }

  private static func plainLog(_ domain: ClosedRange<Double>, count: Int) -> [Tick] {
    guard domain.lowerBound > 0, count > 0 else { return [] }
    let low = Int((log10(domain.lowerBound) - 1e-9).rounded(.up))
    let high = Int((log10(domain.upperBound) + 1e-9).rounded(.down))
    let decades = max(0, high - low + 1)
    if decades >= 3 || decades == 2 && count < 4 {
      let step = max(1, Int((Double(decades) / Double(count)).rounded(.up)))
      return (low...high).filter { $0.quotientAndRemainder(dividingBy: step).remainder == 0 }.map {
        Tick(clamped(power($0), to: domain), decadeLabel($0, from: low, to: high))
      }
    }
    var ends: [Tick] = []
    for factors in [[1.0, 2, 3, 4, 5, 7], [1.0, 2, 3, 5], [1.0, 2, 5], [1.0, 3], [1.0]] {
      var ticks: [Tick] = []
      for exponent in low - 1...high + 1 {
        for factor in factors {
          let value = exponent < 0 ? factor / power(-exponent) : factor * power(exponent)
          guard value >= domain.lowerBound * (1 - 1e-9), value <= domain.upperBound * (1 + 1e-9) else { continue }
          ticks.append(Tick(clamped(value, to: domain), NumberFormat.text(value, digits: 2)))
        }
      }
      // So few on the finest grid: less than half a decade, where evenly spaced numbers say more.
      if factors.count == 6, ticks.count < 4 { break }
      if ticks.count >= 2, ticks.count <= max(count, 2) { return ticks }
      if ticks.count > 2 { ends = [ticks[0], ticks[ticks.count - 1]] }
    }
    // Where even the sparsest grid has too many, its ends say how far the scale goes.
    if !ends.isEmpty { return ends }
    let ticks = linear(domain, count: count)
    return ticks.count >= 2
      ? ticks : [Tick(domain.lowerBound, NumberFormat.text(domain.lowerBound))]
  }

  /// One way of writing for a whole axis: plain numbers where all are short, else powers.
  private static func decadeLabel(_ exponent: Int, from low: Int, to high: Int) -> String {
    low >= -2 && high <= 3 ? NumberFormat.text(power(exponent)) : NumberFormat.power(exponent)
  }

  private static func clamped(_ value: Double, to domain: ClosedRange<Double>) -> Double {
    min(max(value, domain.lowerBound), domain.upperBound)
  }

  /// 0 and powers of ten on both sides of it, from the linear part outward.
  package static func symlog(_ domain: ClosedRange<Double>, linearTo limit: Double, count: Int) -> [Tick] {
    func side(_ end: Double) -> [Int] {
      guard end > limit else { return [] }
      return Array(
        Int(log10(limit).rounded(.up))...max(Int(log10(limit).rounded(.up)), Int((log10(end) + 1e-9).rounded(.down))))
    }
    let (below, above) = (side(-domain.lowerBound), side(domain.upperBound))
    let step = max(1, Int((Double(below.count + above.count + 1) / Double(max(count, 1))).rounded(.up)))
    func kept(_ exponents: [Int]) -> [Int] {
      exponents.reversed().enumerated().filter { $0.offset % step == 0 }.map(\.element).reversed()
    }
    var ticks = kept(below).reversed().map { Tick(-power($0), "−" + NumberFormat.power($0)) }
    if domain.contains(0) { ticks.append(Tick(0, "0")) }
    ticks += kept(above).map { Tick(power($0), NumberFormat.power($0)) }
    return ticks.filter { domain.contains($0.value) }
  }
}
