import Glibc
import Support

/// The lines of stdin, one after another.
struct StandardInput: ~Copyable {
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  private(set) var lineNumber = 0
  private var failure: (any Error)?

  /// The next line without its end (`\n` or `\r\n`); nil after the last.
  ///
  /// Throws `InputError` where stdin cannot be read or a line is not UTF-8.
  mutating func nextLine() throws -> String? {
    var searched = 0
    while true {
      if let end = buffer[(start + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return try line(buffer[start..<end])
      }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return try line(buffer[start...])
      }
      searched = buffer.count - start
      try fill()
    }
  }

  /// As many lines as have come, at least one; none after the last. A line that is not sound is thrown when those before
  /// it have been given.
  mutating func nextLines() throws -> [String] {
    if let failure { throw failure }
    guard let first = try nextLine() else { return [] }
    var lines = [first]
    while failure == nil, buffer[start...].contains(UInt8(ascii: "\n")) {
      do {
        if let line = try nextLine() { lines.append(line) }
      } catch {
        failure = error
      }
    }
    return lines
  }

  /// Reads more, after what was printed so far has been written, for a caller that waits for the answer to a line.
  private mutating func fill() throws {
    try StandardOutput.flush()
    buffer.removeFirst(start)
    start = 0
    let capacity = 1 << 16
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { bytes, count in
      var got = 0
      repeat { got = read(STDIN_FILENO, bytes.baseAddress, capacity) } while got < 0 && errno == EINTR
      failure = got < 0 ? errno : 0
      count = max(0, got)
    }
    if failure != 0 {
      throw InputError(
        at: phrase("error.standardInput"),
        phrase("error.cannotReadFailure", ["failure": String(cString: strerror(failure))]))
    }
    isAtEnd = bytes.isEmpty
    buffer += bytes
  }

  private mutating func line(_ bytes: ArraySlice<UInt8>) throws -> String {
    lineNumber += 1
    let content = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
    guard let text = String(validating: content, as: UTF8.self) else {
      throw InputError(at: phrase("error.standardInputLine", ["lineNumber": lineNumber]), phrase("error.notValidUtf"))
    }
    return text
  }
}
