/// A number of JSON as it is written, with every digit: integers of any length, numbers beyond a `Double` (`1e999`), and
/// what Python and JSON5 write besides: `NaN`, `Infinity`, `-Infinity`.
package struct JSONNumber: Hashable, Sendable {
  package let text: String

  /// - Parameter text: a JSON number, or the name of one that is not finite.
  init(text: String) { self.text = text }

  package init(_ value: Int) { text = String(value) }

  /// Rounded to nine significant digits; the value must be finite.
  package init(_ value: Double) {
    var bytes: [UInt8] = []
    bytes.append(json: value)
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// With every digit; NaN and infinities as Python writes them.
  package init(exactly value: Double) {
    text = value.isNaN ? "NaN" : value.isInfinite ? (value > 0 ? "Infinity" : "-Infinity") : "\(value)"
  }

  /// The nearest `Double`; infinite for a number beyond the largest.
  package var double: Double { Double(text) ?? .nan }

  /// The value where it is whole, however it is written (`5`, `5.0`, `5e2`), and fits.
  package var integer: Int? {
    if let value = Int(text) { return value }
    // Digits alone do not fit an `Int`; a double of them would be another number.
    guard text.utf8.contains(where: { $0 == 0x2E || $0 | 0x20 == 0x65 }) else { return nil }
    let value = double
    return value.magnitude < 0x1p53 ? Int(exactly: value) : nil
  }

  /// The same in its shortest spelling: `5` for `5.0`, `0.001` for `1e-3`; as it is where that would change the value.
  package var canonical: JSONNumber {
    if let integer { return JSONNumber(integer) }
    let double = double
    return double.isFinite && !isLong ? JSONNumber(text: "\(double)") : self
  }

  /// Whether there are more digits than a `Double` is sure to keep.
  private var isLong: Bool { text.utf8.prefix { $0 | 0x20 != 0x65 }.count { (0x30...0x39).contains($0) } > 15 }

  /// How a value that is NaN or infinite is written where JSON has no number for it.
  static func name(ofNonFinite value: Double) -> String {
    value.isNaN ? "nan" : value > 0 ? "infinite" : "-infinite"
  }
}
