/// The characters of Unicode 15 and 16, which the tokenizers library knows and Debian's Oniguruma does not.
///
/// A class in a pattern is written as the set of the class and of its characters that are missing, which means the same
/// inside brackets and outside: `\p{L}` as `[\p{L}\x{c5d}…]`.
enum RecentCharacters {
  static func added(to pattern: String) -> String {
    let scalars = Array(pattern.unicodeScalars)
    var result = String.UnicodeScalarView()
    var position = 0
    /// How many brackets are open: `[:` opens a class only in brackets.
    var depth = 0
    func starts(_ text: String) -> Bool { scalars[position...].starts(with: text.unicodeScalars) }
    /// What stands between `count` scalars from here and `end`, which is then behind; nil where there is no such end.
    func take(after count: Int, to end: String) -> String? {
      let first = position + count, length = end.unicodeScalars.count
      guard first + length <= scalars.count,
        let stop = (first...(scalars.count - length)).first(where: {
          scalars[$0..<($0 + length)].elementsEqual(end.unicodeScalars)
        })
      else { return nil }
      position = stop + length
      return String(String.UnicodeScalarView(scalars[first..<stop]))
    }
    while position < scalars.count {
      if depth > 0, starts("[:"), let name = take(after: 2, to: ":]") {
        let bare = String(name.drop { $0 == "^" })
        result += set("[:\(bare):]", posixClass(bare), isNegated: name != bare).unicodeScalars
      } else if starts(#"\p{"#) || starts(#"\P{"#) {
        let isCapital = starts(#"\P"#)
        guard let name = take(after: 3, to: "}") else { return pattern }
        let bare = String(name.drop { $0 == "^" })
        result += set("\\p{\(bare)}", property(bare), isNegated: isCapital != (name != bare)).unicodeScalars
      } else if starts(#"\w"#) || starts(#"\W"#) {
        result += set(#"\w"#, word, isNegated: starts(#"\W"#)).unicodeScalars
        position += 2
      } else if starts(#"\d"#) || starts(#"\D"#) {
        result += set(#"\d"#, digit, isNegated: starts(#"\D"#)).unicodeScalars
        position += 2
      } else {
        if scalars[position] == "[" { depth += 1 }
        if scalars[position] == "]" { depth -= 1 }
        let length = min(scalars[position] == "\\" ? 2 : 1, scalars.count - position)
        result += scalars[position..<(position + length)]
        position += length
      }
    }
    return String(result)
  }

  /// What a class gains over what Oniguruma has in it.
  private typealias Gain = (isMember: @Sendable (Entry) -> Bool, older: String)

  private static func gain(older: String = "", _ isMember: @escaping @Sendable (Entry) -> Bool) -> Gain {
    (isMember, older)
  }

  /// A class with the characters that it lacks; as it is where it lacks none.
  private static func set(_ text: String, _ gain: Gain?, isNegated: Bool) -> String {
    let members = (gain.map { ranges(entries.filter($0.isMember).map(\.value)) } ?? "") + (gain?.older ?? "")
    return members.isEmpty && !isNegated ? text : "[\(isNegated ? "^" : "")\(text)\(members)]"
  }

  private static func ranges(_ values: [UInt32]) -> String {
    var ranges: [ClosedRange<UInt32>] = []
    for value in values {
      if let last = ranges.last, last.upperBound + 1 == value {
        ranges[ranges.count - 1] = last.lowerBound...value
      } else {
        ranges.append(value...value)
      }
    }
    func hexadecimal(_ value: UInt32) -> String { "\\x{\(String(value, radix: 16))}" }
    return ranges.map { "\(hexadecimal($0.lowerBound))-\(hexadecimal($0.upperBound))" }.joined()
  }

  private static let word = gain {
    $0.isAlphabetic || $0.category.hasPrefix("M") || ["Nd", "Pc"].contains($0.category)
  }
  private static let digit = gain { $0.category == "Nd" }
  // Unicode 16 counts some older characters in as well.
  private static let olderLetters = #"\x{363}-\x{36f}\x{c04}\x{f82}\x{f83}\x{1dd3}-\x{1de6}\x{11080}\x{11081}"#
  private static let olderSmallLetters = #"\x{10fc}\x{a7f2}-\x{a7f4}\x{ab69}"#

  private static func posixClass(_ name: String) -> Gain? {
    switch name {
    case "alpha": gain(older: olderLetters) { $0.isAlphabetic }
    case "upper": gain { $0.isUppercase }
    case "lower": gain(older: olderSmallLetters) { $0.isLowercase }
    case "digit": digit
    case "alnum": gain(older: olderLetters) { $0.isAlphabetic || $0.category == "Nd" }
    case "word": word
    // Oniguruma has counted symbols to punctuation since its version 6.9.9.
    case "punct": gain(older: #"\p{S}"#) { $0.category.hasPrefix("P") || $0.category.hasPrefix("S") }
    case "graph", "print": gain { _ in true }
    default: nil
    }
  }

  /// By general category, binary property or script, as Oniguruma reads their names: without case, spaces and marks.
  private static func property(_ name: String) -> Gain? {
    let name = String(name.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" })
    if let category = longCategories[name] ?? categories.first(where: { $0.lowercased() == name }) {
      return gain { $0.category.hasPrefix(category) }
    }
    switch name {
    case "alphabetic": return posixClass("alpha")
    case "uppercase": return posixClass("upper")
    case "lowercase": return posixClass("lower")
    case "punct": return gain { $0.category.hasPrefix("P") }
    case "emoji": return gain { $0.isEmoji }
    case "lc", "casedletter": return gain { ["Lu", "Ll", "Lt"].contains($0.category) }
    default:
      if let ranges = scripts[name] { return gain { entry in ranges.contains { $0.contains(entry.value) } } }
      return posixClass(name)
    }
  }

  private static let categories = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi",
    "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Cf",
  ]

  private static let longCategories = [
    "letter": "L", "uppercaseletter": "Lu", "lowercaseletter": "Ll", "titlecaseletter": "Lt", "modifierletter": "Lm",
    "otherletter": "Lo", "mark": "M", "combiningmark": "M", "nonspacingmark": "Mn", "spacingmark": "Mc",
    "enclosingmark": "Me", "number": "N", "decimalnumber": "Nd", "letternumber": "Nl", "othernumber": "No",
    "punctuation": "P", "symbol": "S", "mathsymbol": "Sm", "currencysymbol": "Sc", "modifiersymbol": "Sk",
    "othersymbol": "So", "format": "Cf",
  ]

  private static let scripts: [String: [ClosedRange<UInt32>]] = [
    "han": [0x2B739...0x2B739, 0x2EBF0...0x2EE5D, 0x31350...0x323AF],
    "latin": [0xA7CB...0xA7CD, 0xA7DA...0xA7DC, 0x1DF25...0x1DF2A],
    "cyrillic": [0x1C89...0x1C8A, 0x1E030...0x1E06D, 0x1E08F...0x1E08F],
    "arabic": [0x897...0x897, 0x10EC2...0x10EC4, 0x10EFC...0x10EFF],
    "hiragana": [0x1B132...0x1B132], "katakana": [0x1B155...0x1B155], "devanagari": [0x11B00...0x11B09],
    "kannada": [0xCF3...0xCF3], "lao": [0xECE...0xECE], "myanmar": [0x116D0...0x116E3],
  ]

  private struct Entry {
    let value: UInt32
    /// "Lu".
    let category: String
    let isAlphabetic, isUppercase, isLowercase, isEmoji: Bool
  }

  private static let entries: [Entry] = (UInt32(0x300)..<0x33500).compactMap { value in
    guard let properties = Unicode.Scalar(value)?.properties, let age = properties.age, (15...16).contains(age.major),
      let category = properties.generalCategory.shortName
    else { return nil }
    return Entry(
      value: value, category: category, isAlphabetic: properties.isAlphabetic, isUppercase: properties.isUppercase,
      isLowercase: properties.isLowercase, isEmoji: properties.isEmoji)
  }
}

extension Unicode.GeneralCategory {
  /// "Lu"; nil for spaces, controls and what is not assigned.
  fileprivate var shortName: String? {
    switch self {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .format: "Cf"
    default: nil
    }
  }
}
