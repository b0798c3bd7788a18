import CPNG
import Support
import Tensors

/// The header of a PNG (W3C, third edition) whose chunks were found whole.
///
/// Errors: a damaged signature; chunks that are cut off, out of place or missing; a wrong checksum in a chunk that is
/// needed; values of the header that the format does not have; more pixels than could be packed into the file.
struct PNGHeader {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  let height: Int
  let width: Int
  /// Of what is decoded: 1 for grey, 3 for colours.
  let channels: Int
  /// How the camera was held, 1 to 8.
  let orientation: Int

  /// Bits that a sample may have, by colour type.
  private static let depths = [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]]
  private static let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4]

  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    func error(_ problem: String, _ expected: String? = nil, _ found: String? = nil) -> InputError {
      InputError(at: path, problem, expected: expected, found: found)
    }
    guard bytes.starts(with: Self.signature) else {
      throw error(
        phrase("found.hasDamagedPng"), hexadecimal(Self.signature), hexadecimal(bytes.prefix(Self.signature.count)))
    }
    var chunks = PNGChunks(bytes: bytes, path: path)
    guard let header = try chunks.next(), header.type == "IHDR", header.data.count == 13 else {
      throw error(phrase("pngHeader.doesNotBegin"), phrase("pngHeader.ihdr13Bytes"))
    }
    let data = UnsafeRawBufferPointer(rebasing: header.data)
    (width, height) = (data.word(at: 0), data.word(at: 4))
    let depth = Int(data[8]), type = Int(data[9])
    guard let depths = Self.depths[type], let samples = Self.samples[type] else {
      throw error(phrase("pngHeader.hasUnknownPngColour"), "0, 2, 3, 4 or 6", "\(type)")
    }
    guard depths.contains(depth) else {
      throw error(
        phrase("pngHeader.hasBitDepth", ["type": type]), depths.map(String.init).joined(separator: ", "),
        "\(depth)")
    }
    guard data[10] == 0, data[11] == 0, data[12] < 2 else {
      throw error(
        phrase("pngHeader.hasUnknownPng"), "0, 0 and 0 or 1",
        "\(data[10]), \(data[11]), \(data[12])")
    }
    try ImageFile.check(height: height, width: width, at: path)
    channels = type == 0 || type == 4 ? 1 : 3

    var packed = 0
    var hasPalette = false
    var isOver = false
    var orientation = Orientation()
    while !isOver, let chunk = try chunks.next() {
      switch chunk.type {
      case "PLTE": hasPalette = true
      case "IDAT": packed += chunk.data.count
      case "eXIf": orientation.replaceEXIF(UnsafeRawBufferPointer(rebasing: chunk.data))
      case "tEXt", "zTXt", "iTXt":
        orientation.addText(UnsafeRawBufferPointer(rebasing: chunk.data), type: chunk.type)
      case "IEND": isOver = true
      default: break
      }
    }
    self.orientation = orientation.value
    guard packed > 0 else { throw error(phrase("pngHeader.hasNoPixels"), phrase("pngHeader.pngChunkIdat")) }
    guard isOver else { throw error(phrase("pngHeader.endsTooEarly"), phrase("pngHeader.pngChunkIend")) }
    guard hasPalette || type != 3 else {
      throw error(phrase("pngHeader.hasNoPalette"), phrase("pngHeader.pngChunkPlte"))
    }
    // Deflate packs no more than 1032 bytes into one.
    let needed = (width * depth * samples + 7) / 8 * height / 1032
    guard packed >= needed else {
      throw error(
        phrase("pngHeader.tooShortWidth", ["width": width, "height": height]),
        phrase("pngHeader.leastNeededBytes", ["needed": needed]), "\(packed)")
    }
  }

  /// The pixels: grey, or red, green and blue. Of 16 bits the upper 8 are kept; grey ones without alpha are clipped at
  /// 255 instead, which is what PIL makes of them and so what models are fed.
  func decode(_ bytes: UnsafeRawBufferPointer, path: String) throws -> Image {
    try Image(height: height, width: width, channels: channels, path: path, problem: phrase("pngHeader.isADamagedPng"))
    {
      samples in
      var picture = png_picture()
      picture.bytes = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
      picture.count = bytes.count
      picture.width = UInt32(width)
      picture.height = UInt32(height)
      picture.channels = Int32(channels)
      picture.samples = samples
      return png_decode(&picture) == 1 ? nil : text(of: &picture.message)
    }
  }
}

/// The chunks of a PNG behind its signature.
private struct PNGChunks {
  let bytes: UnsafeRawBufferPointer
  let path: String
  private var place = 8

  init(bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The next chunk, nil at the end of the file.
  ///
  /// - Throws: `InputError` for one that is cut off, or that is needed (its type begins with a capital) and has another
  ///   checksum than it says.
  mutating func next() throws -> (type: String, data: Slice<UnsafeRawBufferPointer>)? {
    guard place < bytes.count else { return nil }
    guard place + 12 <= bytes.count, bytes.word(at: place) <= bytes.count - place - 12 else {
      throw InputError(
        at: path, phrase("error.endsTooEarly"), expected: phrase("expected.wholePngChunk", ["place": place]),
        found: phrase("found.bytesBytes", ["bytes": bytes.count]))
    }
    let length = bytes.word(at: place), start = place + 8, end = start + length
    let type = String(decoding: bytes[(place + 4)..<start], as: UTF8.self)
    if bytes[place + 4] & 0x20 == 0, let base = bytes.assumingMemoryBound(to: UInt8.self).baseAddress {
      let sum = Int(png_checksum(base + place + 4, length + 4)), stated = bytes.word(at: end)
      guard sum == stated else {
        throw InputError(
          at: phrase("error.pathPngChunk", ["path": path, "type": type.debugDescription, "place": place]),
          phrase("error.hasWrongChecksum"),
          expected: String(sum, radix: 16), found: String(stated, radix: 16))
      }
    }
    place = end + 4
    return (type, bytes[start..<end])
  }
}
