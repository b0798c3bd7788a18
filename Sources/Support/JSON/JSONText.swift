import Foundation

/// JSON as the program writes it: keys in byte order, numbers rounded, one row of a table to a line; so that the same
/// values are the same bytes and a difference of two files is readable.
package enum JSONText {
  case null
  case bool(Bool)
  case integer(Int)
  /// Rounded to nine significant digits; NaN and infinities have no JSON form and become strings.
  case number(Double)
  case string(String)
  case array([JSONText])
  case object([String: JSONText])

  package static func strings(_ list: [String]) -> JSONText { .array(list.map(JSONText.string)) }

  /// The text in UTF-8, ended by a newline.
  package var bytes: [UInt8] { bytes(indent: 0) }

  /// The text on one line in UTF-8, ended by a newline.
  package var lineBytes: [UInt8] { bytes(indent: nil) }

  private func bytes(indent: Int?) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(1024)
    write(to: &out, indent: indent)
    out.append(UInt8(ascii: "\n"))
    return out
  }

  private var isSimple: Bool {
    switch self {
    case .array(let list): list.isEmpty
    case .object(let members): members.isEmpty
    default: true
    }
  }

  /// Whether it stands on one line: a value, a list of values, or a row of values.
  private var isFlat: Bool {
    switch self {
    case .array(let list): list.allSatisfy(\.isSimple)
    case .object(let members): members.values.allSatisfy { $0.isFlat && !$0.isObject }
    default: true
    }
  }

  private var isObject: Bool { if case .object = self { true } else { false } }

  /// - Parameter indent: how far lines are moved in; nil for all on one line.
  private func write(to out: inout [UInt8], indent: Int?) {
    switch self {
    case .null: out += "null".utf8
    case .bool(let value): out += (value ? "true" : "false").utf8
    case .integer(let value): out.append(json: value)
    case .number(let value): out.append(json: value)
    case .string(let value): out.append(json: value)
    case .array(let list):
      Self.write(list, "[", "]", to: &out, indent: indent == nil || isFlat ? nil : indent) { item, out, indent in
        item.write(to: &out, indent: indent)
      }
    case .object(let members):
      let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      Self.write(sorted, "{", "}", to: &out, indent: indent == nil || isFlat ? nil : indent) { member, out, indent in
        out.append(key: member.key)
        member.value.write(to: &out, indent: indent)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, to out: inout [UInt8], indent: Int?,
    _ each: (Item, inout [UInt8], Int?) -> Void
  ) {
    func turn(_ indent: Int) {
      out.append(UInt8(ascii: "\n"))
      for _ in 0..<indent { out.append(UInt8(ascii: " ")) }
    }
    out.append(UInt8(ascii: opening))
    for (index, item) in items.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      if let indent { turn(indent + 2) } else if index > 0 { out.append(UInt8(ascii: " ")) }
      each(item, &out, indent.map { $0 + 2 })
    }
    if let indent { turn(indent) }
    out.append(UInt8(ascii: closing))
  }
}

/// Values as JSON has them, byte by byte.
extension [UInt8] {
  mutating func append(json value: Double) {
    guard value.isFinite else {
      self += (value.isNaN ? "\"nan\"" : value > 0 ? "\"infinite\"" : "\"-infinite\"").utf8
      return
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

  mutating func append(json value: String) {
    append(UInt8(ascii: "\""))
    defer { append(UInt8(ascii: "\"")) }
    guard value.utf8.contains(where: { $0 < 0x20 || $0 > 0x7e || $0 == 0x22 || $0 == 0x5C }) else {
      self += value.utf8
      return
    }
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": self += "\\\"".utf8
      case "\\": self += "\\\\".utf8
      case "\n": self += "\\n".utf8
      case "\t": self += "\\t".utf8
      case "\u{0}"..<"\u{20}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
        let hex = String(scalar.value, radix: 16)
        self += "\\u".utf8
        self += (String(repeating: "0", count: 4 - hex.count) + hex).utf8
      default: self += Unicode.UTF8.encode(scalar).map(Array.init) ?? []
      }
    }
  }

  mutating func append(key: String) {
    append(json: key)
    append(UInt8(ascii: ":"))
    append(UInt8(ascii: " "))
  }
}

extension JSONText: Decodable {
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .bool(flag)
    } else if let integer = try? value.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .string(text)
    } else if let list = try? value.decode([JSONText].self) {
      self = .array(list)
    } else {
      self = .object(try value.decode([String: JSONText].self))
    }
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
