package import Drawing
import Support

/// Discs, or other small shapes, at points, coloured by category, by number or all alike.
package struct DotMark: Mark {
  package var x: [PlotValue]
  package var y: [PlotValue]
  /// Readings for the figure's colour scale; nil to draw all in `paint`.
  package var color: [PlotValue]?
  package var paint: Paint
  /// In points on a panel 400 wide; smaller ones have smaller discs.
  package var radius: Double
  package var opacity: Double
  /// A disc gives way to the shape of the paint, or of each category.
  package var shape: DotShape
  /// In the legend; nil to stay out of it.
  package var name: String?

  package init(
    x: [PlotValue], y: [PlotValue], color: [PlotValue]? = nil, paint: Paint = .accent, radius: Double = 2,
    opacity: Double = 1, shape: DotShape = .disc, name: String? = nil
  ) {
    precondition(x.count == y.count && (color.map { $0.count == x.count } ?? true))
    self.x = x
    self.y = y
    self.color = color
    self.paint = paint
    self.radius = radius
    self.opacity = opacity
    self.shape = shape
    self.name = name
  }

  package func values(of channel: Channel) -> [PlotValue] {
    switch channel {
    case .x: x
    case .y: y
    case .color: color ?? []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    let nowhere = zip(x, y).compactMap { x, y in
      x.isNowhere ? x : y.isNowhere ? y : x.number == nil && y.number == nil && x.gap != nil ? x : nil
    }
    return (name.map { [LegendEntry(shape == .disc ? .disc(paint) : .shape(shape, paint), $0)] } ?? [])
      + GapSign.legend(zip(x, y).flatMap { [$0, $1] }.filter { !$0.isNowhere }) + GapSign.legend(color ?? [])
      + (Distribution.gapWords(Distribution(nowhere)).map {
        [LegendEntry(.cross, $0 + phrase("dotMark.withoutAPlace"))]
      } ?? [])
  }

  package var showsUnplaced: Bool { true }
  package var dots: Int? { x.count }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    // One item a colour and shape, in the order in which they come; grey ("other") lies below the rest.
    var styles = DotStyles(paint, shape: shape, in: frame)
    var groups = DotGroups()
    var signs: [DrawingItem] = []
    var without = 0
    for index in x.indices {
      let (px, py) = (frame.x.reading(x[index]), frame.y.reading(y[index]))
      guard let xNumber = px.number, let yNumber = py.number, let point = frame.point(xNumber, yNumber) else {
        if let sign = edgeSign(px, py, in: frame) {
          signs += sign
        } else if px.gap != nil || py.gap != nil {
          without += 1
        }
        continue
      }
      if let style = styles.style(of: color?[index], at: point, signs: &signs) { groups.add(point, style) }
    }
    let radius = radius * min(1, (frame.area.width / 400).squareRoot())
    let grey = frame.theme.otherCategory
    let isRaster = frame.isCrowded || x.count > RasterLayer.most
    var layer = isRaster ? RasterLayer(frame.area.inset(-3), dpi: frame.theme.rasterDPI) : nil
    for style in groups.styles.filter({ $0.color == grey }) + groups.styles.filter({ $0.color != grey }) {
      let color = (style.color == grey ? frame.theme.otherInk : style.color).with(opacity: opacity)
      if isRaster {
        layer?.fill(groups[style], radius: radius, color, style.shape)
      } else {
        items += style.shape.items(groups[style], radius: radius, color)
      }
    }
    if let layer { items.append(layer.item) }
    items += signs
    if without > 0 {
      items.append(
        GapSign.cross(at: Point(frame.area.minX + 4, frame.area.maxY - 4), radius: 2.2, color: frame.theme.gapInk))
    }
  }

  /// The sign at the panel's edge of a point that is infinitely far away in one direction.
  private func edgeSign(_ x: PlotValue, _ y: PlotValue, in frame: Frame) -> [DrawingItem]? {
    let area = frame.area
    let color = frame.theme.gapInk
    if let number = x.number, let place = frame.x.clampedPosition(number), !y.isNowhere {
      let edge = y == .infinite ? area.minY + 3.5 : area.maxY - 3.5
      return GapSign.items(y, at: Point(place, edge), radius: 2.2, color: color)
    }
    if let number = y.number, let place = frame.y.clampedPosition(number), !x.isNowhere {
      let edge = x == .infinite ? area.maxX - 3.5 : area.minX + 3.5
      return GapSign.items(x, at: Point(edge, place), radius: 2.2, color: color, isLevel: true)
    }
    return nil
  }
}

extension PlotValue {
  /// Neither a number nor infinite: it has no place on a scale, nor at one of its ends.
  fileprivate var isNowhere: Bool {
    switch self {
    case .nan, .notApplicable, .missing: true
    case .number, .infinite, .negativeInfinite, .blank: false
    }
  }
}
