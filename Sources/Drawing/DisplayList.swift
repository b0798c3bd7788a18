/// One step of a path.
package enum PathElement: Hashable, Sendable {
  case move(Point)
  case line(Point)
  case curve(Point, Point, to: Point)
  case close
}

package struct Stroke: Hashable, Sendable {
  package enum Cap: String, Sendable { case butt, round, square }
  package var color: Color
  /// In points.
  package var width: Double
  /// Lengths of marks and gaps, in points; empty for a solid line.
  package var dash: [Double]
  package var cap: Cap

  package init(_ color: Color, width: Double, dash: [Double] = [], cap: Cap = .butt) {
    self.color = color
    self.width = width
    self.dash = dash
    self.cap = cap
  }
}

/// Colours of pixels in rows: one heatmap is one image, a pixel a cell.
package struct PixelImage: Hashable, Sendable {
  package var width: Int
  package var height: Int
  /// RGBA, 8 bits each, not premultiplied, row by row from the top.
  package var pixels: [UInt8]
  /// Enlarged and reduced with soft transitions, as pictures are; else pixels keep their edges, as cells do.
  package var isSmooth: Bool

  package init(width: Int, height: Int, pixels: [UInt8], isSmooth: Bool = false) {
    precondition(pixels.count == width * height * 4)
    self.isSmooth = isSmooth
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}

/// What a renderer can draw.
package indirect enum DrawingItem: Hashable, Sendable {
  case path([PathElement], fill: Color?, stroke: Stroke?)
  /// Axis-parallel filled rectangle; `crisp` puts its edges on whole pixels, without antialiasing.
  case rect(Rect, fill: Color?, stroke: Stroke?, crisp: Bool)
  /// Many discs of one size and colour.
  case discs([Point], radius: Double, fill: Color?, stroke: Stroke?)
  case text(TextRun)
  case image(PixelImage, in: Rect)
  case group([DrawingItem], clip: Rect?, opacity: Double)
}

/// A finished figure: what to draw, in which order, on a page of which size. It knows no data and no renderer.
package struct DisplayList: Hashable, Sendable {
  /// Unique in a report; prefixes every id inside its SVG.
  package var id: String
  package var size: Size
  package var background: Color?
  package var items: [DrawingItem]
  /// Short title and a description of what is seen, for those who cannot see it.
  package var title: String
  package var description: String
  /// The words below the figure; kept with its pixels.
  package var caption = ""

  package init(
    id: String, size: Size, background: Color?, items: [DrawingItem], title: String = "", description: String = ""
  ) {
    self.id = id
    self.size = size
    self.background = background
    self.items = items
    self.title = title
    self.description = description
  }
}
