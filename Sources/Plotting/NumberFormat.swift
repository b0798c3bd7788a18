import Support

/// How every number is written that the program draws or prints: rounded, with a true minus sign, the same everywhere.
///
/// Digits come from integers, so that the text depends on neither locale nor C library.
package enum NumberFormat {
  /// `10^exponent`, exact for `0 … 22`.
  private static let powers: [Double] = {
    var powers = [1.0]
    for _ in 0..<22 { powers.append(powers.last! * 10) }
    return powers
  }()

  static func scaled(_ x: Double, _ exponent: Int) -> Double {
    var x = x
    var exponent = exponent
    while exponent > 22 {
      x *= powers[22]
      exponent -= 22
    }
    while exponent < -22 {
      x /= powers[22]
      exponent += 22
    }
    return exponent >= 0 ? x * powers[exponent] : x / powers[-exponent]
  }

  /// The digits of a positive number rounded to `digits` significant ones, and the power of ten of the first.
  private static func decompose(_ x: Double, _ digits: Int) -> (digits: [UInt8], exponent: Int) {
    var exponent = decimalExponent(x)
    var mantissa = scaled(x, digits - 1 - exponent).rounded()
    if mantissa >= powers[digits] {
      exponent += 1
      mantissa = (mantissa / 10).rounded()
    }
    return (Array(String(Int64(mantissa)).utf8), exponent)
  }

  /// `⌊log₁₀ x⌋` of a positive finite number.
  package static func decimalExponent(_ x: Double) -> Int {
    var exponent = 0
    var x = x
    while x >= 1e22 {
      x /= 1e22
      exponent += 22
    }
    while x < 1e-22 {
      x *= 1e22
      exponent -= 22
    }
    while x >= 10 {
      x /= 10
      exponent += 1
    }
    while x < 1 {
      x *= 10
      exponent -= 1
    }
    return exponent
  }

  private static func string(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

  /// A number in running text or in a table: `0.0312`, `12.5`, `−3`, `22,713,216`, `1.25×10⁻⁵`.
  ///
  /// - Parameter digits: significant digits; whole numbers below 10¹⁵ are written in full.
  package static func text(_ x: Double, digits: Int = 3) -> String {
    if x.isNaN { return "NaN" }
    if x.isInfinite { return x > 0 ? "Inf" : "−Inf" }
    if x == 0 { return "0" }
    let sign = x < 0 ? "−" : ""
    let size = abs(x)
    if size == size.rounded(), size < 1e15 { return sign + Int(size).grouped }
    let (mantissa, exponent) = decompose(size, digits)
    let trimmed = trim(mantissa)
    if exponent >= 15 || exponent < -4 {
      return sign + point(trimmed, 0) + "×10" + superscript(exponent)
    }
    if exponent >= digits - 1 { return sign + Int(size.rounded()).grouped }
    return sign + point(trimmed, exponent)
  }

  /// A number with a fixed count of decimals: `0.50`, `−1.0`.
  package static func fixed(_ x: Double, decimals: Int) -> String {
    guard x.isFinite, abs(x) < 1e15 else { return text(x) }
    let whole = scaled(abs(x), decimals).rounded()
    guard whole < 9e18 else { return text(x) }
    var digits = Array(String(Int64(whole)).utf8)
    while digits.count <= decimals { digits.insert(UInt8(ascii: "0"), at: 0) }
    let sign = x < 0 && whole != 0 ? "−" : ""
    let head = (Int(string(digits.dropLast(decimals))) ?? 0).grouped
    return sign + head + (decimals > 0 ? "." + string(digits.suffix(decimals)) : "")
  }

  /// `×10ⁿ` alone: `10⁻³`; `1` and `10` as they are.
  package static func power(_ exponent: Int) -> String {
    exponent == 0 ? "1" : exponent == 1 ? "10" : "10" + superscript(exponent)
  }

  /// The prefix of a unit by the power of ten it stands for, a multiple of three from −15 to 18: `k`, `M`, `µ`.
  package static func unitPrefix(_ exponent: Int) -> String {
    let prefixes = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E"]
    return prefixes[min(max(exponent / 3 + 5, 0), prefixes.count - 1)]
  }

  /// The multiple of three, −15 … 18, whose prefix leaves one to three digits before the point.
  static func prefixExponent(_ x: Double) -> Int {
    guard x != 0, x.isFinite else { return 0 }
    let exponent = decimalExponent(abs(x) * (1 + 1e-12))
    return min(max((exponent - (exponent % 3 + 3) % 3), -15), 18)
  }

  /// A number with the prefix of its unit: `1.5k`, `22.7M`, `250µ`; with a unit behind a space, `1.5 kB`.
  package static func prefixed(_ x: Double, unit: String = "", digits: Int = 3) -> String {
    guard x.isFinite, x != 0 else { return text(x) }
    let exponent = prefixExponent(x)
    return text(scaled(x, -exponent), digits: digits) + (unit.isEmpty ? "" : " ") + unitPrefix(exponent) + unit
  }

  /// A count: `22,713,216`.
  package static func count(_ n: Int) -> String { n.grouped }

  /// A number for a machine: plain ASCII, `digits` significant digits, `NaN`, `Inf`, `-Inf`.
  package static func machine(_ x: Double, digits: Int = 9) -> String {
    if x.isNaN { return "NaN" }
    if x.isInfinite { return x > 0 ? "Inf" : "-Inf" }
    if x == 0 { return "0" }
    let (mantissa, exponent) = decompose(abs(x), digits)
    let trimmed = trim(mantissa)
    let sign = x < 0 ? "-" : ""
    return sign + (exponent < -5 || exponent >= 15 ? point(trimmed, 0) + "e\(exponent)" : point(trimmed, exponent))
  }

  private static func trim(_ digits: [UInt8]) -> [UInt8] {
    var digits = digits
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return digits
  }

  /// Digits with the point after the one of `10^exponent`'s place.
  private static func point(_ digits: [UInt8], _ exponent: Int) -> String {
    if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + string(digits) }
    if digits.count <= exponent + 1 {
      return string(digits) + String(repeating: "0", count: exponent + 1 - digits.count)
    }
    return string(digits[...exponent]) + "." + string(digits[(exponent + 1)...])
  }

  package static func superscript(_ n: Int) -> String {
    let raised = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    return (n < 0 ? "⁻" : "") + String(n.magnitude).utf8.map { raised[Int($0) - 48] }.joined()
  }
}
