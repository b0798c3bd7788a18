package import Drawing
import Foundation

extension TextRun {
  /// The upright rectangle around the run as it lies on the page.
  package func bounds(_ measurer: any TextMeasurer) -> Rect {
    let extent = measurer.extent(of: text, in: font)
    let left =
      switch horizontal {
      case .start: 0.0
      case .middle: -extent.width / 2
      case .end: -extent.width
      }
    let top =
      switch vertical {
      case .top: 0.0
      case .middle: -extent.height / 2
      case .baseline: -extent.ascent
      case .bottom: -extent.height
      }
    guard rotation != 0 else { return Rect(position.x + left, position.y + top, extent.width, extent.height) }
    let angle = rotation * .pi / 180
    let (c, s) = (cos(angle), sin(angle))
    let corners = [
      (left, top), (left + extent.width, top), (left, top + extent.height), (left + extent.width, top + extent.height),
    ]
    .map { Point(position.x + $0.0 * c - $0.1 * s, position.y + $0.0 * s + $0.1 * c) }
    let xs = corners.map(\.x)
    let ys = corners.map(\.y)
    let (x, y) = (xs.min() ?? 0, ys.min() ?? 0)
    return Rect(x, y, (xs.max() ?? 0) - x, (ys.max() ?? 0) - y)
  }
}

extension DisplayList {
  /// Every run of text, groups opened, in the order of drawing.
  package var texts: [TextRun] { items.flatMap(\.texts) }
}

extension DrawingItem {
  var texts: [TextRun] {
    switch self {
    case .text(let run): [run]
    case .group(let items, _, _): items.flatMap(\.texts)
    default: []
    }
  }
}
