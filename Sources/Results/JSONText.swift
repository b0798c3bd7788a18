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

  /// The text, ended by a newline.
  package var text: String {
    var out = ""
    write(to: &out, indent: "")
    return out + "\n"
  }

  /// The text on one line, ended by a newline.
  package var line: String {
    var out = ""
    writeOnLine(to: &out)
    return out + "\n"
  }

  private func writeOnLine(to out: inout String) {
    switch self {
    case .array(let list):
      Self.write(list, "[", "]", isFlat: true, indent: "", to: &out) { item, out, _ in item.writeOnLine(to: &out) }
    case .object(let members):
      let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      Self.write(sorted, "{", "}", isFlat: true, indent: "", to: &out) { member, out, _ in
        Self.quote(member.key, to: &out)
        out += ": "
        member.value.writeOnLine(to: &out)
      }
    default: write(to: &out, indent: "")
    }
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

  private func write(to out: inout String, indent: String) {
    switch self {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .integer(let value): out += String(value)
    case .number(let value):
      out +=
        value.isFinite ? Self.digits(value) : value.isNaN ? "\"nan\"" : value > 0 ? "\"infinite\"" : "\"-infinite\""
    case .string(let value): Self.quote(value, to: &out)
    case .array(let list):
      Self.write(list, "[", "]", isFlat: isFlat, indent: indent, to: &out) { item, out, indent in
        item.write(to: &out, indent: indent)
      }
    case .object(let members):
      let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      Self.write(sorted, "{", "}", isFlat: isFlat, indent: indent, to: &out) { member, out, indent in
        Self.quote(member.key, to: &out)
        out += ": "
        member.value.write(to: &out, indent: indent)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], _ opening: String, _ closing: String, isFlat: Bool, indent: String, to out: inout String,
    _ each: (Item, inout String, String) -> Void
  ) {
    out += opening
    for (index, item) in items.enumerated() {
      if index > 0 { out += isFlat ? ", " : "," }
      if !isFlat { out += "\n\(indent)  " }
      each(item, &out, isFlat ? indent : indent + "  ")
    }
    if !isFlat { out += "\n\(indent)" }
    out += closing
  }

  private static func digits(_ value: Double) -> String {
    let rounded = value.rounded(significantDigits: 9)
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : "\(rounded)"
  }

  private static func quote(_ value: String, to out: inout String) {
    out += "\""
    defer { out += "\"" }
    guard value.utf8.contains(where: { $0 < 0x20 || $0 > 0x7e || $0 == 0x22 || $0 == 0x5C }) else {
      out += value
      return
    }
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
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

extension Double {
  /// The nearest number of that many decimal digits, as it is read back from text.
  package func rounded(significantDigits digits: Int) -> Double {
    guard isFinite, self != 0 else { return self == 0 ? 0 : self }
    let text = "\(self)"
    // Few numbers are longer than asked for by chance; those that are not stay as they are.
    if text.utf8.count(where: { (0x30...0x39).contains($0) }) <= digits { return self }
    if let rounded = roundedByScaling(digits) { return rounded }
    return Double(Self.scientific(self, digits)) ?? self
  }

  /// The same by a product with a power of ten that is a number of its own, and a quotient; nil where the two might not
  /// give the nearest, for want of such a power or because the number lies about half way.
  private func roundedByScaling(_ digits: Int) -> Double? {
    let places = digits - 1 - Int(log10(magnitude).rounded(.down))
    guard (-22...22).contains(places), digits <= 15 else { return nil }
    let power = Self.powersOfTen[abs(places)], scaled = places < 0 ? self / power : self * power
    let whole = scaled.rounded(), rest = abs(abs(scaled - whole) - 0.5)
    guard rest > 1e-3, (Self.powersOfTen[digits - 1]..<Self.powersOfTen[digits]).contains(abs(whole)) else {
      return nil
    }
    return places < 0 ? whole * power : whole / power
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
