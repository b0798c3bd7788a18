import Foundation

/// A line of text with raised, lowered and slanted parts, such as 10⁻³ or an italic variable.
///
/// Read from a string in which `^{…}` is raised, `_{…}` lowered and `\it{…}` slanted; raised and lowered digits of
/// Unicode (`²`, `₁`) are the same as `^{2}` and `_{1}`, so that all of them are drawn alike, in any font. A backslash
/// takes the meaning from `^`, `_`, `{`, `}` and itself. What is opened and not closed ends with the text.
package struct RichText: Hashable, Sendable {
  package enum Script: Hashable, Sendable { case normal, raised, lowered }

  package struct Span: Hashable, Sendable {
    package var text: String
    package var script: Script
    package var isItalic: Bool

    package init(_ text: String, _ script: Script = .normal, isItalic: Bool = false) {
      self.text = text
      self.script = script
      self.isItalic = isItalic
    }
  }

  package private(set) var spans: [Span] = []

  /// Of raised and lowered letters beside the others.
  static let smaller = 0.72
  /// How far their baseline lies above and below, in em.
  static let rise = 0.36
  static let fall = 0.16

  package init(_ markup: String) {
    guard Self.isMarked(markup) else {
      spans = markup.isEmpty ? [] : [Span(markup)]
      return
    }
    let scalars = Array(markup.unicodeScalars)
    var place = 0
    read(scalars, &place, Span(""), isNested: false)
  }

  /// The text alone.
  package var plain: String { spans.map(\.text).joined() }

  /// A text whose letters mean nothing but themselves.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if "^_{}\\".unicodeScalars.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  private static func isMarked(_ text: String) -> Bool {
    text.utf8.contains { $0 == 0x5C || $0 == 0x5E || $0 == 0x5F || $0 == 0xC2 || $0 == 0xE2 }
  }

  private mutating func read(_ scalars: [Unicode.Scalar], _ place: inout Int, _ style: Span, isNested: Bool) {
    func follows(_ text: String) -> Bool {
      let wanted = Array(text.unicodeScalars)
      return place + wanted.count <= scalars.count && Array(scalars[place..<place + wanted.count]) == wanted
    }
    while place < scalars.count {
      let scalar = scalars[place]
      if follows("^{") || follows("_{") {
        place += 2
        read(scalars, &place, Span("", scalar == "^" ? .raised : .lowered, isItalic: style.isItalic), isNested: true)
      } else if follows("\\it{") {
        place += 4
        read(scalars, &place, Span("", style.script, isItalic: true), isNested: true)
      } else if isNested, scalar == "}" {
        place += 1
        return
      } else {
        var letter = scalar
        if scalar == "\\", place + 1 < scalars.count, "^_{}\\".unicodeScalars.contains(scalars[place + 1]) {
          place += 1
          letter = scalars[place]
        }
        place += 1
        if let (plain, script) = Self.shifted[letter.value] {
          append(plain, Span("", script, isItalic: style.isItalic))
        } else {
          append(letter, style)
        }
      }
    }
  }

  private mutating func append(_ letter: Unicode.Scalar, _ style: Span) {
    if let last = spans.last, last.script == style.script, last.isItalic == style.isItalic {
      spans[spans.count - 1].text.unicodeScalars.append(letter)
    } else {
      spans.append(Span(String(Character(letter)), style.script, isItalic: style.isItalic))
    }
  }

  private static let shifted: [UInt32: (Unicode.Scalar, Script)] = {
    var table: [UInt32: (Unicode.Scalar, Script)] = [
      0xB9: ("1", .raised), 0xB2: ("2", .raised), 0xB3: ("3", .raised), 0x207A: ("+", .raised),
      0x207B: ("−", .raised), 0x207F: ("n", .raised), 0x208A: ("+", .lowered), 0x208B: ("−", .lowered),
    ]
    for (digit, scalar) in "0123456789".unicodeScalars.enumerated() {
      if digit == 0 || digit > 3 { table[0x2070 + UInt32(digit)] = (scalar, .raised) }
      table[0x2080 + UInt32(digit)] = (scalar, .lowered)
    }
    return table
  }()
}

extension RichText.Span {
  /// The face of this part of a line that is set in another one.
  func font(in font: Font) -> Font {
    var font = font
    if script != .normal { font.size *= RichText.smaller }
    if isItalic { font.italic = true }
    return font
  }
}

extension TextMeasurer {
  /// The room that a line with markup takes.
  package func extent(ofRich markup: String, in font: Font) -> TextExtent {
    let spans = RichText(markup).spans
    if spans.isEmpty { return extent(of: "", in: font) }
    if spans.count == 1, spans[0].script == .normal { return extent(of: spans[0].text, in: spans[0].font(in: font)) }
    let line = extent(of: "0", in: font)
    let widths = spans.map { extent(of: $0.text, in: $0.font(in: font)).width }
    return TextExtent(width: widths.reduce(0, +), ascent: line.ascent, descent: line.descent)
  }
}

extension TextRun {
  /// The run as plain runs, its text read as markup; itself where it has none.
  package func pieces(_ measurer: any TextMeasurer) -> [TextRun] {
    let spans = RichText(text).spans
    if let only = spans.first, spans.count == 1, only.script == .normal {
      var run = self
      run.text = only.text
      run.font = only.font(in: font)
      return [run]
    }
    let extent = measurer.extent(ofRich: text, in: font)
    var along: Double =
      switch horizontal {
      case .start: 0
      case .middle: -extent.width / 2
      case .end: -extent.width
      }
    let baseline: Double =
      switch vertical {
      case .top: extent.ascent
      case .middle: (extent.ascent - extent.descent) / 2
      case .baseline: 0
      case .bottom: -extent.descent
      }
    let (c, s) = direction
    return spans.map { span in
      let shift: Double =
        switch span.script {
        case .normal: 0
        case .raised: -RichText.rise * font.size
        case .lowered: RichText.fall * font.size
        }
      let (x, y) = (along, baseline + shift)
      let face = span.font(in: font)
      along += measurer.extent(of: span.text, in: face).width
      return TextRun(
        span.text, font: face, color: color, at: Point(position.x + x * c - y * s, position.y + x * s + y * c),
        horizontal: .start, vertical: .baseline, rotation: rotation)
    }
  }

  /// Cosine and sine of the rotation, exact for quarter turns.
  package var direction: (cosine: Double, sine: Double) {
    switch rotation.remainder(dividingBy: 360) {
    case 0: (1, 0)
    case 90: (0, 1)
    case -90: (0, -1)
    case 180, -180: (-1, 0)
    default: (cos(rotation * .pi / 180), sin(rotation * .pi / 180))
    }
  }
}
