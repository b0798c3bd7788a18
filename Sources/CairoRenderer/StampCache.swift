internal import CKernels
internal import CPangoCairo
internal import Foundation

/// Small shapes that a page shows hundreds of times (letters, discs) as coverage masks, made once per size, direction
/// and quarter of a pixel. For one thread at a time; what it holds depends on nothing but the keys.
final class StampCache {
  /// Positions are rounded to this part of a pixel.
  static let phases = 4
  /// Shapes larger than this, in pixels, are drawn as paths.
  static let largest = 96.0
  private static let mostBytes = 16 << 20

  enum Shape: Hashable {
    /// A glyph under the linear map (xx, yx, xy, yy) from em to pixels.
    case glyph(face: Int, id: UInt32, xx: Float, yx: Float, xy: Float, yy: Float)
    case disc(radius: Float)
    case ring(radius: Float, width: Float)
  }

  struct Key: Hashable {
    var shape: Shape
    var phaseX: UInt8
    var phaseY: UInt8
  }

  /// Coverage of pixels, 0…255, row by row, and the place of the first beside the shape's origin.
  struct Mask {
    var left: Int
    var top: Int
    var width: Int
    var height: Int
    var coverage: [UInt8]
  }

  private let typefaces: Typefaces
  private var masks: [Key: Mask] = [:]
  private var bytes = 0
  /// Records what is drawn on it, to learn how far it reaches.
  private let scratch: OpaquePointer
  private let options = unhintedOptions()

  init(_ typefaces: Typefaces) {
    self.typefaces = typefaces
    let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)
    scratch = cairo_create(surface)
    cairo_surface_destroy(surface)
  }

  deinit {
    cairo_font_options_destroy(options)
    cairo_destroy(scratch)
  }

  func mask(_ key: Key) -> Mask {
    if let known = masks[key] { return known }
    if bytes > Self.mostBytes {
      masks.removeAll()
      bytes = 0
    }
    let mask = make(key)
    masks[key] = mask
    bytes += mask.coverage.count + 64
    return mask
  }

  private func make(_ key: Key) -> Mask {
    cairo_identity_matrix(scratch)
    trace(key, on: scratch)
    var (left, top, right, bottom) = (0.0, 0.0, 0.0, 0.0)
    cairo_path_extents(scratch, &left, &top, &right, &bottom)
    guard right > left, bottom > top else {
      cairo_new_path(scratch)
      return Mask(left: 0, top: 0, width: 0, height: 0, coverage: [])
    }
    let (firstX, firstY) = (Int(left.rounded(.down)), Int(top.rounded(.down)))
    let (width, height) = (Int(right.rounded(.up)) - firstX, Int(bottom.rounded(.up)) - firstY)
    cairo_new_path(scratch)
    let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, Int32(width), Int32(height))
    defer { cairo_surface_destroy(surface) }
    let context = cairo_create(surface)
    defer { cairo_destroy(context) }
    cairo_translate(context, -Double(firstX), -Double(firstY))
    if let context { trace(key, on: context) }
    cairo_set_source_rgba(context, 0, 0, 0, 1)
    cairo_set_fill_rule(context, isRing(key.shape) ? CAIRO_FILL_RULE_EVEN_ODD : CAIRO_FILL_RULE_WINDING)
    cairo_fill(context)
    cairo_surface_flush(surface)
    guard let data = cairo_image_surface_get_data(surface) else {
      return Mask(left: 0, top: 0, width: 0, height: 0, coverage: [])
    }
    let stride = Int(cairo_image_surface_get_stride(surface))
    var coverage: [UInt8] = []
    coverage.reserveCapacity(width * height)
    for y in 0..<height { coverage.append(contentsOf: UnsafeBufferPointer(start: data + y * stride, count: width)) }
    if !isGlyph(key.shape) {
      let steps = Int(TK_COVERAGES) - 1
      coverage = coverage.map { UInt8((Int($0) * steps * 2 + 255) / 510 * 255 / steps) }
    }
    return Mask(left: firstX, top: firstY, width: width, height: height, coverage: coverage)
  }

  private func isGlyph(_ shape: Shape) -> Bool {
    if case .glyph = shape { true } else { false }
  }

  private func isRing(_ shape: Shape) -> Bool {
    if case .ring = shape { true } else { false }
  }

  /// Adds the shape's outline, in pixels, its origin moved by the phase.
  private func trace(_ key: Key, on context: OpaquePointer) {
    let x = Double(key.phaseX) / Double(Self.phases)
    let y = Double(key.phaseY) / Double(Self.phases)
    cairo_save(context)
    defer { cairo_restore(context) }
    cairo_translate(context, x, y)
    switch key.shape {
    case .glyph(let face, let id, let xx, let yx, let xy, let yy):
      var map = cairo_matrix_t(
        xx: Double(xx), yx: Double(yx), xy: Double(xy), yy: Double(yy), x0: 0, y0: 0)
      var glyph = cairo_glyph_t(index: UInt(id), x: 0, y: 0)
      cairo_set_font_face(context, typefaces.cairoFace(face))
      cairo_set_font_matrix(context, &map)
      cairo_set_font_options(context, options)
      cairo_glyph_path(context, &glyph, 1)
    case .disc(let radius):
      cairo_arc(context, 0, 0, Double(radius), 0, 2 * .pi)
    case .ring(let radius, let width):
      cairo_arc(context, 0, 0, Double(radius + width / 2), 0, 2 * .pi)
      if radius > width / 2 {
        cairo_new_sub_path(context)
        cairo_arc(context, 0, 0, Double(radius - width / 2), 0, 2 * .pi)
      }
    }
  }
}
