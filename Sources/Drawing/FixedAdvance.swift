/// A font whose letters are all equally wide: text measured without a renderer, the same on every machine.
package struct FixedAdvance: TextMeasurer, Hashable {
  /// Of each Unicode scalar, in em.
  package var advance: Double
  /// In em.
  package var ascent: Double
  package var descent: Double

  package init(advance: Double = 0.6, ascent: Double = 0.8, descent: Double = 0.2) {
    self.advance = advance
    self.ascent = ascent
    self.descent = descent
  }

  package func extent(of text: String, in font: Font) -> TextExtent {
    TextExtent(
      width: Double(text.unicodeScalars.count) * advance * font.size, ascent: ascent * font.size,
      descent: descent * font.size)
  }
}
