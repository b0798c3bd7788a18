import Foundation

/// The Unicode normalisation forms with the origin of every scalar kept.
///
/// Decompositions come from Foundation, scalar by scalar; as in the `tokenizers` library they are those of Unicode 9,
/// and later characters have neither decomposition nor combining class.
enum UnicodeForms {
  private typealias Table = [UInt32: [UInt32]]

  /// Decompositions of the scalars that have one, Hangul syllables left out.
  private static let canonical = table(compatibility: false)
  private static let compatible = table(compatibility: true)

  /// Where such scalars are.
  private static let ranges: [ClosedRange<UInt32>] = [
    0xA0...0x33FF, 0xA640...0xABFF, 0xF900...0xFFFF, 0x10000...0x11FFF, 0x1D000...0x1FBFF, 0x2F800...0x2FA1F,
  ]

  private static func table(compatibility: Bool) -> Table {
    var table: Table = [:]
    for value in ranges.joined() {
      guard let scalar = Unicode.Scalar(value), isKnown(scalar) else { continue }
      let text = String(scalar)
      let decomposed =
        compatibility ? text.decomposedStringWithCompatibilityMapping : text.decomposedStringWithCanonicalMapping
      let parts = decomposed.unicodeScalars.map(\.value)
      if parts != [value] { table[value] = parts }
    }
    return table
  }

  /// Pairs of scalars that compose, by `first << 32 | second`.
  private static let compositions: [UInt64: UInt32] = {
    var table: [UInt64: UInt32] = [:]
    for value in ranges.joined() {
      guard canonical[value] != nil, let scalar = Unicode.Scalar(value) else { continue }
      let text = String(scalar)
      guard text.precomposedStringWithCanonicalMapping.unicodeScalars.elementsEqual([scalar]),
        let parts = canonical[value], parts.count > 1
      else { continue }
      let tail = parts.last!
      let head = String(String.UnicodeScalarView(parts.dropLast().compactMap(Unicode.Scalar.init)))
        .precomposedStringWithCanonicalMapping.unicodeScalars
      if head.count == 1, let head = head.first { table[UInt64(head.value) << 32 | UInt64(tail)] = value }
    }
    return table
  }()

  private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.age.map { $0.major <= 9 } ?? false
  }

  static func decompose(_ text: inout [AlignedScalar], compatibility: Bool) {
    guard text.contains(where: { $0.value >= 0xA0 }) else { return }
    text.transform(decomposed(text, compatibility: compatibility))
  }

  static func compose(_ text: inout [AlignedScalar], compatibility: Bool) {
    guard text.contains(where: { $0.value >= 0xA0 }) else { return }
    text.transform(recomposed(decomposed(text, compatibility: compatibility)))
  }

  private static func decomposed(_ text: [AlignedScalar], compatibility: Bool) -> [ScalarChange] {
    let table = compatibility ? compatible : canonical
    var changes: [ScalarChange] = []
    changes.reserveCapacity(text.count)
    var start = 0
    /// Orders the marks since the last base by their combining class.
    func order(_ changes: inout [ScalarChange]) {
      guard changes.count - start > 1 else { return }
      let marks = changes[start...].map { (combiningClass($0.value), $0) }.enumerated()
        .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
      for (index, mark) in marks.enumerated() { changes[start + index] = mark.element.1 }
    }
    for scalar in text {
      let parts = table[scalar.value] ?? hangulParts(scalar.value) ?? [scalar.value]
      for (index, part) in parts.enumerated() {
        let isBase = combiningClass(part) == 0
        if isBase { order(&changes) }
        changes.append(ScalarChange(value: part, change: index == 0 ? 0 : 1))
        if isBase { start = changes.count }
      }
    }
    order(&changes)
    return changes
  }

  private static func recomposed(_ changes: [ScalarChange]) -> [ScalarChange] {
    var result: [ScalarChange] = []
    result.reserveCapacity(changes.count)
    var base: Int?
    var lastClass: UInt8?
    for change in changes {
      let thisClass = combiningClass(change.value)
      if let base {
        let isBlocked = lastClass.map { $0 >= thisClass } ?? false
        if !isBlocked, let composed = composition(result[base].value, change.value) {
          result[base] = ScalarChange(value: composed, change: result[base].change + change.change - 1)
          continue
        }
      }
      result.append(change)
      if thisClass == 0 {
        base = result.count - 1
        lastClass = nil
      } else if base != nil {
        lastClass = thisClass
      }
    }
    return result
  }

  private static func combiningClass(_ value: UInt32) -> UInt8 {
    guard value >= 0x300, let scalar = Unicode.Scalar(value), isKnown(scalar) else { return 0 }
    return scalar.properties.canonicalCombiningClass.rawValue
  }

  private static func hangulParts(_ value: UInt32) -> [UInt32]? {
    guard (0xAC00..<0xD7A4).contains(value) else { return nil }
    let index = value - 0xAC00
    let parts = [0x1100 + index / 588, 0x1161 + index % 588 / 28]
    return index % 28 == 0 ? parts : parts + [0x11A7 + index % 28]
  }

  private static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if (0x1100..<0x1113).contains(first), (0x1161..<0x1176).contains(second) {
      return 0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28
    }
    if (0xAC00..<0xD7A4).contains(first), (first - 0xAC00) % 28 == 0, (0x11A8..<0x11C3).contains(second) {
      return first + (second - 0x11A7)
    }
    return compositions[UInt64(first) << 32 | UInt64(second)]
  }
}
