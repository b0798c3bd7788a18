import Glibc
import Support
import Synchronization

/// What commands print: collected, and written when enough has come together.
enum StandardOutput {
  private static let pending = Mutex<[UInt8]>([])

  /// Throws `InputError` where it cannot be written; a reader that has gone away ends the program as it ends others.
  static func write(_ text: String) throws { try write(Array(text.utf8)) }

  static func write(_ text: [UInt8]) throws {
    let isFull = pending.withLock { bytes in
      bytes += text
      return bytes.count >= 1 << 16
    }
    if isFull { try flush() }
  }

  static func flush() throws {
    let bytes = pending.withLock { bytes in
      defer { bytes = [] }
      return bytes
    }
    let failure = writeAll(bytes, to: STDOUT_FILENO)
    if failure == EPIPE {
      signal(SIGPIPE, SIG_DFL)
      raise(SIGPIPE)
    }
    if failure != 0 {
      throw InputError(
        at: phrase("error.standardOutput"),
        phrase("error.cannotWrittenFailure", ["failure": String(cString: strerror(failure))]))
    }
  }
}

/// Errors and progress: written at once, and never a reason to stop.
enum StandardError {
  static let isTerminal = isatty(STDERR_FILENO) == 1

  static func write(_ text: String) { _ = writeAll(Array(text.utf8), to: STDERR_FILENO) }

  /// A line of its own, in the place of a progress bar if one is there.
  static func write(line: String) { write((isTerminal ? "\r\u{1B}[K" : "") + line + "\n") }
}

/// Writes all bytes and gives the error's number, 0 if there was none.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
  bytes.withUnsafeBytes { buffer in
    var rest = buffer[...]
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 && errno != EINTR { return errno }
      rest = rest.dropFirst(max(0, count))
    }
    return 0
  }
}
