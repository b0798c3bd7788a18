package import Drawing

/// Bars from a baseline: upright over categories or bins, or level beside categories.
package struct BarMark: Mark {
  /// Ends of each bar across its length: bin edges, or `category ± half a share`.
  package var spans: [ClosedRange<Double>]
  package var values: [Reading]
  package var baseline: Double
  package var paint: Paint
  package var isLevel: Bool
  package var name: String?

  /// Bars over categories `0 ..< values.count`, each four fifths of a category wide.
  package init(
    categories values: [Reading], baseline: Double = 0, paint: Paint = .accent, isLevel: Bool = false,
    name: String? = nil
  ) {
    spans = values.indices.map { Double($0) - 0.4...Double($0) + 0.4 }
    self.values = values
    self.baseline = baseline
    self.paint = paint
    self.isLevel = isLevel
    self.name = name
  }

  /// A histogram: `edges` has one more element than `counts`.
  package init(edges: [Double], counts: [Double], paint: Paint = .accent, name: String? = nil) {
    precondition(edges.count == counts.count + 1)
    spans = counts.indices.map { edges[$0]...edges[$0 + 1] }
    values = counts.map(Reading.init)
    baseline = 0
    self.paint = paint
    isLevel = false
    self.name = name
  }

  package func readings(of channel: Channel) -> [Reading] {
    switch (channel, isLevel) {
    case (.x, false), (.y, true): spans.flatMap { [.number($0.lowerBound), .number($0.upperBound)] }
    case (.y, false), (.x, true): values + [.number(baseline)]
    case (.color, _): []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    var entries = name.map { [LegendEntry(.swatch(paint), $0)] } ?? []
    if let gap = gapLabel(values) { entries.append(LegendEntry(.cross, gap)) }
    return entries
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let fill = paint.color(in: frame.theme)
    for (span, reading) in zip(spans, values) {
      let (across, along) = isLevel ? (frame.y, frame.x) : (frame.x, frame.y)
      guard let a = across.clampedPosition(span.lowerBound), let b = across.clampedPosition(span.upperBound) else {
        continue
      }
      // On a logarithmic scale the baseline 0 is the panel's edge.
      let foot = along.clampedPosition(baseline) ?? along.start
      guard let number = reading.number else {
        if reading.gap != nil {
          let middle = (a + b) / 2
          let center = isLevel ? Point(foot + 4, middle) : Point(middle, foot - 4)
          items.append(GapCross.cross(at: center, radius: 2.2, color: frame.theme.gapInk))
        }
        continue
      }
      guard let tip = along.clampedPosition(number), tip != foot else { continue }
      let (low, size) = (min(foot, tip), abs(tip - foot))
      let rect = isLevel ? Rect(low, min(a, b), size, abs(b - a)) : Rect(min(a, b), low, abs(b - a), size)
      items.append(.rect(rect, fill: fill, stroke: nil, crisp: false))
    }
  }
}
