import Foundation
import Support

/// The elements of a file that is one JSON array, each as a line of JSON Lines would have it.
///
/// Errors: an array that is not closed, something behind it, or an element without a comma behind it.
struct JSONElements {
  private let data: Data
  private let path: String
  private var position: Int
  private var lines = 1
  private var isFirst = true
  /// The line on which the element that was read last begins, from 1.
  private(set) var line = 0

  /// Nil where the file does not begin with a bracket.
  init?(_ reader: LineReader) {
    data = reader.data
    path = reader.path
    position = reader.position
    skipSpace()
    guard next == UInt8(ascii: "[") else { return nil }
    position += 1
  }

  private var next: UInt8? { position < data.count ? data[data.startIndex + position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A {
      if byte == 0x0A { lines += 1 }
      position += 1
    }
  }

  private func error(_ problem: String, _ expected: String) -> InputError {
    InputError(at: "\(path): line \(lines)", problem, expected: expected)
  }

  /// The text of the next element without line ends, nil at the end of the array.
  mutating func nextText() throws -> String? {
    skipSpace()
    if next == UInt8(ascii: "]") {
      position += 1
      skipSpace()
      guard next == nil else { throw error(phrase("error.hasSomethingBehind"), phrase("error.oneArrayObject")) }
      // So that there is no more to come.
      position -= 1
      while next != UInt8(ascii: "]") { position -= 1 }
      return nil
    }
    if !isFirst {
      guard next == UInt8(ascii: ",") else {
        throw error(phrase("jsonElements.notJsonArray"), phrase("jsonElements.orBehindAnElement"))
      }
      position += 1
      skipSpace()
    }
    isFirst = false
    line = lines
    return try element()
  }

  private mutating func element() throws -> String {
    var bytes: [UInt8] = []
    var (depth, isText) = (0, false)
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""): isText.toggle()
      case UInt8(ascii: "\\") where isText:
        bytes.append(byte)
        position += 1
      case UInt8(ascii: "{"), UInt8(ascii: "["): if !isText { depth += 1 }
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
        if isText { break }
        if depth == 0 {
          guard !bytes.isEmpty else {
            throw error(phrase("jsonElements.notJsonArray"), phrase("jsonElements.valueBehindEach"))
          }
          guard let text = String(validating: bytes, as: UTF8.self) else {
            throw error(phrase("jsonElements.notUtf8"), "UTF-8")
          }
          return text
        }
        if byte != UInt8(ascii: ",") { depth -= 1 }
      default: break
      }
      guard let byte = next else { break }
      if byte == 0x0A { lines += 1 }
      bytes.append(byte == 0x0A && !isText ? 0x20 : byte)
      position += 1
    }
    throw error(phrase("jsonElements.endsWithinJson"), phrase("jsonElements.behindLastElement"))
  }
}
