import Drawing

/// A cell without a number: crossed for NaN, with an arrow head for ±Inf, hatched for "n/a", with a ring for missing.
enum GapCell {
  static func items(_ reading: PlotValue, in cell: Rect, theme: Theme) -> [DrawingItem] {
    guard reading.gap != nil else { return [] }
    var items: [DrawingItem] = [.rect(cell, fill: theme.gapGround, stroke: nil, crisp: true)]
    let stroke = Stroke(theme.gapInk, width: max(0.4, theme.axisWidth))
    switch reading {
    case .infinite, .negativeInfinite, .missing:
      let radius = min(cell.width, cell.height) * 0.28
      items += GapSign.items(reading, at: Point(cell.midX, cell.midY), radius: radius, color: theme.gapInk)
    case .nan:
      items.append(
        .path(
          [
            .move(Point(cell.minX, cell.minY)), .line(Point(cell.maxX, cell.maxY)), .move(Point(cell.minX, cell.maxY)),
            .line(Point(cell.maxX, cell.minY)),
          ], fill: nil, stroke: stroke))
    default:
      // Diagonals 3.5 points apart, each cut at the cell's own edges so that nothing has to be clipped.
      var path: [PathElement] = []
      var offset = 3.5
      while offset < cell.width + cell.height {
        path.append(.move(Point(cell.minX + min(offset, cell.width), cell.minY + max(0, offset - cell.width))))
        path.append(.line(Point(cell.minX + max(0, offset - cell.height), cell.minY + min(offset, cell.height))))
        offset += 3.5
      }
      items.append(.path(path, fill: nil, stroke: stroke))
    }
    return items
  }
}
