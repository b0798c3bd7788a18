/// Bytes of an SVG file in the making: short numbers, escaped text.
struct SVGText {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ markup: StaticString) {
    markup.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ more: SVGText) { bytes.append(contentsOf: more.bytes) }
  mutating func append(bytes more: [UInt8]) { bytes.append(contentsOf: more) }
  /// Text that is known to hold nothing that XML would read: ids, digits, colours.
  mutating func append(plain text: String) { bytes.append(contentsOf: text.utf8) }

  /// A path command and its numbers, with as few separators as SVG allows.
  mutating func command(_ letter: StaticString, _ values: Int...) {
    append(letter)
    for (place, value) in values.enumerated() {
      if place > 0, value >= 0 { bytes.append(UInt8(ascii: " ")) }
      append(value)
    }
  }

  mutating func append(_ value: Int) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let start = bytes.count
    var rest = value.magnitude
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  /// Rounded to `decimals` places, without trailing zeros and without a zero before the point.
  mutating func append(_ value: Double, decimals: Int = 2) {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard abs(scaled) < 9e15 else { return append(plain: "0") }
    var digits = Int(scaled)
    if digits == 0 { return append(plain: "0") }
    if digits < 0 {
      bytes.append(UInt8(ascii: "-"))
      digits = -digits
    }
    var places = decimals
    while places > 0, digits % 10 == 0 {
      digits /= 10
      places -= 1
    }
    let start = bytes.count
    for _ in 0..<places {
      bytes.append(UInt8(ascii: "0") + UInt8(digits % 10))
      digits /= 10
    }
    if places > 0 { bytes.append(UInt8(ascii: ".")) }
    while digits > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(digits % 10))
      digits /= 10
    }
    bytes[start...].reverse()
  }

  /// ` name="value"`.
  mutating func attribute(_ name: StaticString, _ value: Double, decimals: Int = 2) {
    append(" ")
    append(name)
    append("=\"")
    append(value, decimals: decimals)
    append("\"")
  }

  mutating func attribute(_ name: StaticString, plain value: String) {
    append(" ")
    append(name)
    append("=\"")
    append(plain: value)
    append("\"")
  }

  /// Text between tags or in an attribute. What XML 1.0 cannot hold becomes visible: control characters their pictures
  /// (`␀`), the rest U+FFFD.
  mutating func append(escaping text: String) {
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x26: append("&amp;")
      case 0x3C: append("&lt;")
      case 0x3E: append("&gt;")
      case 0x22: append("&quot;")
      case 0x27: append("&#39;")
      case 0x0A: append("\n")
      case 0x00...0x1F: append(plain: String(Unicode.Scalar(0x2400 + scalar.value)!))
      case 0x7F: append("\u{2421}")
      case 0x80...0x9F, 0xFFFE, 0xFFFF: append("\u{FFFD}")
      default: append(plain: String(scalar))
      }
    }
  }
}

extension String {
  /// This text as (the start of) an XML id: letters, digits, `-` and `_` stay, others become `.` and their code point.
  var asXMLName: String {
    var name = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_": name.unicodeScalars.append(scalar)
      default: name += ".\(String(scalar.value, radix: 16))."
      }
    }
    guard let first = name.unicodeScalars.first else { return "figure" }
    switch first {
    case "a"..."z", "A"..."Z", "_": return name
    default: return "_\(name)"
    }
  }
}
