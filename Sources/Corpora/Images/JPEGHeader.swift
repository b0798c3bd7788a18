import CJPEG
import Foundation
import Support
import Tensors

/// The frame header of a JPEG (ITU-T T.81, annex B) whose segments were found whole.
///
/// Errors: a segment that is cut off; no frame, no scan or no end; a kind of coding, a precision or a number of
/// components that is not read.
struct JPEGHeader {
  let height: Int
  let width: Int
  /// Of what is decoded: 1 for grey, 3 for colours and inks.
  let channels: Int
  /// How the camera was held, 1 to 8.
  let orientation: Int

  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    func error(_ problem: String, _ expected: String? = nil, _ found: String? = nil) -> InputError {
      InputError(at: path, problem, expected: expected, found: found)
    }
    var segments = JPEGSegments(bytes: bytes, path: path)
    var frame: (height: Int, width: Int, components: Int)?
    var orientation = Orientation()
    var hasScan = false
    while let segment = try segments.next() {
      let data = UnsafeRawBufferPointer(rebasing: segment.data)
      switch segment.marker {
      // SOF0 to SOF2 and SOF9, SOF10: baseline, extended, progressive, and the two in arithmetic coding.
      case 0xC0, 0xC1, 0xC2, 0xC9, 0xCA:
        guard data.count >= 6 else { throw error(phrase("jpegHeader.hasJpegFrame")) }
        guard data[0] == 8 else { throw error(phrase("jpegHeader.hasJpegPrecision"), "8 bits", "\(data[0])") }
        guard frame == nil else { throw error(phrase("jpegHeader.hasTwoJpeg"), "one") }
        frame = (data.short(at: 1), data.short(at: 3), Int(data[5]))
      case 0xC3, 0xC5...0xC7, 0xCB, 0xCD...0xCF:
        throw error(
          phrase("jpegHeader.hasJpegCoding"), phrase("jpegHeader.baselineExtendedProgressive"),
          "SOF\(segment.marker - 0xC0)")
      case 0xDA: hasScan = true
      case 0xE1 where !hasScan: orientation.addAPP1(data)
      default: break
      }
    }
    guard let frame, hasScan else { throw error(phrase("jpegHeader.hasNoPixels"), phrase("jpegHeader.jpegFrameScan")) }
    guard [1, 3, 4].contains(frame.components) else {
      throw error(phrase("jpegHeader.hasAnotherNumber"), "1, 3 or 4", "\(frame.components)")
    }
    try ImageFile.check(height: frame.height, width: frame.width, at: path)
    (height, width) = (frame.height, frame.width)
    channels = frame.components == 1 ? 1 : 3
    self.orientation = orientation.value
  }

  /// The pixels: grey, or red, green and blue. Four components are inks, inverted as Adobe's programs store them.
  func decode(_ bytes: UnsafeRawBufferPointer, path: String) throws -> Image {
    try Image(
      height: height, width: width, channels: channels, path: path, problem: phrase("jpegHeader.isADamagedJpeg")
    ) { samples in
      var picture = jpeg_picture()
      picture.bytes = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
      picture.count = bytes.count
      picture.width = UInt32(width)
      picture.height = UInt32(height)
      picture.channels = Int32(channels)
      picture.samples = samples
      return jpeg_decode(&picture) == 1 ? nil : text(of: &picture.message)
    }
  }
}

/// The segments of a JPEG behind its first marker, up to the one that ends the image.
private struct JPEGSegments {
  let bytes: UnsafeRawBufferPointer
  let path: String
  private var place = 2

  init(bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The next segment, nil at the end of the image. Coded pixels, and bytes that belong to nothing, are skipped.
  ///
  /// - Throws: `InputError` for one that is cut off, and where the file ends before the image does.
  mutating func next() throws -> (marker: UInt8, data: Slice<UnsafeRawBufferPointer>)? {
    while let base = bytes.baseAddress, place < bytes.count,
      let found = memchr(base + place, 0xFF, bytes.count - place)
    {
      place = UnsafeRawPointer(found) - base + 1
      guard place < bytes.count else { break }
      let marker = bytes[place]
      switch marker {
      // An escaped byte, a fill byte, a restart marker, or one without a length.
      case 0x00, 0x01, 0xD0...0xD8: place += 1
      case 0xFF: break
      case 0xD9: return nil
      default:
        let start = place + 3
        guard start <= bytes.count, bytes.short(at: place + 1) >= 2,
          place + 1 + bytes.short(at: place + 1) <= bytes.count
        else {
          throw InputError(
            at: path, phrase("error.endsTooEarly"), expected: phrase("expected.wholeJpegSegment", ["place": place - 1]),
            found: phrase("found.bytesBytes", ["bytes": bytes.count]))
        }
        let end = place + 1 + bytes.short(at: place + 1)
        place = end
        return (marker, bytes[start..<end])
      }
    }
    throw InputError(
      at: path, phrase("error.endsTooEarly"), expected: phrase("expected.jpegMarkerEnds"),
      found: phrase("found.bytesBytes", ["bytes": bytes.count]))
  }
}
