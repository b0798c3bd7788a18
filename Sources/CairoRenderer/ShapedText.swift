internal import Drawing

/// One glyph and where it is drawn: its origin in em from the start of the line's baseline, y downward.
struct PlacedGlyph: Hashable, Sendable {
  var id: UInt32
  var x: Double
  var y: Double
}

/// Glyphs of one face in visual order, and which letters they stand for.
struct GlyphRun: Sendable {
  /// Bytes of text and number of glyphs that belong together, in logical order.
  struct Cluster: Sendable {
    var bytes: Int
    var glyphs: Int
  }

  var face: Int
  /// Size of this run beside that of the line.
  var scale: Double
  var glyphs: [PlacedGlyph]
  var text: [UInt8]
  var clusters: [Cluster]
  var isBackward: Bool
}

/// A line of text as glyphs: independent of its size, because nothing is hinted or rounded.
final class ShapedText: Sendable {
  /// In em.
  let width: Double
  let runs: [GlyphRun]

  init(width: Double, runs: [GlyphRun]) {
    self.width = width
    self.runs = runs
  }
}

/// What a shaped text depends on. Texts are compared byte by byte: canonically equivalent ones have other glyphs.
struct TextKey: Hashable {
  var text: String
  var style: Int

  init(_ text: String, _ font: Font) {
    self.text = text
    style = font.styleIndex
  }

  static func == (one: TextKey, other: TextKey) -> Bool {
    one.style == other.style && one.text.utf8.elementsEqual(other.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(style)
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
