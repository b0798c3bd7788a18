import Support

/// How wide a figure is: a length, or the column of a venue by its name.
package struct FigureWidth: Hashable, Sendable {
  /// In points of 1/72 inch.
  package let points: Double

  package init(points: Double) { self.points = points }

  /// Names of columns and text blocks, in points; those given in TeX points (72.27 to the inch) are converted.
  package static let named: [(name: String, points: Double)] = [
    ("icml-column", 3.25 * 72), ("icml-text", 6.75 * 72), ("neurips", 5.5 * 72), ("iclr", 5.5 * 72),
    ("acl-column", 219.08614 * 72 / 72.27), ("acl-text", 455.24411 * 72 / 72.27), ("ieee-column", 3.5 * 72),
    ("ieee-text", 7.16 * 72), ("nature-single", 89 / 25.4 * 72), ("nature-double", 183 / 25.4 * 72),
  ]

  /// What is neither a name nor a length between 0.5 and 100 inches.
  package struct Fault: Error, Hashable, CustomStringConvertible {
    package let text: String
    package var description: String {
      phrase(
        "figureWidth.unknown", ["text": text, "names": FigureWidth.named.map(\.name).joined(separator: ", ")])
    }
  }

  /// Reads `icml-column`, `3.25in`, `89mm`, `12cm`, `240pt` or, in points, `240`.
  package init(_ text: String) throws(Fault) {
    if let known = Self.named.first(where: { $0.name == text.lowercased() }) {
      points = known.points
      return
    }
    let units: [(suffix: String, points: Double)] = [
      ("in", 72), ("mm", 72 / 25.4), ("cm", 72 / 2.54), ("pt", 1), ("", 1),
    ]
    for (suffix, scale) in units where text.hasSuffix(suffix) {
      let number = text.dropLast(suffix.count).filter { $0 != " " }
      guard let value = Double(number), value.isFinite else { continue }
      points = value * scale
      if points >= 36, points <= 7200 { return }
      break
    }
    throw Fault(text: text)
  }
}
