package import Drawing

/// A picture between places of the axes, or over the whole panel.
package struct RasterMark: Mark {
  package var image: PixelImage
  /// Where its edges lie; nil to fill the panel.
  package var x: ClosedRange<Double>?
  package var y: ClosedRange<Double>?
  package var opacity: Double

  package init(
    _ image: PixelImage, x: ClosedRange<Double>? = nil, y: ClosedRange<Double>? = nil, opacity: Double = 1
  ) {
    self.image = image
    self.x = x
    self.y = y
    self.opacity = opacity
  }

  package func values(of channel: Channel) -> [PlotValue] {
    let range = channel == .x ? x : channel == .y ? y : nil
    return range.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? []
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    var area = frame.area
    if let x, let left = frame.x.position(x.lowerBound), let right = frame.x.position(x.upperBound) {
      (area.x, area.width) = (min(left, right), abs(right - left))
    }
    if let y, let foot = frame.y.position(y.lowerBound), let top = frame.y.position(y.upperBound) {
      (area.y, area.height) = (min(foot, top), abs(foot - top))
    }
    let item = DrawingItem.image(image, in: area)
    items.append(opacity < 1 ? .group([item], clip: nil, opacity: opacity) : item)
  }
}
