import Support

internal import CDeflate
internal import CKernels
internal import CPNG
internal import Drawing

/// What is written around pixels in a PNG. Images of up to 256 colours get a palette; nothing is lost.
struct PNGFile {
  var width: Int
  var height: Int
  var figure: String
  /// Dots per inch, nil to leave them out.
  var dpi: Double?
  /// Text chunks in this order; empty ones are left out.
  var captions: [Caption] = []
  /// Whether many rows repeat the one above, as those of enlarged cells do.
  var hasRepeatedRows = false

  init(width: Int, height: Int, figure: String) {
    self.width = width
    self.height = height
    self.figure = figure
  }

  /// The file of an image with each cell as `enlargement` × `enlargement` pixels.
  static func bytes(
    of image: PixelImage, enlargement: Int, figure: String, _ tools: PixelTools
  ) throws(RenderError) -> [UInt8] {
    var file = PNGFile(width: image.width * enlargement, height: image.height * enlargement, figure: figure)
    file.hasRepeatedRows = true
    let pixels = tools.page.bytes(file.width * file.height * 4).assumingMemoryBound(to: UInt32.self)
    for y in 0..<image.height {
      let row = pixels + y * enlargement * file.width
      for x in 0..<image.width { (row + x * enlargement).update(repeating: image.pixel(x, y), count: enlargement) }
      for copy in 1..<enlargement { (row + copy * file.width).update(from: row, count: file.width) }
    }
    return try file.bytes(straight: pixels, tools)
  }

  /// The file of premultiplied pixels, which are changed.
  func bytes(_ pixels: UnsafeMutablePointer<UInt32>, _ tools: PixelTools) throws(RenderError) -> [UInt8] {
    tk_straighten(pixels, width * height)
    return try bytes(straight: pixels, tools)
  }

  private func bytes(
    straight pixels: UnsafeMutablePointer<UInt32>, _ tools: PixelTools
  ) throws(RenderError) -> [UInt8] {
    var page = png_page()
    page.width = UInt32(width)
    page.height = UInt32(height)
    var colors: [UInt32] = []
    let stride: Int
    let rows: UnsafeMutablePointer<UInt8>
    if let palette = Palette(pixels, width * height, tools.packed) {
      stride = (width * palette.bitDepth + 7) / 8 + 1
      rows = tools.rows.bytes(stride * height).assumingMemoryBound(to: UInt8.self)
      tk_index_rows(rows, palette.indices, palette.places, width, height, Int32(palette.bitDepth))
      page.color_type = PNG_COLOR_TYPE_PALETTE
      page.bit_depth = Int32(palette.bitDepth)
      page.palette_count = Int32(palette.colors.count)
      page.translucent_count = Int32(palette.translucent)
      colors = palette.colors
    } else {
      let isOpaque = tk_is_opaque(pixels, width * height) != 0
      let channels = isOpaque ? 3 : 4
      stride = width * channels + 1
      rows = tools.rows.bytes(stride * height).assumingMemoryBound(to: UInt8.self)
      tk_rgb_rows(rows, pixels, width, height, channels)
      if hasRepeatedRows { tk_filter_up(rows, stride, height) }
      page.color_type = isOpaque ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA
      page.bit_depth = 8
    }
    let bound = libdeflate_zlib_compress_bound(tools.compressor, stride * height)
    let packed = tools.packed.bytes(bound).assumingMemoryBound(to: UInt8.self)
    page.data = UnsafePointer(packed)
    page.data_count = libdeflate_zlib_compress(tools.compressor, rows, stride * height, packed, bound)
    return try colors.withUnsafeBufferPointer { buffer throws(RenderError) in
      page.palette = buffer.baseAddress
      return try encode(page)
    }
  }

  private func encode(_ header: png_page) throws(RenderError) -> [UInt8] {
    var page = header
    if let dpi { page.pixels_per_metre = UInt32((dpi / 0.0254).rounded()) }
    var output = png_output()
    defer { free(output.bytes) }
    let captions = captions.filter { !$0.isEmpty }
    let texts = captions.map(\.bytes)
    let places = texts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    let isWritten = texts.flatMap { $0 }.withUnsafeBufferPointer { texts in
      let chunks = zip(captions, places).map { caption, place in
        let key = texts.baseAddress! + place
        return png_caption(key: key, value: key + caption.key.utf8.count + 1, is_latin1: caption.isLatin1 ? 1 : 0)
      }
      return chunks.withUnsafeBufferPointer { chunks in
        page.captions = chunks.baseAddress
        page.caption_count = Int32(chunks.count)
        return png_encode(&page, &output)
      }
    }
    guard isWritten == 1, let bytes = output.bytes else {
      throw RenderError.library(figure: figure, problem: phrase("pngFile.pngCouldNot"))
    }
    return Array(UnsafeBufferPointer(start: bytes, count: output.count))
  }
}

extension PixelImage {
  /// Alpha in the highest byte, then red, green, blue.
  func pixel(_ x: Int, _ y: Int) -> UInt32 {
    let place = 4 * (y * width + x)
    return UInt32(pixels[place]) << 16 | UInt32(pixels[place + 1]) << 8 | UInt32(pixels[place + 2])
      | UInt32(pixels[place + 3]) << 24
  }

  /// Pixels a cell has in SVG and PDF. Programs that smooth images although asked not to (librsvg, Preview) then blur
  /// only the edge of a cell.
  var enlargement: Int { min(8, max(1, 256 / max(width, height))) }
}

extension PNGFile {
  /// A text chunk.
  struct Caption {
    let key: String
    let isLatin1: Bool
    private let scalars: [Unicode.Scalar]

    /// - Parameter isUTF8: an `iTXt` chunk for any text; else `tEXt` where the text is Latin-1.
    init(_ key: String, _ text: String, isUTF8: Bool = false) {
      self.key = key
      scalars = text.unicodeScalars.map { scalar in
        let isControl = scalar.value < 0x20 && scalar != "\n" || (0x7F..<0xA0).contains(scalar.value)
        return isControl ? " " : scalar
      }
      isLatin1 = !isUTF8 && scalars.allSatisfy { $0.value < 0x100 }
    }

    var isEmpty: Bool { scalars.isEmpty }

    /// Key and value, each with a NUL at its end and none before.
    var bytes: [CChar] {
      let value =
        isLatin1
        ? scalars.map { UInt8(truncatingIfNeeded: $0.value) } : scalars.flatMap { UTF8.encode($0)! }
      return (Array(key.utf8) + [0] + value + [0]).map { CChar(bitPattern: $0) }
    }
  }
}

/// The colours of an image of no more than 256, and each pixel's index.
private struct Palette {
  /// Alpha in the highest byte, then red, green, blue; those that are not opaque come first.
  var colors: [UInt32]
  /// How many colours, at the front, are not opaque.
  var translucent: Int
  /// Of each pixel, in order of appearance, and the place in `colors` of each such number.
  var indices: UnsafePointer<UInt8>
  var places = [UInt8](repeating: 0, count: 256)

  init?(_ pixels: UnsafePointer<UInt32>, _ count: Int, _ scratch: ScratchMemory) {
    let indices = scratch.bytes(count).assumingMemoryBound(to: UInt8.self)
    self.indices = UnsafePointer(indices)
    let seen = [UInt32](unsafeUninitializedCapacity: 256) { colors, found in
      found = tk_index_colors(indices, colors.baseAddress, pixels, count)
    }
    guard !seen.isEmpty else { return nil }
    // tRNS ends with the last colour that is not opaque.
    let order = seen.indices.filter { seen[$0] >> 24 != 255 } + seen.indices.filter { seen[$0] >> 24 == 255 }
    translucent = seen.count { $0 >> 24 != 255 }
    colors = order.map { seen[$0] }
    for (new, old) in order.enumerated() { places[old] = UInt8(new) }
  }

  var bitDepth: Int {
    switch colors.count {
    case ...2: 1
    case ...4: 2
    case ...16: 4
    default: 8
    }
  }
}
