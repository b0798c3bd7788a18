internal import CPangoCairo
internal import Drawing
internal import Foundation

/// Draws display items on a Cairo context whose unit is the point.
struct CairoPainter {
  let context: OpaquePointer
  let renderer: Renderer
  /// Pixels per point across and down for images; nil for PDF, where nothing is put on whole pixels and text stays text.
  let pixels: (x: Double, y: Double)?
  let tools: PixelTools
  /// What may be painted, in pixels.
  var clip: Canvas.Area

  func draw(_ items: [DrawingItem]) {
    for item in items {
      switch item {
      case .path(let elements, let fill, let stroke): draw(elements, fill, stroke)
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
    var inner = self
    if let clip {
      add(clip, snapped: pixels != nil)
      cairo_clip(context)
      let edges = snapped(clip)
      inner.clip = self.clip.intersection(
        Canvas.Area(
          left: Int(edges.minX), top: Int(edges.minY), right: Int(edges.maxX), bottom: Int(edges.maxY)))
    }
    guard opacity < 1 else { return inner.draw(items) }
    guard opacity > 0 else { return }
    cairo_push_group(context)
    inner.draw(items)
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

  private func draw(_ elements: [PathElement], _ fill: Color?, _ stroke: Stroke?) {
    guard let stroke, stroke.width > 0, let scale = evenScale, stroke.width * scale <= StrokeMask.broadest,
      !stroke.isDashed
    else {
      trace(elements)
      return paint(fill, stroke)
    }
    if fill != nil {
      trace(elements)
      paint(fill, nil)
    }
    guard let canvas = Canvas(cairo_get_group_target(context), clip: clip) else { return }
    tools.strokes.draw(
      elements, scale: pixels ?? (scale, scale), width: stroke.width * scale, cap: stroke.cap, color: Ink(stroke.color),
      on: canvas)
    canvas.finish()
  }

  /// Pixels per point where they are the same across and down.
  private var evenScale: Double? {
    pixels.flatMap { abs($0.x / $0.y - 1) < 0.01 ? $0.x : nil }
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
    let dash = stroke.isDashed ? stroke.dash : []
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
    if stamp(centres, radius: radius, fill, stroke) { return }
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

  /// False where the discs are too large or too elaborate for stamps, or the page has no pixels.
  private func stamp(_ centres: [Point], radius: Double, _ fill: Color?, _ stroke: Stroke?) -> Bool {
    guard let pixels, evenScale != nil else { return false }
    let outer = (radius + (stroke?.width ?? 0)) * pixels.x
    guard 2 * outer <= StampCache.largest, stroke?.isDashed != true else { return false }
    guard let canvas = Canvas(cairo_get_group_target(context), clip: clip) else { return true }
    var layers: [(shape: StampCache.Shape, ink: Ink)] = []
    if let fill { layers.append((.disc(radius: Float(radius * pixels.x)), Ink(fill))) }
    if let stroke, stroke.width > 0 {
      layers.append(
        (.ring(radius: Float(radius * pixels.x), width: Float(stroke.width * pixels.x)), Ink(stroke.color)))
    }
    let masks = layers.map { layer in
      (0..<StampCache.phases * StampCache.phases).map { phase in
        tools.stamps.mask(
          StampCache.Key(
            shape: layer.shape, phaseX: UInt8(phase % StampCache.phases), phaseY: UInt8(phase / StampCache.phases)))
      }
    }
    for centre in centres {
      let x = Phased(centre.x * pixels.x)
      let y = Phased(centre.y * pixels.y)
      for (layer, masks) in zip(layers, masks) {
        canvas.stamp(masks[Int(y.phase) * StampCache.phases + Int(x.phase)], x: x.pixel, y: y.pixel, color: layer.ink)
      }
    }
    canvas.finish()
    return true
  }

  // MARK: Images

  private func draw(_ image: PixelImage, in rect: Rect) {
    guard image.width > 0, image.height > 0, rect.width > 0, rect.height > 0 else { return }
    cairo_save(context)
    defer { cairo_restore(context) }
    if image.isSmooth {
      let surface = surface(image)
      defer { cairo_surface_destroy(surface) }
      cairo_translate(context, rect.x, rect.y)
      cairo_scale(context, rect.width / Double(image.width), rect.height / Double(image.height))
      return paint(surface, CAIRO_FILTER_GOOD)
    }
    guard pixels != nil else {
      let times = image.enlargement
      let (width, height) = (image.width * times, image.height * times)
      let surface = surface(image, enlargement: times)
      defer { cairo_surface_destroy(surface) }
      cairo_translate(context, rect.x, rect.y)
      cairo_scale(context, rect.width / Double(width), rect.height / Double(height))
      paint(surface)
      return
    }
    let edges = snapped(rect)
    guard edges.width >= 1, edges.height >= 1, let canvas = Canvas(cairo_get_group_target(context), clip: clip) else {
      return
    }
    canvas.lay(
      image,
      in: Canvas.Area(left: Int(edges.minX), top: Int(edges.minY), right: Int(edges.maxX), bottom: Int(edges.maxY)))
    canvas.finish()
  }

  private func paint(_ surface: OpaquePointer?, _ filter: cairo_filter_t = CAIRO_FILTER_NEAREST) {
    cairo_set_source_surface(context, surface, 0, 0)
    cairo_pattern_set_filter(cairo_get_source(context), filter)
    // What lies beyond the edge is the edge's own colour, not transparent.
    if filter != CAIRO_FILTER_NEAREST { cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD) }
    if filter != CAIRO_FILTER_NEAREST {
      cairo_rectangle(
        context, 0, 0, Double(cairo_image_surface_get_width(surface)), Double(cairo_image_surface_get_height(surface)))
      cairo_fill(context)
      return
    }
    cairo_paint(context)
  }

  // MARK: Text

  private func draw(_ run: TextRun) {
    guard run.font.size > 0 else { return }
    let text = renderer.shape(run.text, in: run.font)
    let offset = renderer.origin(of: run, text)
    if stamp(text, run, offset) { return }
    cairo_save(context)
    defer { cairo_restore(context) }
    setSource(run.color)
    let (cosine, sine) = run.direction
    var placement = cairo_matrix_t(
      xx: cosine, yx: sine, xy: -sine, yy: cosine, x0: run.position.x, y0: run.position.y)
    cairo_transform(context, &placement)
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

  /// False where the letters are too large for stamps, or the page has no pixels.
  private func stamp(_ text: ShapedText, _ run: TextRun, _ offset: Point) -> Bool {
    guard let pixels, run.font.size * max(pixels.x, pixels.y) <= StampCache.largest else { return false }
    guard let canvas = Canvas(cairo_get_group_target(context), clip: clip) else { return true }
    let (cosine, sine) = run.direction
    let ink = Ink(run.color)
    for part in text.runs {
      let size = run.font.size * part.scale
      for glyph in part.glyphs {
        let along = offset.x + glyph.x * run.font.size
        let across = offset.y + glyph.y * run.font.size
        let x = Phased((run.position.x + along * cosine - across * sine) * pixels.x)
        let y = Phased((run.position.y + along * sine + across * cosine) * pixels.y)
        let shape = StampCache.Shape.glyph(
          face: part.face, id: glyph.id, xx: Float(cosine * size * pixels.x), yx: Float(sine * size * pixels.y),
          xy: Float(-sine * size * pixels.x), yy: Float(cosine * size * pixels.y))
        canvas.stamp(
          tools.stamps.mask(StampCache.Key(shape: shape, phaseX: x.phase, phaseY: y.phase)), x: x.pixel, y: y.pixel,
          color: ink)
      }
    }
    canvas.finish()
    return true
  }
}

extension Stroke {
  fileprivate var isDashed: Bool { dash.contains { $0 > 0 } }
}

/// A coordinate as a whole pixel and a number of phases beyond it.
private struct Phased {
  var pixel: Int
  var phase: UInt8

  init(_ value: Double) {
    let steps = Int((value * Double(StampCache.phases)).rounded())
    let (pixel, phase) = (steps / StampCache.phases, steps % StampCache.phases)
    self.pixel = phase < 0 ? pixel - 1 : pixel
    self.phase = UInt8(phase < 0 ? phase + StampCache.phases : phase)
  }
}

/// A Cairo image of premultiplied pixels, each enlarged so many times; without alpha where all are opaque, so that a PDF
/// needs no mask.
private func surface(_ image: PixelImage, enlargement: Int = 1) -> OpaquePointer? {
  let cells = image.premultiplied
  let surface = cairo_image_surface_create(
    cells.allSatisfy { $0 >> 24 == 255 } ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32,
    Int32(image.width * enlargement), Int32(image.height * enlargement))
  guard let bytes = cairo_image_surface_get_data(surface) else { return surface }
  cairo_surface_flush(surface)
  let stride = Int(cairo_image_surface_get_stride(surface))
  for y in 0..<image.height * enlargement {
    let row = UnsafeMutableRawPointer(bytes + y * stride).assumingMemoryBound(to: UInt32.self)
    let cells = cells[(y / enlargement * image.width)...].prefix(image.width)
    var x = 0
    for cell in cells {
      for _ in 0..<enlargement {
        row[x] = cell
        x += 1
      }
    }
  }
  cairo_surface_mark_dirty(surface)
  return surface
}

extension PixelImage {
  /// Alpha in the highest byte, then red, green, blue, these multiplied by it.
  var premultiplied: [UInt32] {
    (0..<width * height).map { place in
      let color = pixel(place % width, place / width)
      let alpha = color >> 24
      if alpha == 255 { return color }
      func scaled(_ shift: UInt32) -> UInt32 { ((color >> shift & 255) * alpha + 127) / 255 << shift }
      return alpha << 24 | scaled(16) | scaled(8) | scaled(0)
    }
  }
}
