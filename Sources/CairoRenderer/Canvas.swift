internal import CKernels
internal import CPangoCairo
internal import Drawing

/// The pixels of a Cairo image, to stamp masks on directly: thousands of small shapes in the time of a few of Cairo's.
struct Canvas {
  /// A rectangle of pixels of the page.
  struct Area {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    func intersection(_ other: Area) -> Area {
      Area(
        left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
        bottom: min(bottom, other.bottom))
    }
  }

  private let surface: OpaquePointer
  private let pixels: UnsafeMutablePointer<UInt32>
  /// Pixels from row to row.
  private let stride: Int
  /// From the page's pixels to the surface's, which may be that of a group.
  let origin: (x: Int, y: Int)
  private let clip: Area

  /// Nil where the surface has no pixels.
  init?(_ surface: OpaquePointer?, clip: Area) {
    guard let surface, cairo_image_surface_get_format(surface) == CAIRO_FORMAT_ARGB32 else { return nil }
    cairo_surface_flush(surface)
    guard let bytes = cairo_image_surface_get_data(surface) else { return nil }
    self.surface = surface
    pixels = UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: UInt32.self)
    stride = Int(cairo_image_surface_get_stride(surface)) / MemoryLayout<UInt32>.size
    var x = 0.0
    var y = 0.0
    cairo_surface_get_device_offset(surface, &x, &y)
    origin = (Int(x), Int(y))
    self.clip = clip.intersection(
      Area(
        left: -origin.x, top: -origin.y, right: Int(cairo_image_surface_get_width(surface)) - origin.x,
        bottom: Int(cairo_image_surface_get_height(surface)) - origin.y))
  }

  /// What may be painted, in pixels of the surface.
  var area: Area {
    Area(
      left: clip.left + origin.x, top: clip.top + origin.y, right: clip.right + origin.x,
      bottom: clip.bottom + origin.y)
  }

  /// Tells Cairo that the pixels have changed.
  func finish() { cairo_surface_mark_dirty(surface) }

  /// Lays a colour over the pixels, as much as the mask covers them, the mask's origin at a pixel of the page.
  func stamp(_ mask: StampCache.Mask, x: Int, y: Int, color: Ink) {
    let left = x + mask.left
    let top = y + mask.top
    let columns = max(clip.left, left)..<max(clip.left, left, min(clip.right, left + mask.width))
    let rows = max(clip.top, top)..<max(clip.top, top, min(clip.bottom, top + mask.height))
    guard !columns.isEmpty, !rows.isEmpty else { return }
    mask.coverage.withUnsafeBufferPointer { coverage in
      guard let coverage = coverage.baseAddress else { return }
      tk_over(
        pixels + (rows.lowerBound + origin.y) * stride + columns.lowerBound + origin.x, stride,
        coverage + (rows.lowerBound - top) * mask.width + columns.lowerBound - left, mask.width, columns.count,
        rows.count, color.pixel)
    }
  }

  /// Lays an image over the pixels of a rectangle of the page, its cells enlarged to whole pixels: every cell has sharp
  /// edges and none has a seam.
  func lay(_ image: PixelImage, in rect: Area) {
    let visible = rect.intersection(clip)
    guard visible.left < visible.right, visible.top < visible.bottom else { return }
    /// The cell in whose middle part a pixel's centre lies.
    func cells(_ pixels: Range<Int>, from start: Int, over length: Int, of count: Int) -> [Int32] {
      pixels.map { Int32(min(count - 1, (2 * ($0 - start) + 1) * count / (2 * length))) }
    }
    let columns = cells(
      visible.left..<visible.right, from: rect.left, over: rect.right - rect.left, of: image.width)
    let rows = cells(visible.top..<visible.bottom, from: rect.top, over: rect.bottom - rect.top, of: image.height)
    tk_over_cells(
      pixels + (visible.top + origin.y) * stride + visible.left + origin.x, stride, columns.count, rows.count,
      image.premultiplied, image.width, columns, rows)
  }

  /// Lays a colour where a mask of the canvas stands, and wipes the mask.
  func lay(_ color: Ink, through mask: inout tk_mask) { tk_over_mask(pixels, stride, &mask, color.pixel) }
}

/// A colour in the form that pixels have: alpha in the highest byte, then red, green, blue; not premultiplied.
struct Ink {
  let pixel: UInt32

  init(_ color: Color) {
    func level(_ part: Double) -> UInt32 { UInt32((min(max(part, 0), 1) * 255).rounded()) }
    pixel = level(color.opacity) << 24 | level(color.red) << 16 | level(color.green) << 8 | level(color.blue)
  }
}
