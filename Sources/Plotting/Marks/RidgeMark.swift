package import Drawing
import Support

/// Densities or histograms above one another, one a category of the y axis from the top down, each reaching over those
/// behind it: how a distribution moves over steps or layers.
package struct RidgeMark: Mark {
  /// Heights over places of the x axis.
  package struct Ridge: Hashable, Sendable {
    package var x: [Double]
    package var height: [Double]
    package var gaps: Int

    package init(x: [Double], height: [Double], gaps: Int = 0) {
      precondition(x.count == height.count)
      self.x = x
      self.height = height
      self.gaps = gaps
    }
  }

  package var ridges: [Ridge]
  /// For the figure's colour scale; nil to draw all in `paint`.
  package var color: [PlotValue]?
  package var paint: Paint
  /// How many categories the highest ridge reaches over.
  package var overlap: Double

  package init(_ ridges: [Ridge], color: [PlotValue]? = nil, paint: Paint = .accent, overlap: Double = 2.2) {
    precondition(color.map { $0.count == ridges.count } ?? true)
    self.ridges = ridges
    self.color = color
    self.paint = paint
    self.overlap = overlap
  }

  /// The densities of samples over the range that all have together.
  package init(
    samples: [[PlotValue]], color: [PlotValue]? = nil, paint: Paint = .accent, overlap: Double = 2.2
  ) {
    let groups = samples.map { Distribution($0) }
    let ends = groups.compactMap(\.range)
    let low = ends.map(\.lowerBound).min() ?? 0
    let high = ends.map(\.upperBound).max() ?? 1
    let ridges = groups.map { group in
      let curve = group.sorted.isEmpty ? [] : group.density(over: low...high, steps: 160)
      return Ridge(x: curve.map(\.x), height: curve.map(\.y), gaps: group.gaps)
    }
    self.init(ridges, color: color, paint: paint, overlap: overlap)
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch channel {
    case .x: ridges.flatMap { [$0.x.first, $0.x.last].compactMap { $0.map(PlotValue.init) } }
    case .y: []
    case .color: color ?? []
    }
  }

  package func headroom(over length: Double) -> Double {
    let extra = max(overlap - 1, 0)
    return length * extra / (Double(max(ridges.count, 1)) + extra)
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    let gaps = ridges.reduce(0) { $0 + $1.gaps }
    return (gaps == 0 ? [] : [LegendEntry(.cross, phrase("ridgeMark.gapsWithoutNumber", ["gaps": gaps]))])
      + PlotValue.gaps.filter(Set(color ?? []).contains).map { LegendEntry(.gap($0), $0.gap ?? "") }
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let highest = ridges.flatMap(\.height).filter(\.isFinite).max() ?? 0
    for (index, ridge) in ridges.enumerated() {
      guard let middle = frame.y.position(Double(index)) else { continue }
      let foot = middle + frame.y.bandWidth / 2
      var points: [Point] = []
      for (x, height) in zip(ridge.x, ridge.height) where height.isFinite && highest > 0 {
        guard let place = frame.x.position(x) else { continue }
        points.append(Point(place, foot - height / highest * frame.y.bandWidth * overlap * 0.96))
      }
      var fill = paint.color(in: frame.theme)
      if let reading = color?[index] {
        fill = frame.color?.color(of: reading, theme: frame.theme) ?? (reading.gap == nil ? fill : frame.theme.gapInk)
      }
      if let first = points.first, let last = points.last {
        let line = polyline(points)
        let outline = polyline([Point(first.x, foot)] + points + [Point(last.x, foot)], isClosed: true)
        items.append(.path(outline, fill: fill.mixed(with: frame.theme.background, 0.3), stroke: nil))
        // The edge is the ground's, so that ridges of one colour stay apart.
        items.append(
          .path(line, fill: nil, stroke: Stroke(frame.theme.background, width: frame.theme.lineWidth * 1.8)))
        items.append(.path(line, fill: nil, stroke: Stroke(fill, width: frame.theme.lineWidth * 0.8)))
      }
      if ridge.gaps > 0 {
        let center = Point(frame.area.maxX - 4, foot - 4)
        items.append(GapSign.cross(at: center, radius: 2.2, color: frame.theme.gapInk))
      }
    }
  }
}
