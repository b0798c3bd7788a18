import Foundation

/// Numbers as the program writes them.
extension [UInt8] {
  mutating func append(json value: Double) {
    guard value.isFinite else {
      return append(json: JSONNumber.name(ofNonFinite: value))
    }
    if abs(value) < 1e14, let decimal = value.decimal(significantDigits: 9) {
      append(decimal)
      return
    }
    let rounded = value.rounded(significantDigits: 9)
    if rounded == rounded.rounded() && abs(rounded) < 1e15 {
      append(json: Int(rounded))
    } else {
      self += "\(rounded)".utf8
    }
  }

  /// A number below 10¹⁴ as Swift describes it, its shortest form; whole ones without a fraction.
  private mutating func append(_ decimal: Scaled) {
    var (digits, places) = (decimal.digits.magnitude, decimal.places)
    if decimal.digits < 0 { append(UInt8(ascii: "-")) }
    while digits % 10 == 0 { (digits, places) = (digits / 10, places - 1) }
    let start = count
    append(json: Int(digits))
    let point = count - start - places
    if places <= 0 {
      for _ in places..<0 { append(UInt8(ascii: "0")) }
    } else if point > 0 {
      insert(UInt8(ascii: "."), at: start + point)
    } else if point > -4 {
      insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: 1 - point), at: start)
      insert(UInt8(ascii: "."), at: start + 1)
    } else {
      if count > start + 1 { insert(UInt8(ascii: "."), at: start + 1) }
      append(UInt8(ascii: "e"))
      append(UInt8(ascii: "-"))
      if point > -9 { append(UInt8(ascii: "0")) }
      append(json: 1 - point)
    }
  }

  mutating func append(json value: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let start = count
    var rest = value.magnitude
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      append(UInt8(ascii: "0") + UInt8(digit))
      rest = quotient
    } while rest > 0
    if count > start + 1 { self[start...].reverse() }
  }
}

/// `digits · 10⁻ᵖˡᵃᶜᵉˢ`.
private struct Scaled {
  var digits: Int
  var places: Int
}

extension Double {
  /// The nearest number of that many decimal digits, as it is read back from text.
  package func rounded(significantDigits digits: Int) -> Double {
    guard isFinite, self != 0 else { return self == 0 ? 0 : self }
    let text = "\(self)"
    // Few numbers are longer than asked for by chance; those that are not stay as they are.
    if text.utf8.count(where: { (0x30...0x39).contains($0) }) <= digits { return self }
    if let decimal = decimal(significantDigits: digits) { return Double(decimal) }
    return Double(Self.scientific(self, digits)) ?? self
  }

  /// The nearest number of so many decimal digits, by a product with a power of ten that is a number of its own, or a
  /// quotient; nil where that might not give the nearest, for want of such a power or because the number lies about half
  /// way.
  fileprivate func decimal(significantDigits digits: Int) -> Scaled? {
    guard isFinite, self != 0, digits <= 15 else { return nil }
    let places = digits - 1 - Int(log10(magnitude).rounded(.down))
    guard (-22...22).contains(places) else { return nil }
    let power = Self.powersOfTen[abs(places)], scaled = places < 0 ? self / power : self * power
    let whole = scaled.rounded(), rest = abs(abs(scaled - whole) - 0.5)
    guard rest > 1e-3, (Self.powersOfTen[digits - 1]..<Self.powersOfTen[digits]).contains(abs(whole)) else {
      return nil
    }
    return Scaled(digits: Int(whole), places: places)
  }

  private init(_ decimal: Scaled) {
    let power = Self.powersOfTen[abs(decimal.places)]
    self = decimal.places < 0 ? Double(decimal.digits) * power : Double(decimal.digits) / power
  }

  private static let powersOfTen = (0...22).map { Double("1e\($0)") ?? .nan }

  /// `d.ddde±x` with exactly so many digits, rounded half to even in decimal.
  private static func scientific(_ value: Double, _ digits: Int) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 40) { buffer in
      withVaList([Int32(digits - 1), value]) { _ = vsnprintf(buffer.baseAddress, 40, "%.*e", $0) }
      return buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
  }
}
