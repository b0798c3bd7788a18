/// A text cut into stretches of one face each, before it is shaped, so that measuring and all formats agree on what is
/// drawn with which font. What no font has, and what would be invisible (control and format characters), is replaced
/// by its code point in small type: `U+1F600`.
struct TextSegments {
  struct Segment: Hashable {
    var bytes: Range<Int>
    var face: Int
    var isCodePoint: Bool
  }

  /// Size of a code point beside the text around it.
  static let codePointScale = 0.6

  private(set) var text: [UInt8] = []
  private(set) var segments: [Segment] = []

  /// `covers(face, scalar)` for the faces of `chain`, which are tried in order.
  init(_ original: String, chain: [Int], covers: (Int, Unicode.Scalar) -> Bool) {
    guard let primary = chain.first else { return }
    let source = original.utf8
    text.reserveCapacity(source.count)
    if source.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
      text.append(contentsOf: source)
      append(0..<0, face: primary)
      return
    }
    let isolatesAreBalanced = Self.isolatesAreBalanced(original)
    for scalar in original.unicodeScalars {
      switch Self.kind(of: scalar) {
      case .hidden:
        continue
      case .isolate where isolatesAreBalanced:
        append(scalar, face: segments.last?.face ?? primary, isCodePoint: segments.last?.isCodePoint ?? false)
      case .joiner:
        // It shapes its neighbours; beside a code point there are none, and alone it would be invisible.
        if let last = segments.last {
          if !last.isCodePoint { append(scalar, face: last.face) }
        } else {
          appendCodePoint(scalar, face: primary)
        }
      case .mark:
        if let last = segments.last, !last.isCodePoint, covers(last.face, scalar) {
          append(scalar, face: last.face)
        } else {
          appendFirst(scalar, chain, covers)
        }
      case .space:
        if let last = segments.last, !last.isCodePoint, covers(last.face, scalar) {
          append(scalar, face: last.face)
        } else {
          appendFirst(scalar, chain, covers)
        }
      case .plain:
        appendFirst(scalar, chain, covers)
      case .invisible, .isolate:
        appendCodePoint(scalar, face: primary)
      }
    }
  }

  private enum Kind { case plain, space, mark, joiner, isolate, hidden, invisible }

  private static func kind(of scalar: Unicode.Scalar) -> Kind {
    switch scalar.value {
    case 0x20, 0xA0, 0x3000: return .space
    case 0xFE00...0xFE0F, 0xE0100...0xE01EF, 0xAD: return .hidden  // variation selectors, soft hyphen
    case 0x200C...0x200F, 0x061C: return .joiner  // joiners, direction marks
    case 0x2066...0x2069: return .isolate
    case 0x2028, 0x2029: return .invisible
    default: break
    }
    switch scalar.properties.generalCategory {
    // Fonts have glyphs of their own at private code points, which mean nothing here.
    case .control, .format, .surrogate, .privateUse: return .invisible
    case .nonspacingMark, .enclosingMark, .spacingMark: return .mark
    default: return scalar.properties.isDefaultIgnorableCodePoint ? .invisible : .plain
    }
  }

  /// Whether every isolate that is opened is closed again and none closed that was not opened.
  private static func isolatesAreBalanced(_ text: String) -> Bool {
    var depth = 0
    for scalar in text.unicodeScalars {
      if (0x2066...0x2068).contains(scalar.value) { depth += 1 }
      if scalar.value == 0x2069 { depth -= 1 }
      if depth < 0 { return false }
    }
    return depth == 0
  }

  private mutating func appendFirst(_ scalar: Unicode.Scalar, _ chain: [Int], _ covers: (Int, Unicode.Scalar) -> Bool) {
    if let face = chain.first(where: { covers($0, scalar) }) {
      append(scalar, face: face)
    } else {
      appendCodePoint(scalar, face: chain[0])
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar, face: Int, isCodePoint: Bool = false) {
    let start = text.count
    text.append(contentsOf: UTF8.encode(scalar)!)
    append(start..<text.count, face: face, isCodePoint: isCodePoint)
  }

  private mutating func appendCodePoint(_ scalar: Unicode.Scalar, face: Int) {
    let start = text.count
    if segments.last?.isCodePoint == true { text.append(UInt8(ascii: " ")) }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    text.append(contentsOf: "U+\(String(repeating: "0", count: max(0, 4 - digits.utf8.count)))\(digits)".utf8)
    append(start..<text.count, face: face, isCodePoint: true)
  }

  private mutating func append(_ bytes: Range<Int>, face: Int, isCodePoint: Bool = false) {
    if let last = segments.last, last.face == face, last.isCodePoint == isCodePoint {
      segments[segments.count - 1].bytes = last.bytes.lowerBound..<text.count
    } else {
      segments.append(Segment(bytes: bytes.lowerBound..<text.count, face: face, isCodePoint: isCodePoint))
    }
  }
}
