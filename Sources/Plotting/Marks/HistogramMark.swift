package import Drawing

/// Counts, or densities, of a sample in equal bins.
package struct HistogramMark: Mark {
  package var edges: [Double]
  /// In each bin: counts, or shares over the bin's width.
  package var heights: [Double]
  private let sample: Distribution
  package var paint: Paint
  package var opacity: Double
  package var name: String?

  /// - Parameters:
  ///   - edges: nil to choose bins by Freedman and Diaconis.
  ///   - isDensity: heights are shares over the bin's width, whose area is 1, as those of a density curve.
  package init(
    _ values: [PlotValue], edges: [Double]? = nil, isDensity: Bool = false, paint: Paint = .accent, opacity: Double = 1,
    name: String? = nil
  ) {
    let sample = Distribution(values)
    self.edges = edges ?? sample.binEdges()
    precondition(self.edges.count > 1)
    let counts = sample.counts(in: self.edges).map(Double.init)
    let total = max(Double(sample.sorted.count), 1)
    let pairs = zip(self.edges, self.edges.dropFirst())
    heights = isDensity ? zip(counts, pairs).map { $0 / total / ($1.1 - $1.0) } : counts
    self.sample = sample
    self.paint = paint
    self.opacity = opacity
    self.name = name
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch channel {
    case .x: [edges.first, edges.last].compactMap { $0.map(PlotValue.init) }
    case .y: [.number(0)] + heights.map(PlotValue.init)
    case .color: []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    (name.map { [LegendEntry(.swatch(paint, opacity: opacity), $0)] } ?? []) + gapLegend([sample])
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let color = paint.color(in: frame.theme)
    let style = frame.theme.style(of: paint)
    let foot = frame.y.clampedPosition(0) ?? frame.y.start
    var outline: [PathElement] = []
    for (index, height) in heights.enumerated() {
      guard let left = frame.x.position(edges[index]), let right = frame.x.position(edges[index + 1]),
        let top = frame.y.clampedPosition(height)
      else { continue }
      if height > 0 {
        // A hair of paper between bins that are broad enough.
        let gap = right - left > 3 && opacity == 1 ? 0.5 : 0
        let bin = Rect(left + gap / 2, top, right - left - gap, foot - top)
        items.append(.rect(bin, fill: color.with(opacity: opacity), stroke: nil, crisp: false))
        if opacity == 1 { items += Hatch.items(style.pattern, in: bin, on: color, theme: frame.theme) }
      }
      outline.append(outline.isEmpty ? .move(Point(left, foot)) : .line(Point(left, top)))
      if outline.count == 1 { outline.append(.line(Point(left, top))) }
      outline.append(.line(Point(right, top)))
      if index == heights.count - 1 { outline.append(.line(Point(right, foot))) }
    }
    // Where several lie on each other, their outlines tell them apart.
    if opacity < 1, !outline.isEmpty {
      let stroke = Stroke(color, width: frame.theme.lineWidth * 0.8, dash: style.dash)
      items.append(.path(outline, fill: nil, stroke: stroke))
    }
    if sample.gaps > 0 {
      items.append(
        GapSign.cross(at: Point(frame.area.maxX - 4, foot - 4), radius: 2.2, color: frame.theme.gapInk))
    }
  }
}

/// The density of a sample as a line over a light area, with a stroke at each number where there are few.
package struct DensityMark: Mark {
  package var sample: Distribution
  package var bandwidth: Double
  package var paint: Paint
  package var name: String?
  package var isLevel: Bool
  private let curve: [(x: Double, y: Double)]

  /// - Parameter isLevel: the numbers lie along the y axis, as beside a scatter.
  package init(
    _ values: [PlotValue], bandwidth: Double? = nil, paint: Paint = .accent, name: String? = nil, isLevel: Bool = false
  ) {
    let sample = Distribution(values)
    let width = bandwidth ?? sample.bandwidth
    self.sample = sample
    self.bandwidth = width
    self.paint = paint
    self.name = name
    self.isLevel = isLevel
    curve =
      sample.range.map {
        sample.density(over: $0.lowerBound - 3 * width...$0.upperBound + 3 * width, steps: 200, bandwidth: width)
      } ?? []
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch (channel, isLevel) {
    case (.x, false), (.y, true): [curve.first?.x, curve.last?.x].compactMap { $0.map(PlotValue.init) }
    case (.y, false), (.x, true): [.number(0)] + curve.map { PlotValue($0.y) }
    case (.color, _): []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    (name.map { [LegendEntry(.line(paint, dash: []), $0)] } ?? []) + gapLegend([sample])
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let color = paint.color(in: frame.theme)
    let points = curve.compactMap { isLevel ? frame.point($0.y, $0.x) : frame.point($0.x, $0.y) }
    drawGap(in: frame, into: &items)
    guard let first = points.first, let last = points.last else { return }
    let foot = (isLevel ? frame.x : frame.y).clampedPosition(0) ?? (isLevel ? frame.x : frame.y).start
    func onFoot(_ point: Point) -> Point { isLevel ? Point(foot, point.y) : Point(point.x, foot) }
    items.append(
      .path(
        polyline([onFoot(first)] + points + [onFoot(last)], isClosed: true),
        fill: color.with(opacity: 0.15), stroke: nil))
    let dash = frame.theme.dash(of: paint)
    items.append(
      .path(
        polyline(points), fill: nil,
        stroke: Stroke(color, width: frame.theme.lineWidth, dash: dash, cap: dash.isEmpty ? .round : .butt)))
    if sample.sorted.count <= 200 {
      let path = sample.sorted.flatMap { number -> [PathElement] in
        guard let place = (isLevel ? frame.y : frame.x).position(number) else { return [] }
        return isLevel
          ? [.move(Point(foot, place)), .line(Point(foot + 4, place))]
          : [.move(Point(place, foot)), .line(Point(place, foot - 4))]
      }
      items.append(
        .path(path, fill: nil, stroke: Stroke(color.with(opacity: 0.6), width: frame.theme.axisWidth)))
    }
  }

  private func drawGap(in frame: Frame, into items: inout [DrawingItem]) {
    guard sample.gaps > 0 else { return }
    let corner = Point(frame.area.maxX - 4, frame.area.maxY - 4)
    items.append(GapSign.cross(at: corner, radius: 2.2, color: frame.theme.gapInk))
  }
}
