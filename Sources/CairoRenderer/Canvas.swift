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
  private let bytes: UnsafeMutableRawPointer
  private let stride: Int
  /// From the page's pixels to the surface's, which may be that of a group.
  private let offset: (x: Int, y: Int)
  private let clip: Area

  /// Nil where the surface has no pixels.
  init?(_ surface: OpaquePointer?, clip: Area) {
    guard let surface, cairo_image_surface_get_format(surface) == CAIRO_FORMAT_ARGB32 else { return nil }
    cairo_surface_flush(surface)
    guard let bytes = cairo_image_surface_get_data(surface) else { return nil }
    self.surface = surface
    self.bytes = UnsafeMutableRawPointer(bytes)
    stride = Int(cairo_image_surface_get_stride(surface))
    var x = 0.0
    var y = 0.0
    cairo_surface_get_device_offset(surface, &x, &y)
    offset = (Int(x), Int(y))
    self.clip = clip.intersection(
      Area(
        left: -offset.x, top: -offset.y, right: Int(cairo_image_surface_get_width(surface)) - offset.x,
        bottom: Int(cairo_image_surface_get_height(surface)) - offset.y))
  }

  /// Tells Cairo that the pixels have changed.
  func finish() { cairo_surface_mark_dirty(surface) }

  /// Lays a colour over the pixels, as much as the mask covers them, the mask's origin at a pixel of the page.
  func stamp(_ mask: Stamps.Mask, x: Int, y: Int, color: Ink) {
    let left = x + mask.left
    let top = y + mask.top
    let columns = max(clip.left, left)..<max(clip.left, left, min(clip.right, left + mask.width))
    let rows = max(clip.top, top)..<max(clip.top, top, min(clip.bottom, top + mask.height))
    guard !columns.isEmpty, !rows.isEmpty else { return }
    mask.coverage.withUnsafeBufferPointer { coverage in
      for row in rows {
        let pixels = (bytes + (row + offset.y) * stride).assumingMemoryBound(to: UInt32.self) + offset.x
        let line = (row - top) * mask.width - left
        for column in columns {
          let covered = UInt32(coverage[line + column])
          if covered != 0 { pixels[column] = color.over(pixels[column], covered: covered) }
        }
      }
    }
  }
}

/// A colour in the form that pixels have.
struct Ink {
  private let alpha: UInt32
  private let red: UInt32
  private let green: UInt32
  private let blue: UInt32

  init(_ color: Color) {
    func level(_ part: Double) -> UInt32 { UInt32((min(max(part, 0), 1) * 255).rounded()) }
    alpha = level(color.opacity)
    red = level(color.red)
    green = level(color.green)
    blue = level(color.blue)
  }

  /// `covered` of 255 over a premultiplied pixel.
  @inline(__always) func over(_ pixel: UInt32, covered: UInt32) -> UInt32 {
    let share = Self.product(covered, alpha)
    if share == 255 { return 0xFF00_0000 | red << 16 | green << 8 | blue }
    let rest = 255 - share
    @inline(__always) func mixed(_ level: UInt32, _ shift: UInt32) -> UInt32 {
      Self.product(level, share) + Self.product(pixel >> shift & 255, rest)
    }
    let above = share + Self.product(pixel >> 24, rest)
    // Two roundings may together exceed the alpha by one.
    return above << 24 | min(above, mixed(red, 16)) << 16 | min(above, mixed(green, 8)) << 8
      | min(above, mixed(blue, 0))
  }

  /// `a · b / 255`, rounded.
  @inline(__always) private static func product(_ a: UInt32, _ b: UInt32) -> UInt32 {
    let sum = a &* b &+ 128
    return (sum &+ sum >> 8) >> 8
  }
}
