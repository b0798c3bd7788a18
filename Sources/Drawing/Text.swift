/// A face and size that text is set in. The family is one of those shipped in `fonts/`.
package struct Font: Hashable, Sendable {
  package enum Weight: Int, Sendable { case regular = 400, bold = 700 }
  package enum Family: String, Sendable { case sans, serif, mono }

  package var family: Family
  /// In points.
  package var size: Double
  package var weight: Weight
  package var italic: Bool

  package init(_ family: Family = .sans, size: Double, weight: Weight = .regular, italic: Bool = false) {
    self.family = family
    self.size = size
    self.weight = weight
    self.italic = italic
  }
}

/// One line of text as a figure asks for it.
package struct TextRun: Hashable, Sendable {
  package enum HorizontalAnchor: String, Sendable { case start, middle, end }
  package enum VerticalAnchor: String, Sendable { case top, middle, baseline, bottom }

  package var text: String
  package var font: Font
  package var color: Color
  package var position: Point
  package var horizontal: HorizontalAnchor
  package var vertical: VerticalAnchor
  /// Clockwise, in degrees, about `position`.
  package var rotation: Double

  package init(
    _ text: String, font: Font, color: Color, at position: Point, horizontal: HorizontalAnchor = .start,
    vertical: VerticalAnchor = .baseline, rotation: Double = 0
  ) {
    self.text = text
    self.font = font
    self.color = color
    self.position = position
    self.horizontal = horizontal
    self.vertical = vertical
    self.rotation = rotation
  }
}

/// How much room one line of text takes, in points.
package struct TextExtent: Hashable, Sendable {
  package var width: Double
  package var ascent: Double
  package var descent: Double
  package var height: Double { ascent + descent }

  package init(width: Double, ascent: Double, descent: Double) {
    self.width = width
    self.ascent = ascent
    self.descent = descent
  }
}

/// Whoever can say how large text will be: the renderer, or in tests a font whose letters are all equally wide.
package protocol TextMeasurer: Sendable {
  func extent(of text: String, in font: Font) -> TextExtent
}
