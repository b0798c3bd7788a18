package import Drawing

/// Discs, or other small shapes, at points, coloured by category, by number or all alike.
package struct DotMark: Mark {
  package var x: [Reading]
  package var y: [Reading]
  /// Readings for the figure's colour scale; nil to draw all in `paint`.
  package var color: [Reading]?
  package var paint: Paint
  /// In points on a panel 400 wide; smaller ones have smaller discs.
  package var radius: Double
  package var opacity: Double
  package var shape: DotShape
  /// In the legend; nil to stay out of it.
  package var name: String?

  package init(
    x: [Reading], y: [Reading], color: [Reading]? = nil, paint: Paint = .accent, radius: Double = 2,
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

  package func readings(of channel: Channel) -> [Reading] {
    switch channel {
    case .x: x
    case .y: y
    case .color: color ?? []
    }
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    let without = zip(x, y).count { $0.number == nil || $1.number == nil }
    return (name.map { [LegendEntry(.shape(shape, paint), $0)] } ?? [])
      + (without == 0 ? [] : [LegendEntry(.cross, "\(NumberFormat.count(without)) without a place")])
  }

  package func note(theme: Theme) -> String? {
    x.count > RasterLayer.most && shape == .disc
      ? "\(NumberFormat.count(x.count)) dots are drawn as one image at \(NumberFormat.text(theme.rasterDPI)) dpi." : nil
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    // One item a colour, in the order in which they come; grey ("other") lies below the rest.
    var groups: [Color: [Point]] = [:]
    var order: [Color] = []
    for index in x.indices {
      guard let px = x[index].number, let py = y[index].number, let point = frame.point(px, py) else { continue }
      var fill = paint.color(in: frame.theme)
      if let reading = color?[index], let scale = frame.color {
        fill = scale.color(of: reading, theme: frame.theme) ?? frame.theme.gapInk
      }
      if groups[fill] == nil { order.append(fill) }
      groups[fill, default: []].append(point)
    }
    let radius = radius * min(1, (frame.area.width / 400).squareRoot())
    let grey = frame.theme.otherCategory
    let isRaster = x.count > RasterLayer.most && shape == .disc
    var layer = isRaster ? RasterLayer(frame.area.inset(-3), dpi: frame.theme.rasterDPI) : nil
    for fill in order.filter({ $0 == grey }) + order.filter({ $0 != grey }) {
      let color = fill.with(opacity: opacity)
      if isRaster {
        layer?.fill(groups[fill] ?? [], radius: radius, color)
      } else {
        items += shape.items(groups[fill] ?? [], radius: radius, color)
      }
    }
    if let layer { items.append(layer.item) }
    if zip(x, y).contains(where: { $0.number == nil || $1.number == nil }) {
      items.append(
        GapCross.cross(
          at: Point(frame.area.minX + 4, frame.area.maxY - 4), radius: 2.2, color: frame.theme.gapInk))
    }
  }
}
