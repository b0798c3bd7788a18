package import Foundation

/// A regular file in memory, read-only.
///
/// Other programs may change it meanwhile: `check` tells. Reading what has been cut off is the signal SIGBUS.
package final class MappedFile: @unchecked Sendable {
  package let url: URL
  package let bytes: UnsafeRawBufferPointer
  /// Open as long as the file is mapped, so that it can be looked at again.
  let descriptor: Int32
  /// As it was opened.
  let state: State

  /// - Throws: `InputError` where there is no such file, or it is empty or no regular one.
  package init(_ url: URL) throws {
    self.url = url
    let path = url.path(percentEncoded: false)
    func failure(_ problem: String) -> InputError {
      InputError(at: path, problem, found: String(cString: strerror(errno)))
    }
    // Not blocking: a pipe would otherwise be waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(phrase("error.cannotBeOpened")) }
    var isMapped = false
    defer { if !isMapped { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(phrase("mappedFile.cannotBeExamined")) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw InputError(at: path, phrase("error.isNotAFile")) }
    guard status.st_size > 0 else { throw InputError(at: path, phrase("error.isEmpty")) }
    let size = Int(status.st_size)
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      throw failure(phrase("error.cannotMappedInto"))
    }
    bytes = UnsafeRawBufferPointer(start: base, count: size)
    self.descriptor = descriptor
    state = State(status)
    isMapped = true
    Self.register(bytes, of: path)
    try LargeFilePointer.refuse(bytes, at: path)
  }

  deinit {
    Self.unregister(bytes)
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    close(descriptor)
  }

  /// Gives the memory of the whole pages in a range back; they are read from the file again if they are needed again.
  package func giveBack(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound == bytes.count ? range.upperBound : range.upperBound / page * page
    guard start < end, let base = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
  }
}
