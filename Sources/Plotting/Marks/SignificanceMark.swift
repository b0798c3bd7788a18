package import Drawing

/// Brackets over pairs of categories with what was found between them (`p = 0.003`, `**`, `n.s.`), above all data and
/// stacked so that none crosses another.
package struct SignificanceMark: Mark {
  package struct Pair: Hashable, Sendable {
    package var first: Int
    package var second: Int
    /// With markup as in `RichText`.
    package var text: String

    package init(_ first: Int, _ second: Int, _ text: String) {
      (self.first, self.second) = (min(first, second), max(first, second))
      self.text = text
    }
  }

  package var pairs: [Pair]
  /// Of one bracket with its text, in points.
  static let rise = 13.0

  package init(_ pairs: [Pair]) { self.pairs = pairs }

  package func values(of channel: Channel) -> [PlotValue] { [] }

  package func headroom(over length: Double) -> Double { Double(levels.max().map { $0 + 1 } ?? 0) * Self.rise + 4 }

  /// The lowest level of each on which it meets none that was placed before; short ones are placed first.
  private var levels: [Int] {
    var levels = [Int](repeating: 0, count: pairs.count)
    var placed: [(pair: Pair, level: Int)] = []
    let order = pairs.indices.sorted {
      (pairs[$0].second - pairs[$0].first, $0) < (pairs[$1].second - pairs[$1].first, $1)
    }
    for index in order {
      let pair = pairs[index]
      let meeting = placed.filter { other, _ in
        // Those that only share an end stand side by side where their words are short.
        let isShort = RichText(pair.text + other.text).plain.count <= 8
        return isShort
          ? other.first < pair.second && pair.first < other.second
          : other.first <= pair.second && pair.first <= other.second
      }
      // One that lies over another is above it, even where a lower level would be free.
      let level = (meeting.map(\.level).max() ?? -1) + 1
      levels[index] = level
      placed.append((pair, level))
    }
    return levels
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let theme = frame.theme
    // The data end where the scale does; the brackets stand between there and the panel's edge.
    let foot = min(frame.y.start, frame.y.end) - 3
    let font = Font(theme.family, size: max(theme.smallestSize, theme.tickSize - 0.5))
    for (pair, level) in zip(pairs, levels) {
      guard let a = frame.x.position(Double(pair.first)), let b = frame.x.position(Double(pair.second)) else {
        continue
      }
      let y = foot - Double(level) * Self.rise
      let inset = 1.5
      items.append(
        .path(
          polyline([Point(a + inset, y), Point(a + inset, y - 3), Point(b - inset, y - 3), Point(b - inset, y)]),
          fill: nil, stroke: Stroke(theme.ink, width: theme.axisWidth)))
      let run = TextRun(
        pair.text, font: font, color: theme.ink, at: Point((a + b) / 2, y - 3.2), horizontal: .middle,
        vertical: .bottom)
      items += run.pieces(frame.measurer).map { .text($0) }
    }
  }
}
