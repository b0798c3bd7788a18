internal import CPangoCairo
internal import Drawing

extension Renderer {
  /// The most pixels of a page, and of one of its sides (Cairo's own limit).
  private static let mostPixels = 50_000_000.0
  private static let longestSide = 32_767.0

  func renderPNG(_ list: DisplayList, dpi: Double) throws(RenderError) -> [UInt8] {
    var file = try raster(list, dpi: dpi)
    file.dpi = dpi
    file.hasRepeatedRows = list.items.hasImage
    file.title = list.title
    file.description = list.description
    return try file.bytes()
  }

  /// The page as pixels.
  func raster(_ list: DisplayList, dpi: Double) throws(RenderError) -> PNGFile {
    let width = max(1, (list.size.width * dpi / 72).rounded())
    let height = max(1, (list.size.height * dpi / 72).rounded())
    guard dpi > 0, width <= Self.longestSide, height <= Self.longestSide, width * height <= Self.mostPixels else {
      throw .pageSize(
        figure: list.id, size: "\(list.size.width) × \(list.size.height) pt at \(dpi) dpi",
        limit: "up to \(Int(Self.longestSide)) pixels a side and \(Int(Self.mostPixels)) in all")
    }
    let surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height))
    defer { cairo_surface_destroy(surface) }
    let scale = (x: width / list.size.width, y: height / list.size.height)
    try paint(list, on: surface, pixels: scale)
    cairo_surface_flush(surface)
    guard let bytes = cairo_image_surface_get_data(surface) else {
      throw .library(figure: list.id, problem: "Cairo: \(message(cairo_surface_status(surface)))")
    }
    let pixels = straightPixels(
      bytes, width: Int(width), height: Int(height), stride: Int(cairo_image_surface_get_stride(surface)))
    return PNGFile(width: Int(width), height: Int(height), pixels: pixels, figure: list.id)
  }

  func renderPDF(_ list: DisplayList) throws(RenderError) -> [UInt8] {
    let output = Output()
    let surface = cairo_pdf_surface_create_for_stream(
      { closure, data, length in
        guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
        Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue().bytes
          .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
        return CAIRO_STATUS_SUCCESS
      }, Unmanaged.passUnretained(output).toOpaque(), list.size.width, list.size.height)
    defer { cairo_surface_destroy(surface) }
    // Without these Cairo writes the time of day.
    for date in [CAIRO_PDF_METADATA_CREATE_DATE, CAIRO_PDF_METADATA_MOD_DATE] {
      cairo_pdf_surface_set_metadata(surface, date, "2000-01-01T00:00:00Z")
    }
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, list.title.withoutNUL)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, list.description.withoutNUL)
    try paint(list, on: surface, pixels: nil)
    cairo_surface_finish(surface)
    let status = cairo_surface_status(surface)
    guard status == CAIRO_STATUS_SUCCESS else { throw .library(figure: list.id, problem: "Cairo: \(message(status))") }
    return withExtendedLifetime(output) { output.bytes }
  }

  private func paint(
    _ list: DisplayList, on surface: OpaquePointer?, pixels: (x: Double, y: Double)?
  ) throws(RenderError) {
    guard let context = cairo_create(surface) else {
      throw .library(figure: list.id, problem: "Cairo gave no context")
    }
    defer { cairo_destroy(context) }
    if let background = list.background {
      cairo_set_source_rgba(context, background.red, background.green, background.blue, background.opacity)
      cairo_paint(context)
    }
    if let pixels { cairo_scale(context, pixels.x, pixels.y) }
    let options = unhintedOptions()
    cairo_set_font_options(context, options)
    cairo_font_options_destroy(options)
    withStamps { stamps in
      let page = Canvas.Area(
        left: 0, top: 0, right: Int((list.size.width * (pixels?.x ?? 0)).rounded()),
        bottom: Int((list.size.height * (pixels?.y ?? 0)).rounded()))
      CairoPainter(context: context, renderer: self, pixels: pixels, stamps: stamps, clip: page).draw(list.items)
    }
    let status = cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else { throw .library(figure: list.id, problem: "Cairo: \(message(status))") }
  }
}

extension [DrawingItem] {
  fileprivate var hasImage: Bool {
    contains { item in
      switch item {
      case .image: true
      case .group(let items, _, _): items.hasImage
      default: false
      }
    }
  }
}

/// What a stream has received.
private final class Output {
  var bytes: [UInt8] = []
}

extension String {
  /// Cairo reads up to the first NUL.
  fileprivate var withoutNUL: String { String(String.UnicodeScalarView(unicodeScalars.filter { $0.value != 0 })) }
}

private func message(_ status: cairo_status_t) -> String {
  cairo_status_to_string(status).map { String(cString: $0) } ?? "unknown error"
}

/// Cairo's premultiplied ARGB as straight RGBA with red in the lowest byte.
private func straightPixels(_ bytes: UnsafeMutablePointer<UInt8>, width: Int, height: Int, stride: Int) -> [UInt32] {
  [UInt32](unsafeUninitializedCapacity: width * height) { pixels, count in
    var place = 0
    for y in 0..<height {
      let row = UnsafeRawPointer(bytes + y * stride).assumingMemoryBound(to: UInt32.self)
      for x in 0..<width {
        let color = row[x]
        let alpha = color >> 24
        if alpha == 255 {
          pixels[place] = color & 0xFF00_FF00 | (color >> 16 & 255) | (color & 255) << 16
        } else if alpha == 0 {
          pixels[place] = 0
        } else {
          func straight(_ shift: UInt32) -> UInt32 { min(255, ((color >> shift & 255) * 255 + alpha / 2) / alpha) }
          pixels[place] = alpha << 24 | straight(0) << 16 | straight(8) << 8 | straight(16)
        }
        place += 1
      }
    }
    count = place
  }
}
