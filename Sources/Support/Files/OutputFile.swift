package import Foundation

/// A file being written. Every byte that the program puts on a disk goes through `write`, which loses none silently.
package final class OutputFile {
  private let descriptor: Int32
  private let path: String
  private var isOpen = true

  /// Makes the file, or empties it.
  ///
  /// - Throws: `InputError` where it cannot be opened for writing.
  package init(_ url: URL) throws {
    path = url.path(percentEncoded: false)
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(phrase("outputFile.cannotBeWritten"), path) }
  }

  deinit { if isOpen { Foundation.close(descriptor) } }

  /// - Throws: `InputError` where not all bytes could be written (a full disk).
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0 {
        guard errno == EINTR else { throw Self.failure(phrase("outputFile.cannotBeWritten"), path) }
      } else {
        rest = rest.dropFirst(written)
      }
    }
  }

  package func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  package func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// Ends the file; some file systems report a full disk only here.
  package func close() throws {
    guard isOpen else { return }
    isOpen = false
    guard Foundation.close(descriptor) == 0 else { throw Self.failure(phrase("outputFile.cannotBeWritten"), path) }
  }

  /// A whole file at once.
  package static func write(_ bytes: [UInt8], to url: URL) throws {
    let file = try OutputFile(url)
    try file.write(bytes)
    try file.close()
  }

  /// Whether a file can be written there; what lies there stays as it is.
  ///
  /// - Throws: `InputError` where there is a folder, or no file can be opened for writing.
  package static func check(_ url: URL) throws {
    let path = url.path(percentEncoded: false)
    var status = stat()
    let isThere = stat(path, &status) == 0
    if isThere, status.st_mode & S_IFMT == S_IFDIR {
      throw InputError(at: path, phrase("error.isAFolder"), expected: "a file")
    }
    // Pipes and devices are not opened twice, and a link to nothing is not known to be ours.
    guard isThere ? status.st_mode & S_IFMT == S_IFREG : lstat(path, &status) != 0 else { return }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(phrase("error.cannotBeWritten"), path) }
    Foundation.close(descriptor)
    if !isThere { unlink(path) }
  }

  private static func failure(_ problem: String, _ path: String) -> InputError {
    InputError(at: path, problem, found: String(cString: strerror(errno)))
  }
}
