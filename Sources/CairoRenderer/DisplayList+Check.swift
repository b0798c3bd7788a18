import Support

internal import Drawing

extension DisplayList {
  /// The longest page side, in points: what PDF readers accept.
  static let longestSide = 14_400.0
  /// How far from the origin something may lie, in points; Cairo's coordinates overflow beyond 2^23 pixels.
  private static let farthest = 1e6

  /// Throws `RenderError` where the page or an item cannot be drawn.
  func check() throws {
    guard size.width > 0, size.height > 0, size.width <= Self.longestSide, size.height <= Self.longestSide else {
      throw RenderError.pageSize(
        figure: id, size: phrase("displayList.widthHeightPt", ["width": size.width, "height": size.height]),
        limit: phrase("displayList.sidesAbove0", ["longestSide": Int(Self.longestSide)]))
    }
    try check(background)
    try check(items)
  }

  private func check(_ items: [DrawingItem]) throws {
    for item in items {
      switch item {
      case .path(let elements, let fill, let stroke):
        for element in elements {
          switch element {
          case .move(let point), .line(let point): try check(point.x, point.y)
          case .curve(let one, let two, let end): try check(one.x, one.y, two.x, two.y, end.x, end.y)
          case .close: break
          }
        }
        try check(fill)
        try check(stroke)
      case .rect(let rect, let fill, let stroke, _):
        try check(rect)
        try check(fill)
        try check(stroke)
      case .discs(let centres, let radius, let fill, let stroke):
        for centre in centres { try check(centre.x, centre.y) }
        try check(radius)
        try check(fill)
        guard radius >= 0 else { throw refusal(phrase("displayList.discHasRadius", ["radius": radius])) }
        try check(stroke)
      case .text(let run):
        try check(run.color)
        try check(run.position.x, run.position.y, run.font.size, run.rotation)
        guard run.font.size >= 0, run.font.size <= Self.longestSide else {
          throw refusal(phrase("displayList.textHasSize", ["size": run.font.size]))
        }
      case .image(_, let rect):
        try check(rect)
      case .group(let inner, let clip, let opacity):
        if let clip { try check(clip) }
        try check(opacity)
        try check(inner)
      }
    }
  }

  private func check(_ values: Double...) throws {
    for value in values where !(abs(value) <= Self.farthest) {
      throw refusal(phrase("displayList.valueNoCoordinate", ["value": value, "farthest": Self.farthest]))
    }
  }

  private func check(_ rect: Rect) throws { try check(rect.x, rect.y, rect.width, rect.height) }

  private func check(_ stroke: Stroke?) throws {
    guard let stroke else { return }
    try check(stroke.color)
    try check(stroke.width)
    for length in stroke.dash { try check(length) }
    guard stroke.width >= 0, stroke.dash.allSatisfy({ $0 >= 0 }) else {
      throw refusal(phrase("displayList.lineHasWidth", ["width": stroke.width, "dash": "\(stroke.dash)"]))
    }
  }

  private func check(_ color: Color?) throws {
    guard let color else { return }
    for part in [color.red, color.green, color.blue, color.opacity] where !part.isFinite {
      throw refusal(phrase("displayList.partNoPart", ["part": part]))
    }
  }

  private func refusal(_ problem: String) -> RenderError { .item(figure: id, problem: problem) }
}

extension Rect {
  /// The same area with sides that are not negative.
  var standardized: Rect {
    Rect(min(x, x + width), min(y, y + height), abs(width), abs(height))
  }
}
