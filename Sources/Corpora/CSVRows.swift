import Foundation
import Support

/// The rows of a CSV file (RFC 4180): cells between commas, in quotation marks where they hold a comma, a line's end or
/// a quotation mark, which is doubled. Blank lines are skipped.
///
/// Errors: a file that cannot be read or is not UTF-8; text around a cell's quotation marks, or marks that are not
/// closed, with the line.
package struct CSVRows {
  let path: String
  private let bytes: [UInt8]
  private var place = 0
  private var lines = 1
  /// The line on which the row that was read last begins, from 1.
  package private(set) var line = 0

  package init(path: String) throws {
    self.path = path
    // Checks that the file is there and is text.
    var reader = try LineReader(path: path)
    while try reader.next() != nil {}
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw InputError(at: path, "cannot be read")
    }
    bytes = Array(data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data)
  }

  /// The next row, nil at the end.
  package mutating func next() throws -> [String]? {
    while place < bytes.count {
      line = lines
      var cells = [try cell()]
      while take(",") { cells.append(try cell()) }
      let isOver = place == bytes.count || endLine()
      guard isOver else {
        throw error("has text behind a quotation mark that closes a cell", "a comma or the line's end")
      }
      if cells.count > 1 || !isBlank(cells[0]) { return cells }
    }
    return nil
  }

  private func error(_ problem: String, _ expected: String) -> InputError {
    InputError(at: "\(path): line \(line)", problem, expected: expected)
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard place < bytes.count, bytes[place] == UInt8(ascii: scalar) else { return false }
    place += 1
    return true
  }

  private mutating func endLine() -> Bool {
    if place + 1 < bytes.count, bytes[place] == 0x0D, bytes[place + 1] == 0x0A { place += 1 }
    guard take("\n") else { return false }
    lines += 1
    return true
  }

  private mutating func cell() throws -> String {
    var text: [UInt8] = []
    if take("\"") {
      while true {
        guard place < bytes.count else {
          throw error("opens a quotation mark that is never closed", "\" behind the cell")
        }
        if take("\"") {
          guard take("\"") else { return String(decoding: text, as: UTF8.self) }
          text.append(UInt8(ascii: "\""))
        } else {
          if bytes[place] == 0x0A { lines += 1 }
          text.append(bytes[place])
          place += 1
        }
      }
    }
    while place < bytes.count, bytes[place] != UInt8(ascii: ","), bytes[place] != 0x0A {
      guard bytes[place] != UInt8(ascii: "\"") else {
        throw error("has a quotation mark inside a cell", "the whole cell in quotation marks, those inside doubled")
      }
      text.append(bytes[place])
      place += 1
    }
    if text.last == 0x0D, place == bytes.count || bytes[place] == 0x0A { text.removeLast() }
    return trimmed(String(decoding: text, as: UTF8.self))
  }
}
