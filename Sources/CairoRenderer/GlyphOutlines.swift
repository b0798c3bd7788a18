internal import CPangoCairo
internal import Synchronization

/// Outlines of glyphs as SVG path data, in thousandths of an em, y downward.
final class GlyphOutlines: Sendable {
  private struct Key: Hashable {
    var face: Int
    var glyph: UInt32
  }

  private let typefaces: Typefaces
  private let known = Mutex<[Key: [UInt8]]>([:])

  init(_ typefaces: Typefaces) { self.typefaces = typefaces }

  /// Empty for a glyph without an outline, such as a space.
  func pathData(face: Int, glyph: UInt32) -> [UInt8] {
    let key = Key(face: face, glyph: glyph)
    if let data = known.withLock({ $0[key] }) { return data }
    let data = trace(face: face, glyph: glyph)
    known.withLock { $0[key] = data }
    return data
  }

  private func trace(face: Int, glyph: UInt32) -> [UInt8] {
    let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)
    let context = cairo_create(surface)
    cairo_surface_destroy(surface)
    defer { cairo_destroy(context) }
    withScaledFont(typefaces.cairoFace(face), size: 1000) { font in
      cairo_set_scaled_font(context, font)
      var placed = cairo_glyph_t(index: UInt(glyph), x: 0, y: 0)
      cairo_glyph_path(context, &placed, 1)
    }
    guard let path = cairo_copy_path(context) else { return [] }
    defer { cairo_path_destroy(path) }
    guard let elements = path.pointee.data else { return [] }
    var text = SVGText()
    var pen = (x: 0, y: 0)
    var start = (x: 0, y: 0)
    /// Rounded end points, as steps from the pen: rounding errors do not add up.
    func step(_ place: Int, from pen: (x: Int, y: Int)) -> (x: Int, y: Int) {
      let point = elements[place].point
      return (Int(point.x.rounded()) - pen.x, Int(point.y.rounded()) - pen.y)
    }
    var place = 0
    while place < Int(path.pointee.num_data) {
      let header = elements[place].header
      switch header.type {
      case CAIRO_PATH_MOVE_TO:
        // Cairo ends each outline with a lone move.
        guard place + Int(header.length) < Int(path.pointee.num_data) else { break }
        let by = step(place + 1, from: pen)
        text.command("m", by.x, by.y)
        pen = (pen.x + by.x, pen.y + by.y)
        start = pen
      case CAIRO_PATH_LINE_TO:
        let by = step(place + 1, from: pen)
        if by.x == 0 {
          if by.y != 0 { text.command("v", by.y) }
        } else if by.y == 0 {
          text.command("h", by.x)
        } else {
          text.command("l", by.x, by.y)
        }
        pen = (pen.x + by.x, pen.y + by.y)
      case CAIRO_PATH_CURVE_TO:
        let one = step(place + 1, from: pen)
        let two = step(place + 2, from: pen)
        let end = step(place + 3, from: pen)
        text.command("c", one.x, one.y, two.x, two.y, end.x, end.y)
        pen = (pen.x + end.x, pen.y + end.y)
      default:
        text.append("z")
        pen = start
      }
      place += max(1, Int(header.length))
    }
    return text.bytes
  }
}
