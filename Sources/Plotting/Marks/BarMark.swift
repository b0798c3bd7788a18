package import Drawing

/// Bars from a baseline: upright over categories or bins, or level beside categories.
package struct BarMark: Mark {
  /// Ends of each bar across its length: bin edges, or `category ± half a share`.
  package var spans: [ClosedRange<Double>]
  package var values: [PlotValue]
  package var baseline: Double
  package var paint: Paint
  package var isLevel: Bool
  package var name: String?

  /// Bars over categories `0 ..< values.count`, each four fifths of a category wide.
  package init(
    categories values: [PlotValue], baseline: Double = 0, paint: Paint = .accent, isLevel: Bool = false,
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
    values = counts.map(PlotValue.init)
    baseline = 0
    self.paint = paint
    isLevel = false
    self.name = name
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch (channel, isLevel) {
    case (.x, false), (.y, true): spans.flatMap { [.number($0.lowerBound), .number($0.upperBound)] }
    case (.y, false), (.x, true): values + [.number(baseline)]
    case (.color, _): []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    (name.map { [LegendEntry(.swatch(paint), $0)] } ?? []) + GapSign.legend(values)
  }

  package var showsUnplaced: Bool { values.contains { ($0.number ?? 1) <= 0 } }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let fill = paint.color(in: frame.theme)
    for (span, reading) in zip(spans, values) {
      let (across, along) = isLevel ? (frame.y, frame.x) : (frame.x, frame.y)
      guard let a = across.clampedPosition(span.lowerBound), let b = across.clampedPosition(span.upperBound) else {
        continue
      }
      // On a logarithmic scale the baseline 0 is the panel's edge.
      let foot = along.clampedPosition(baseline) ?? along.start
      let reading = along.reading(reading)
      guard let number = reading.number else {
        // Inf stands at the far end, −Inf at the near one, all others on the baseline.
        let upward = along.end > along.start ? 1.0 : -1.0
        let place =
          switch reading {
          case .infinite: along.end - 4 * upward
          case .negativeInfinite: along.start + 4 * upward
          default: foot + 4 * upward
          }
        let center = isLevel ? Point(place, (a + b) / 2) : Point((a + b) / 2, place)
        items += GapSign.items(reading, at: center, radius: 2.2, color: frame.theme.gapInk, isLevel: isLevel)
        continue
      }
      guard let tip = along.clampedPosition(number), tip != foot else { continue }
      let (low, size) = (min(foot, tip), abs(tip - foot))
      let rect = isLevel ? Rect(low, min(a, b), size, abs(b - a)) : Rect(min(a, b), low, abs(b - a), size)
      items.append(.rect(rect, fill: fill, stroke: nil, crisp: false))
      items += Hatch.items(frame.theme.style(of: paint).pattern, in: rect, on: fill, theme: frame.theme)
    }
  }
}
