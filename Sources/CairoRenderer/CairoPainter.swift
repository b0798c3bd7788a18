internal import CPangoCairo
internal import Drawing
internal import Foundation

/// Draws display items on a Cairo context whose unit is the point.
struct CairoPainter {
  let context: OpaquePointer
  let renderer: Renderer
  /// Pixels per point across and down for images; nil for PDF, where nothing is put on whole pixels and text stays text.
  let pixels: (x: Double, y: Double)?

  func draw(_ items: [DrawingItem]) {
    for item in items {
      switch item {
      case .path(let elements, let fill, let stroke):
        trace(elements)
        paint(fill, stroke)
      case .rect(let rect, let fill, let stroke, let crisp): draw(rect.standardized, fill, stroke, crisp: crisp)
      case .discs(let centres, let radius, let fill, let stroke): draw(centres, radius: radius, fill, stroke)
      case .text(let run): draw(run)
      case .image(let image, let rect): draw(image, in: rect.standardized)
      case .group(let inner, let clip, let opacity): draw(inner, clip: clip?.standardized, opacity: opacity)
      }
    }
  }

  private func draw(_ items: [DrawingItem], clip: Rect?, opacity: Double) {
    cairo_save(context)
    defer { cairo_restore(context) }
    if let clip {
      add(clip, snapped: pixels != nil)
      cairo_clip(context)
    }
    guard opacity < 1 else { return draw(items) }
    guard opacity > 0 else { return }
    cairo_push_group(context)
    draw(items)
    cairo_pop_group_to_source(context)
    cairo_paint_with_alpha(context, opacity)
  }

  // MARK: Shapes

  private func trace(_ elements: [PathElement]) {
    for element in elements {
      switch element {
      case .move(let point): cairo_move_to(context, point.x, point.y)
      case .line(let point): cairo_line_to(context, point.x, point.y)
      case .curve(let one, let two, let end): cairo_curve_to(context, one.x, one.y, two.x, two.y, end.x, end.y)
      case .close: cairo_close_path(context)
      }
    }
  }

  /// Fills and strokes the current path and forgets it.
  private func paint(_ fill: Color?, _ stroke: Stroke?) {
    if let fill {
      setSource(fill)
      cairo_fill_preserve(context)
    }
    if let stroke, stroke.width > 0 {
      set(stroke)
      cairo_stroke_preserve(context)
    }
    cairo_new_path(context)
  }

  private func setSource(_ color: Color) {
    cairo_set_source_rgba(context, color.red, color.green, color.blue, color.opacity)
  }

  private func set(_ stroke: Stroke) {
    setSource(stroke.color)
    cairo_set_line_width(context, stroke.width)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    switch stroke.cap {
    case .butt: cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT)
    case .round: cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
    case .square: cairo_set_line_cap(context, CAIRO_LINE_CAP_SQUARE)
    }
    let dash = stroke.dash.contains { $0 > 0 } ? stroke.dash : []
    cairo_set_dash(context, dash, Int32(dash.count), 0)
  }

  private func draw(_ rect: Rect, _ fill: Color?, _ stroke: Stroke?, crisp: Bool) {
    guard crisp, let pixels else {
      cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
      return paint(fill, stroke)
    }
    cairo_save(context)
    defer { cairo_restore(context) }
    cairo_set_antialias(context, CAIRO_ANTIALIAS_NONE)
    if let fill {
      add(rect, snapped: true)
      setSource(fill)
      cairo_fill(context)
    }
    if let stroke, stroke.width > 0 {
      // A pen of whole pixels around the edge: an odd one is centred on pixels, an even one between them.
      let edges = snapped(rect)
      let width = max(1, (stroke.width * pixels.x).rounded())
      let shift = width.truncatingRemainder(dividingBy: 2) / 2
      set(stroke)
      cairo_identity_matrix(context)
      cairo_set_line_width(context, width)
      cairo_set_line_join(context, CAIRO_LINE_JOIN_MITER)
      cairo_rectangle(context, edges.x + shift, edges.y + shift, edges.width, edges.height)
      cairo_stroke(context)
    }
  }

  /// A rectangle in whole pixels.
  private func snapped(_ rect: Rect) -> Rect {
    let pixels = pixels ?? (1, 1)
    let left = (rect.minX * pixels.x).rounded()
    let top = (rect.minY * pixels.y).rounded()
    return Rect(left, top, (rect.maxX * pixels.x).rounded() - left, (rect.maxY * pixels.y).rounded() - top)
  }

  private func add(_ rect: Rect, snapped isSnapped: Bool) {
    guard isSnapped, let pixels else {
      return cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
    }
    let edges = snapped(rect)
    cairo_rectangle(
      context, edges.x / pixels.x, edges.y / pixels.y, edges.width / pixels.x, edges.height / pixels.y)
  }

  /// Discs without an outline are dots of a round pen, the shortest form in PDF.
  private func draw(_ centres: [Point], radius: Double, _ fill: Color?, _ stroke: Stroke?) {
    guard stroke == nil else {
      for centre in centres {
        cairo_new_sub_path(context)
        cairo_arc(context, centre.x, centre.y, radius, 0, 2 * .pi)
        cairo_close_path(context)
        paint(fill, stroke)
      }
      return
    }
    guard let fill, radius > 0 else { return }
    set(Stroke(fill, width: 2 * radius, cap: .round))
    for centre in centres {
      cairo_move_to(context, centre.x, centre.y)
      cairo_line_to(context, centre.x, centre.y)
      if fill.opacity < 1 { cairo_stroke(context) }
    }
    if fill.opacity >= 1 { cairo_stroke(context) }
  }

  // MARK: Images

  private func draw(_ image: PixelImage, in rect: Rect) {
    guard image.width > 0, image.height > 0, rect.width > 0, rect.height > 0 else { return }
    cairo_save(context)
    defer { cairo_restore(context) }
    guard pixels != nil else {
      let surface = premultiplied(image.width, image.height) { image.pixel($0, $1) }
      defer { cairo_surface_destroy(surface) }
      cairo_translate(context, rect.x, rect.y)
      cairo_scale(context, rect.width / Double(image.width), rect.height / Double(image.height))
      paint(surface)
      return
    }
    // Enlarged to whole pixels here: every cell has sharp edges and none has a seam.
    let edges = snapped(rect)
    let width = Int(edges.width)
    let height = Int(edges.height)
    guard width > 0, height > 0, width <= 1 << 15, height <= 1 << 15 else { return }
    let columns = (0..<width).map { min(image.width - 1, (2 * $0 + 1) * image.width / (2 * width)) }
    let rows = (0..<height).map { min(image.height - 1, (2 * $0 + 1) * image.height / (2 * height)) }
    let surface = premultiplied(width, height) { image.pixel(columns[$0], rows[$1]) }
    defer { cairo_surface_destroy(surface) }
    cairo_identity_matrix(context)
    cairo_translate(context, edges.x, edges.y)
    paint(surface)
  }

  private func paint(_ surface: OpaquePointer?) {
    cairo_set_source_surface(context, surface, 0, 0)
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST)
    cairo_paint(context)
  }

  // MARK: Text

  private func draw(_ run: TextRun) {
    guard run.font.size > 0 else { return }
    let text = renderer.shape(run.text, in: run.font)
    let offset = renderer.origin(of: run, text)
    cairo_save(context)
    defer { cairo_restore(context) }
    setSource(run.color)
    cairo_translate(context, run.position.x, run.position.y)
    if run.rotation.remainder(dividingBy: 360) != 0 { cairo_rotate(context, run.rotation * .pi / 180) }
    cairo_translate(context, offset.x, offset.y)
    for part in text.runs where !part.glyphs.isEmpty {
      cairo_set_font_face(context, renderer.typefaces.cairoFace(part.face))
      cairo_set_font_size(context, run.font.size * part.scale)
      let glyphs = part.glyphs.map {
        cairo_glyph_t(index: UInt($0.id), x: $0.x * run.font.size, y: $0.y * run.font.size)
      }
      if pixels == nil {
        let clusters = part.clusters.map {
          cairo_text_cluster_t(num_bytes: Int32($0.bytes), num_glyphs: Int32($0.glyphs))
        }
        part.text.withUnsafeBytes { bytes in
          cairo_show_text_glyphs(
            context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), glyphs,
            Int32(glyphs.count), clusters, Int32(clusters.count),
            part.isBackward ? CAIRO_TEXT_CLUSTER_FLAG_BACKWARD : cairo_text_cluster_flags_t(0))
        }
      } else {
        cairo_glyph_path(context, glyphs, Int32(glyphs.count))
      }
    }
    if pixels != nil { cairo_fill(context) }
  }
}

extension PixelImage {
  /// Red in the lowest byte, alpha in the highest.
  fileprivate func pixel(_ x: Int, _ y: Int) -> UInt32 {
    let place = 4 * (y * width + x)
    return UInt32(pixels[place]) | UInt32(pixels[place + 1]) << 8 | UInt32(pixels[place + 2]) << 16
      | UInt32(pixels[place + 3]) << 24
  }
}

/// A Cairo image of straight RGBA pixels; without alpha where all are opaque, so that a PDF needs no mask.
private func premultiplied(_ width: Int, _ height: Int, pixel: (Int, Int) -> UInt32) -> OpaquePointer? {
  var isOpaque = true
  for y in 0..<height where isOpaque { for x in 0..<width where pixel(x, y) >> 24 != 255 { isOpaque = false } }
  let surface = cairo_image_surface_create(
    isOpaque ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32, Int32(width), Int32(height))
  guard let bytes = cairo_image_surface_get_data(surface) else { return surface }
  cairo_surface_flush(surface)
  let stride = Int(cairo_image_surface_get_stride(surface))
  for y in 0..<height {
    let row = UnsafeMutableRawPointer(bytes + y * stride).assumingMemoryBound(to: UInt32.self)
    for x in 0..<width {
      let color = pixel(x, y)
      let alpha = color >> 24
      func scaled(_ shift: UInt32) -> UInt32 { ((color >> shift & 255) * alpha + 127) / 255 }
      row[x] = alpha << 24 | scaled(0) << 16 | scaled(8) << 8 | scaled(16)
    }
  }
  cairo_surface_mark_dirty(surface)
  return surface
}
