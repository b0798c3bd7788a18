import Foundation
import Support

/// The lines of a UTF-8 file, one after the other, without their ends (`\n` or `\r\n`).
///
/// The file is mapped, not read whole, unless it is gzip's. Errors: cannot be read; gzip that is damaged; a line that is
/// not UTF-8, with its number and the byte.
struct LineReader {
  let path: String
  /// The whole file, unpacked.
  let data: Data
  private(set) var position: Int
  /// Number of the line that was read last, from 1.
  private(set) var line = 0

  init(path: String) throws {
    self.path = path
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw InputError(at: path, phrase("error.doesNotExist"))
    }
    guard !isDirectory.boolValue else { throw InputError(at: path, phrase("error.isADirectory"), expected: "a file") }
    guard let data = try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped) else {
      throw InputError(at: path, phrase("error.cannotBeRead"))
    }
    let bytes = try unpacked(data, at: path)
    self.data = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next line, nil at the end.
  mutating func next() throws -> String? {
    guard position < data.count else { return nil }
    line += 1
    let start = position
    return try data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) -> String in
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      position = end + 1
      let last = end > start && bytes[end - 1] == 0x0D ? end - 1 : end
      let slice = bytes[start..<last]
      guard let text = String(validating: slice, as: UTF8.self) else {
        throw InputError(
          at: "\(path): line \(line)", phrase("error.notUtf8"),
          found: phrase("found.byteSliceFile", ["slice": Self.firstInvalid(slice)]))
      }
      return text
    }
  }

  /// Where the first sequence that is no UTF-8 begins.
  private static func firstInvalid(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var position = bytes.startIndex
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { position += UTF8.width(scalar) }
    return position
  }
}

/// Whether a line has nothing but white space.
func isBlank(_ line: String) -> Bool { line.unicodeScalars.allSatisfy(\.properties.isWhitespace) }

/// A text without white space at its ends.
func trimmed(_ text: some StringProtocol) -> String {
  let scalars = text.unicodeScalars
  let head = scalars.drop(while: \.properties.isWhitespace)
  guard let last = head.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
  return String(String.UnicodeScalarView(head[...last]))
}
