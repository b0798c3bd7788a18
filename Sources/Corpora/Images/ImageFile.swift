import Foundation
import Support
package import Tensors

/// A PNG or JPEG file, told by what it begins with and not by its name, whose structure was found sound.
package struct ImageFile {
  package let path: String
  private let file: MappedFile
  private let kind: Kind

  private enum Kind {
    case png(PNGHeader)
    case jpeg(JPEGHeader)
  }

  /// Pixels of the largest image that is read.
  package static let mostPixels = 178_956_970

  /// Reads headers and checks how the file is put together; nothing is decoded.
  ///
  /// - Throws: `InputError` for a file that cannot be read, is neither PNG nor JPEG, is cut off, has a damaged or
  ///   impossible header, or more than `mostPixels`.
  package init(path: String) throws {
    self.path = path
    file = try MappedFile(URL(filePath: path))
    let bytes = file.bytes
    switch ImageFile.signature(bytes) {
    case .png: kind = .png(try PNGHeader(bytes, path: path))
    case .jpeg: kind = .jpeg(try JPEGHeader(bytes, path: path))
    case nil:
      throw InputError(
        at: path, phrase("error.neitherPngNor"), expected: phrase("expected.89504e"),
        found: hexadecimal(bytes.prefix(4)))
    }
  }

  /// Height and width of the image as it is shown.
  package var size: (height: Int, width: Int) {
    let (height, width, orientation) =
      switch kind {
      case .png(let header): (header.height, header.width, header.orientation)
      case .jpeg(let header): (header.height, header.width, header.orientation)
      }
    return (5...8).contains(orientation) ? (width, height) : (height, width)
  }

  /// The pixels, grey where the file is; upright, where the file says how the camera was held; without transparency, whose
  /// colours show as they are stored.
  ///
  /// - Throws: `InputError` for pixels that are damaged or missing, with the library's reason.
  package func read() throws -> Image {
    switch kind {
    case .png(let header): try header.decode(file.bytes, path: path).upright(orientation: header.orientation)
    case .jpeg(let header): try header.decode(file.bytes, path: path).upright(orientation: header.orientation)
    }
  }

  enum Signature { case png, jpeg }

  /// What the first bytes announce. A PNG is also one whose signature was damaged on its way.
  static func signature(_ bytes: UnsafeRawBufferPointer) -> Signature? {
    let start = Array(bytes.prefix(4))
    if start.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    let matching = zip(start, PNGHeader.signature).count { $0 == $1 }
    return matching >= 3 ? .png : nil
  }

  /// - Throws: `InputError` for a size that no image has, or too many pixels.
  static func check(height: Int, width: Int, at path: String) throws {
    guard height > 0, width > 0 else {
      throw InputError(
        at: path, phrase("error.hasNoPixels"), expected: phrase("expected.least11"), found: "\(width) × \(height)")
    }
    guard height <= mostPixels / width else {
      throw InputError(
        at: path, phrase("error.hasTooMany"), expected: phrase("expected.atMostMostpixels", ["mostPixels": mostPixels]),
        found: "\(width) × \(height)")
    }
  }
}

extension Image {
  /// What a library's decoder writes into memory of this size; it gives its reason where it refuses, which the error
  /// `problem` carries.
  init(
    height: Int, width: Int, channels: Int, path: String, problem: String,
    decode: (_ samples: UnsafeMutablePointer<UInt8>?) -> String?
  ) throws {
    var message: String?
    let samples = [UInt8](unsafeUninitializedCapacity: height * width * channels) { out, count in
      message = decode(out.baseAddress)
      if message == nil { count = height * width * channels }
    }
    if let message { throw InputError(at: path, problem, found: message.isEmpty ? nil : message) }
    self.init(height: height, width: width, channels: channels, samples: samples)
  }
}

/// The text of a C array, up to its zero.
func text<CArray>(of array: inout CArray) -> String {
  withUnsafeBytes(of: &array) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

/// Bytes as they are written in a dump: `89 50 4e 47`.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}

extension UnsafeRawBufferPointer {
  /// The number of two bytes, the higher one first.
  func short(at place: Int) -> Int { Int(self[place]) << 8 | Int(self[place + 1]) }

  /// The number of four bytes, the highest one first.
  func word(at place: Int) -> Int { short(at: place) << 16 | short(at: place + 2) }
}
