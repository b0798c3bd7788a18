import Foundation
import Support

/// What a file says of how the camera was held, gathered from its parts: EXIF, ImageMagick's text with the same in
/// hexadecimal, XMP.
///
/// Read as PIL's `ImageOps.exif_transpose` reads it, with which models are fed: EXIF comes first, and XMP counts only
/// where that has no orientation.
struct Orientation {
  private var exif: [UInt8]?
  private var profile: [UInt8]?
  private var xmp: [UInt8]?

  /// Texts of PNG that are longer than this are not unpacked, as PIL does not.
  private static let longestText = 1 << 20

  /// 1 to 8; 1 where nothing is said.
  var value: Int {
    let data = exif ?? profile.flatMap(Self.bytes(ofProfile:)) ?? []
    if let entry = data.withUnsafeBytes({ exifOrientation($0) }) { return (1...8).contains(entry) ? entry : 1 }
    return xmp.flatMap(Self.orientation(inXMP:)) ?? 1
  }

  /// The data of PNG's chunk eXIf; the last one counts.
  mutating func replaceEXIF(_ data: UnsafeRawBufferPointer) { exif = Array(data) }

  /// A segment APP1 of a JPEG. EXIF may be shared out among several.
  mutating func addAPP1(_ data: UnsafeRawBufferPointer) {
    let (exifMark, xmpMark) = (Array("Exif\0\0".utf8), Array("http://ns.adobe.com/xap/1.0/\0".utf8))
    if data.starts(with: exifMark) {
      exif = (exif ?? []) + data.dropFirst(exifMark.count)
    } else if data.starts(with: xmpMark) {
      xmp = Array(data.dropFirst(xmpMark.count))
    }
  }

  /// A text of a PNG: a chunk tEXt, zTXt or iTXt.
  mutating func addText(_ data: UnsafeRawBufferPointer, type: String) {
    guard let end = data.firstIndex(of: 0) else { return }
    let key = String(decoding: data[..<end], as: UTF8.self)
    guard key == "XML:com.adobe.xmp" || key == "Raw profile type exif" else { return }
    var rest = data[(end + 1)...]
    var isPacked = type == "zTXt"
    if type == "iTXt" {
      guard rest.count >= 2 else { return }
      isPacked = rest.first != 0
      // Whether and how it is packed, the language, the key in that language.
      rest = rest.dropFirst(2)
      for _ in 0..<2 {
        guard let end = rest.firstIndex(of: 0) else { return }
        rest = rest[(end + 1)...]
      }
    } else if isPacked {
      rest = rest.dropFirst()
    }
    var text = Array(rest)
    if isPacked {
      guard let whole = inflated(UnsafeRawBufferPointer(rebasing: rest), most: Self.longestText) else { return }
      text = Array(whole)
    }
    if key == "XML:com.adobe.xmp" { xmp = text } else { profile = text }
  }

  /// ImageMagick's profile: an empty line, its kind, its length, and behind them hexadecimal digits in lines.
  private static func bytes(ofProfile text: [UInt8]) -> [UInt8]? {
    let lines = text.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count == 4 else { return nil }
    let digits = lines[3].filter { $0 != 0x0A && $0 != 0x20 && $0 != 0x0D }.compactMap {
      Character(Unicode.Scalar($0)).hexDigitValue.map(UInt8.init)
    }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// `tiff:Orientation="6"`, or the digit in an element of that name.
  private static func orientation(inXMP text: [UInt8]) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    var rest = text[...]
    while let found = rest.firstRange(of: name) {
      rest = rest[found.upperBound...]
      for mark in [Array("=\"".utf8), [UInt8(ascii: ">")]] where rest.starts(with: mark) {
        guard let digit = rest.dropFirst(mark.count).first, (0x30...0x39).contains(digit) else { continue }
        return (0x31...0x38).contains(digit) ? Int(digit) - 0x30 : nil
      }
    }
    return nil
  }
}
