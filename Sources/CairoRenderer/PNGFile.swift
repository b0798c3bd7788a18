internal import CPNG
internal import Drawing

/// Pixels and what is written beside them in a PNG. Images of up to 256 colours get a palette; nothing is lost.
struct PNGFile {
  var width: Int
  var height: Int
  /// Red, green, blue, alpha, not premultiplied.
  var pixels: [UInt32]
  var figure: String
  /// Dots per inch, nil to leave them out.
  var dpi: Double?
  var title = ""
  var description = ""
  /// Whether many rows repeat the one above, as those of enlarged cells do.
  var hasRepeatedRows = false

  init(width: Int, height: Int, pixels: [UInt32], figure: String) {
    self.width = width
    self.height = height
    self.pixels = pixels
    self.figure = figure
  }

  /// Each cell as `enlargement` × `enlargement` pixels.
  init(_ image: PixelImage, enlargement: Int, figure: String) {
    var pixels: [UInt32] = []
    pixels.reserveCapacity(image.width * image.height * enlargement * enlargement)
    for y in 0..<image.height {
      let start = pixels.count
      for x in 0..<image.width {
        let color = image.pixel(x, y)
        for _ in 0..<enlargement { pixels.append(color) }
      }
      let row = pixels[start...]
      for _ in 1..<enlargement { pixels.append(contentsOf: row) }
    }
    self.init(
      width: image.width * enlargement, height: image.height * enlargement, pixels: pixels, figure: figure)
    hasRepeatedRows = true
  }

  func bytes() throws(RenderError) -> [UInt8] {
    if let palette = Palette(pixels) { return try encode(palette) }
    let isOpaque = pixels.allSatisfy { $0 >> 24 == 255 }
    let channels = isOpaque ? 3 : 4
    let rows = [UInt8](unsafeUninitializedCapacity: pixels.count * channels) { rows, count in
      var place = 0
      for pixel in pixels {
        rows[place] = UInt8(truncatingIfNeeded: pixel)
        rows[place + 1] = UInt8(truncatingIfNeeded: pixel >> 8)
        rows[place + 2] = UInt8(truncatingIfNeeded: pixel >> 16)
        if !isOpaque { rows[place + 3] = UInt8(truncatingIfNeeded: pixel >> 24) }
        place += channels
      }
      count = place
    }
    var page = png_page()
    page.color_type = isOpaque ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA
    page.bit_depth = 8
    page.filters = hasRepeatedRows ? PNG_FILTER_UP : PNG_FILTER_NONE
    return try encode(page, rows, stride: width * channels)
  }

  private func encode(_ palette: Palette) throws(RenderError) -> [UInt8] {
    var page = png_page()
    page.color_type = PNG_COLOR_TYPE_PALETTE
    page.bit_depth = palette.bitDepth
    page.palette_count = Int32(palette.colors.count)
    page.translucent_count = Int32(palette.translucent)
    page.filters = PNG_FILTER_NONE
    var colors: [UInt8] = []
    for color in palette.colors {
      for shift in [0, 8, 16, 24] { colors.append(UInt8(truncatingIfNeeded: color >> UInt32(shift))) }
    }
    var result: Result<[UInt8], RenderError>?
    colors.withUnsafeBufferPointer { buffer in
      page.palette = buffer.baseAddress
      do throws(RenderError) { result = .success(try encode(page, palette.indices, stride: width)) } catch {
        result = .failure(error)
      }
    }
    return try result?.get() ?? []
  }

  private func encode(_ header: png_page, _ rows: [UInt8], stride: Int) throws(RenderError) -> [UInt8] {
    var page = header
    page.width = UInt32(width)
    page.height = UInt32(height)
    // Measured on scatters and sheets of heatmaps: a tenth more bytes than level 6 in half the time.
    page.compression_level = 3
    if let dpi { page.pixels_per_metre = UInt32((dpi / 0.0254).rounded()) }
    let title = Caption(title)
    let description = Caption(description)
    page.title_is_latin1 = title.isLatin1 ? 1 : 0
    page.description_is_latin1 = description.isLatin1 ? 1 : 0
    var output = png_output()
    defer { free(output.bytes) }
    let isWritten = title.bytes.withUnsafeBufferPointer { titleBytes in
      description.bytes.withUnsafeBufferPointer { descriptionBytes in
        page.title = titleBytes.baseAddress
        page.description = descriptionBytes.baseAddress
        return png_encode(&page, rows, stride, &output)
      }
    }
    guard isWritten == 1, let bytes = output.bytes else {
      throw RenderError.library(figure: figure, problem: "the PNG could not be written")
    }
    return Array(UnsafeBufferPointer(start: bytes, count: output.count))
  }
}

extension PixelImage {
  /// Red in the lowest byte, alpha in the highest.
  func pixel(_ x: Int, _ y: Int) -> UInt32 {
    let place = 4 * (y * width + x)
    return UInt32(pixels[place]) | UInt32(pixels[place + 1]) << 8 | UInt32(pixels[place + 2]) << 16
      | UInt32(pixels[place + 3]) << 24
  }

  /// Pixels a cell has in SVG and PDF. Programs that smooth images although asked not to (librsvg, Preview) then blur
  /// only the edge of a cell.
  var enlargement: Int { min(8, max(1, 256 / max(width, height))) }
}

/// A text chunk's value: Latin-1 where that holds it, else UTF-8; NUL at the end, and none before.
private struct Caption {
  var bytes: [CChar]
  var isLatin1: Bool

  init(_ text: String) {
    let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
      let isControl = scalar.value < 0x20 && scalar != "\n" || (0x7F..<0xA0).contains(scalar.value)
      return isControl ? " " : scalar
    }
    isLatin1 = scalars.allSatisfy { $0.value < 0x100 }
    if isLatin1 {
      bytes = scalars.map { CChar(truncatingIfNeeded: $0.value) }
    } else {
      bytes = scalars.flatMap { UTF8.encode($0)! }.map { CChar(bitPattern: $0) }
    }
    bytes.append(0)
  }
}

/// The colours of an image of no more than 256, and each pixel's index.
private struct Palette {
  var colors: [UInt32] = []
  /// How many colours, at the front, are not opaque.
  var translucent = 0
  var indices: [UInt8]

  init?(_ pixels: [UInt32]) {
    // Open addressing: 1024 slots for at most 256 colours.
    var slots = [Int16](repeating: -1, count: 1024)
    var colors: [UInt32] = []
    var isFull = false
    indices = [UInt8](unsafeUninitializedCapacity: pixels.count) { indices, count in
      var last: UInt32 = 0
      var lastIndex: UInt8 = 0
      for (place, pixel) in pixels.enumerated() {
        if place == 0 || pixel != last {
          var slot = Int((pixel &* 0x9E37_79B1) >> 22)
          while slots[slot] >= 0, colors[Int(slots[slot])] != pixel { slot = (slot + 1) & 1023 }
          if slots[slot] < 0 {
            if colors.count == 256 {
              isFull = true
              break
            }
            slots[slot] = Int16(colors.count)
            colors.append(pixel)
          }
          last = pixel
          lastIndex = UInt8(slots[slot])
        }
        indices[place] = lastIndex
      }
      count = isFull ? 0 : pixels.count
    }
    if isFull { return nil }
    // tRNS ends with the last colour that is not opaque: those first, each kind in order of appearance.
    let order = colors.indices.filter { colors[$0] >> 24 != 255 } + colors.indices.filter { colors[$0] >> 24 == 255 }
    translucent = colors.count { $0 >> 24 != 255 }
    self.colors = order.map { colors[$0] }
    if translucent > 0 {
      var moved = [UInt8](repeating: 0, count: colors.count)
      for (new, old) in order.enumerated() { moved[old] = UInt8(new) }
      for place in indices.indices { indices[place] = moved[Int(indices[place])] }
    }
  }

  var bitDepth: Int32 {
    switch colors.count {
    case ...2: 1
    case ...4: 2
    case ...16: 4
    default: 8
    }
  }
}
