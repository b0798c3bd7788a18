import Foundation
import Support

/// The rows of a CSV file (RFC 4180): cells between commas, in quotation marks where they hold a comma, a line's end or
/// a quotation mark, which is doubled; or the same between tabs. Blank lines are skipped.
///
/// Files between tabs are often written without quotation marks of their own. They are read so unless every cell with a
/// quotation mark in it is written as CSV has it and all rows have as many cells. Where that would join lines which are
/// rows with as many cells themselves, they are taken for rows.
///
/// Errors: a file that cannot be read or is not UTF-8; between commas, text around a cell's quotation marks, or marks
/// that are not closed, with the line.
package struct CSVRows {
  /// What stands between cells.
  enum Separator: Unicode.Scalar { case comma = ",", tab = "\t" }

  let path: String
  private let data: Data
  private let separator: UInt8
  /// Whether a quotation mark at the start of a cell belongs to the file and not to the text.
  private(set) var isQuoted = true
  private var place: Int
  private var lines = 1
  /// The line on which the row that was read last begins, from 1.
  package private(set) var line = 0

  package init(path: String) throws { try self.init(LineReader(path: path), .comma) }

  init(_ reader: LineReader, _ separator: Separator) throws {
    path = reader.path
    data = reader.data
    place = reader.position
    self.separator = UInt8(ascii: separator.rawValue)
    // Checks that the file is text.
    var reader = reader
    while try reader.next() != nil {}
    guard separator == .tab, data.contains(UInt8(ascii: "\"")) else { return }
    let quoted = shape()
    isQuoted = false
    let plain = shape()
    isQuoted = quoted.columns != nil && (quoted.lines == plain.lines || plain.columns ?? 1 == 1)
  }

  /// How many cells every row has, nil where they differ or are malformed; and how many rows there are.
  private func shape() -> (columns: Int?, lines: Int) {
    var (probe, columns, rows) = (self, Int?.none, 0)
    while let cells = try? probe.next() {
      if let columns, cells.count != columns { return (nil, rows) }
      columns = cells.count
      rows += 1
    }
    return (probe.place == data.count ? columns : nil, rows)
  }

  /// The next row, nil at the end.
  package mutating func next() throws -> [String]? {
    let data = data
    return try data.withUnsafeBytes { try next(in: $0) }
  }

  private mutating func next(in bytes: UnsafeRawBufferPointer) throws -> [String]? {
    while place < bytes.count {
      line = lines
      var cells = [try cell(in: bytes)]
      while take(separator, in: bytes) { cells.append(try cell(in: bytes)) }
      guard place == bytes.count || endLine(in: bytes) else {
        throw error(phrase("csvRows.hasTextBehind"), phrase("csvRows.separatorLinesEnd"))
      }
      if cells.count > 1 || !isBlank(cells[0]) { return cells }
    }
    return nil
  }

  private func error(_ problem: String, _ expected: String) -> InputError {
    InputError(at: "\(path): line \(line)", problem, expected: expected)
  }

  private mutating func take(_ byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Bool {
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  private mutating func endLine(in bytes: UnsafeRawBufferPointer) -> Bool {
    if place + 1 < bytes.count, bytes[place] == 0x0D, bytes[place + 1] == 0x0A { place += 1 }
    guard take(0x0A, in: bytes) else { return false }
    lines += 1
    return true
  }

  private mutating func cell(in bytes: UnsafeRawBufferPointer) throws -> String {
    let quote = UInt8(ascii: "\"")
    if isQuoted, take(quote, in: bytes) {
      var text: [UInt8] = []
      while true {
        guard place < bytes.count else {
          throw error(phrase("csvRows.opensQuotationMark"), phrase("csvRows.behindTheCell"))
        }
        if take(quote, in: bytes) {
          guard take(quote, in: bytes) else { return String(decoding: text, as: UTF8.self) }
          text.append(quote)
        } else {
          if bytes[place] == 0x0A { lines += 1 }
          text.append(bytes[place])
          place += 1
        }
      }
    }
    let start = place
    while place < bytes.count, bytes[place] != separator, bytes[place] != 0x0A {
      guard !isQuoted || bytes[place] != quote else {
        throw error(phrase("csvRows.hasQuotationMark"), phrase("csvRows.wholeCellQuotation"))
      }
      place += 1
    }
    var end = place
    if end > start, bytes[end - 1] == 0x0D, place == bytes.count || bytes[place] == 0x0A { end -= 1 }
    return trimmed(String(decoding: bytes[start..<end], as: UTF8.self))
  }
}
