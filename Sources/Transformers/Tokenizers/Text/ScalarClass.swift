/// What a scalar is, to the splits and normalizers of tokenizers.
///
/// The sets are those of the `tokenizers` library, whose tables are of different ages: `\p{L}`, `\p{N}` are Unicode 16,
/// punctuation, controls and the marks that BERT strips are Unicode 8 with a few slips, `StripAccents` is Unicode 9.
struct ScalarClass: OptionSet, Sendable {
  let rawValue: UInt16

  static let letter = ScalarClass(rawValue: 1)
  static let number = ScalarClass(rawValue: 2)
  static let whiteSpace = ScalarClass(rawValue: 4)
  static let punctuation = ScalarClass(rawValue: 8)
  /// Dropped by BERT's cleaning: control, format and private-use characters, NUL and U+FFFD.
  static let control = ScalarClass(rawValue: 16)
  /// Nonspacing marks, which BERT's accent stripping drops.
  static let nonspacingMark = ScalarClass(rawValue: 32)
  /// All combining marks, which the `StripAccents` normalizer drops.
  static let mark = ScalarClass(rawValue: 64)
  /// Han characters by BERT's definition.
  static let chinese = ScalarClass(rawValue: 128)
  /// Numbers in the newest Unicode, for the `Digits` split.
  static let digit = ScalarClass(rawValue: 512)
  /// `\w` of Rust's regular expressions, with which the library finds where words end.
  static let word = ScalarClass(rawValue: 256)

  /// Classes of the basic multilingual plane.
  private static let plane0: [ScalarClass] = (0..<0x10000).map { ScalarClass(computing: UInt32($0)) }

  @inline(__always)
  static func of(_ scalar: UInt32) -> ScalarClass {
    scalar < 0x10000 ? plane0[Int(scalar)] : ScalarClass(computing: scalar)
  }

  init(rawValue: UInt16) { self.rawValue = rawValue }

  private init(computing value: UInt32) {
    self = []
    guard let scalar = Unicode.Scalar(value) else { return }
    let properties = scalar.properties
    let version = properties.age.map { $0.major } ?? .max
    let category = properties.generalCategory

    if properties.isWhitespace { insert(.whiteSpace) }
    switch category {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      if version <= 16 { insert(.letter) }
    case .decimalNumber, .letterNumber, .otherNumber:
      insert(version <= 16 ? [.number, .digit] : .digit)
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      if version <= 8 { insert(.punctuation) }
    case .mathSymbol, .currencySymbol, .modifierSymbol:
      if scalar.isASCII { insert(.punctuation) }
    case .control, .format, .privateUse:
      if version <= 8, value != 9, value != 10, value != 13 { insert(.control) }
    case .nonspacingMark:
      if version <= 8 { insert(.nonspacingMark) }
      if version <= 9 { insert(.mark) }
    case .spacingMark, .enclosingMark:
      if version <= 9 { insert(.mark) }
    default: break
    }
    if value == 0xFFFD { insert(.control) }
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      insert(.chinese)
    case 0x166D: insert(.punctuation)
    case 0x1734, 0x1171E: insert(.nonspacingMark)
    case 0x1885, 0x1886, 0xA9BD: remove(.nonspacingMark)
    case 0x1CF2, 0x1CF3: insert(.mark)
    case 0x111C9:
      insert(.punctuation)
      subtract([.nonspacingMark, .mark])
    default: break
    }

    switch category {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      if version <= 16 { insert(.word) }
    default:
      if properties.isAlphabetic && version <= 16 || value == 0x200C || value == 0x200D { insert(.word) }
    }
  }
}
