import Foundation
import Synchronization

/// Which files lie where in memory.
private let mapped = Mutex<[UInt: (size: Int, path: String)]>([:])

extension MappedFile {
  /// What tells a file from one that was written since: its size, the time of its last change and whether it still has
  /// a name.
  struct State: Equatable {
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int
    private let isNamed: Bool

    init(_ status: stat) {
      size = Int(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
      isNamed = status.st_nlink > 0
    }
  }

  static func register(_ bytes: UnsafeRawBufferPointer, of path: String) {
    mapped.withLock { $0[UInt(bitPattern: bytes.baseAddress)] = (bytes.count, path) }
  }

  static func unregister(_ bytes: UnsafeRawBufferPointer) {
    mapped.withLock { _ = $0.removeValue(forKey: UInt(bitPattern: bytes.baseAddress)) }
  }

  /// What to say where memory at an address cannot be read: the file that is mapped there was shortened; nil where none
  /// is.
  package static func loss(at address: UInt) -> InputError? {
    let path = mapped.withLock { files in
      files.first { address >= $0.key && address - $0.key < $0.value.size }?.value.path
    }
    return path.map { InputError(at: $0, phrase("error.wasShortenedWhile")) }
  }

  /// - Throws: `InputError` where the file was changed, shortened, replaced or removed since it was opened.
  package func check() throws {
    var status = stat()
    guard fstat(descriptor, &status) == 0, State(status) == state else {
      throw InputError(
        at: url.path(percentEncoded: false), phrase("error.wasChangedRemoved"),
        expected: phrase("expected.fileWasOpened"))
    }
  }
}
