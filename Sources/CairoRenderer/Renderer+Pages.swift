import Support

internal import CPangoCairo
internal import Drawing

extension Renderer {
  /// The most pixels of a page, and of one of its sides (Cairo's own limit).
  private static let mostPixels = 50_000_000.0
  private static let longestSide = 32_767.0

  func renderPNG(_ list: DisplayList, dpi: Double) throws(RenderError) -> [UInt8] {
    try withTools { tools throws(RenderError) in
      let (pixels, width, height) = try raster(list, dpi: dpi, tools)
      var file = PNGFile(width: width, height: height, figure: list.id)
      file.dpi = dpi
      file.hasRepeatedRows = list.items.hasImage
      file.captions = [
        .init("Figure", list.id, isUTF8: true), .init("Caption", list.caption, isUTF8: true),
        .init("Title", list.title), .init("Description", list.description),
      ]
      return try file.bytes(pixels, tools)
    }
  }

  /// The page as premultiplied pixels, alpha in the highest byte, red, green, blue, in the tools' memory.
  func raster(
    _ list: DisplayList, dpi: Double, _ tools: PixelTools
  ) throws(RenderError) -> (pixels: UnsafeMutablePointer<UInt32>, width: Int, height: Int) {
    let width = max(1, (list.size.width * dpi / 72).rounded())
    let height = max(1, (list.size.height * dpi / 72).rounded())
    guard dpi > 0, width <= Self.longestSide, height <= Self.longestSide, width * height <= Self.mostPixels else {
      throw .pageSize(
        figure: list.id,
        size: phrase("renderer.widthHeightPt", ["width": list.size.width, "height": list.size.height, "dpi": dpi]),
        limit: phrase(
          "renderer.upLongestsidePixels", ["longestSide": Int(Self.longestSide), "mostPixels": Int(Self.mostPixels)]))
    }
    let bytes = tools.page.bytes(Int(width * height) * 4)
    if list.background?.opacity != 1 {
      bytes.initializeMemory(as: UInt8.self, repeating: 0, count: Int(width * height) * 4)
    }
    let surface = cairo_image_surface_create_for_data(
      bytes.assumingMemoryBound(to: UInt8.self), CAIRO_FORMAT_ARGB32, Int32(width), Int32(height), Int32(width) * 4)
    defer { cairo_surface_destroy(surface) }
    try paint(list, on: surface, pixels: (x: width / list.size.width, y: height / list.size.height), tools)
    cairo_surface_finish(surface)
    return (bytes.assumingMemoryBound(to: UInt32.self), Int(width), Int(height))
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
    try withTools { tools throws(RenderError) in try paint(list, on: surface, pixels: nil, tools) }
    cairo_surface_finish(surface)
    let status = cairo_surface_status(surface)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw .library(figure: list.id, problem: phrase("renderer.cairoMessage", ["message": message(status)]))
    }
    return withExtendedLifetime(output) { output.bytes }
  }

  private func paint(
    _ list: DisplayList, on surface: OpaquePointer?, pixels: (x: Double, y: Double)?, _ tools: PixelTools
  ) throws(RenderError) {
    guard let context = cairo_create(surface) else {
      throw .library(figure: list.id, problem: phrase("renderer.cairoGaveNo"))
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
    let page = Canvas.Area(
      left: 0, top: 0, right: Int((list.size.width * (pixels?.x ?? 0)).rounded()),
      bottom: Int((list.size.height * (pixels?.y ?? 0)).rounded()))
    CairoPainter(context: context, renderer: self, pixels: pixels, tools: tools, clip: page).draw(list.items)
    let status = cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw .library(figure: list.id, problem: phrase("renderer.cairoMessage", ["message": message(status)]))
    }
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
  cairo_status_to_string(status).map { String(cString: $0) } ?? phrase("renderer.unknownError")
}
