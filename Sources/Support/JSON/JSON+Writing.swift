/// JSON as the program writes it: keys in byte order, one row of a table to a line; so that the same values are the same
/// bytes and a difference of two files is readable.
extension JSON {
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
    case .object(let members): members.allSatisfy { $0.value.isFlat && $0.value.members == nil }
    default: true
    }
  }

  /// - Parameter indent: how far lines are moved in; nil for all on one line.
  private func write(to out: inout [UInt8], indent: Int?) {
    switch self {
    case .null: out += "null".utf8
    case .bool(let value): out += (value ? "true" : "false").utf8
    case .number(let number): out += number.text.utf8
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

extension [UInt8] {
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
