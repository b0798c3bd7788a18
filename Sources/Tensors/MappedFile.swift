import CKernels
package import Foundation

/// A regular file in memory, read-only.
///
/// The file must not be shortened while it is open.
package final class MappedFile: @unchecked Sendable {
  package let url: URL
  package let bytes: UnsafeRawBufferPointer

  /// - Throws: `InputError` where there is no such file, or it is empty or no regular one.
  package init(_ url: URL) throws {
    self.url = url
    let path = url.path(percentEncoded: false)
    func failure(_ problem: String) -> InputError {
      InputError(at: path, problem, found: String(cString: strerror(errno)))
    }
    // Not blocking: a pipe would otherwise be waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("cannot be opened") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("cannot be examined") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw InputError(at: path, "is not a file") }
    guard status.st_size > 0 else { throw InputError(at: path, "is empty") }
    let size = Int(status.st_size)
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      throw failure("cannot be mapped into memory")
    }
    bytes = UnsafeRawBufferPointer(start: base, count: size)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }

  /// The elements that begin at a byte as a float32 tensor, nil where they are not F32, F16, BF16 or F64. F32 elements
  /// at a multiple of four bytes are not copied: the tensor is a part of the mapped file. The pages of others are given
  /// back once they are converted.
  ///
  /// The elements must lie within the file.
  package func tensor(_ type: SafetensorsType, at start: Int, shape: [Int]) -> Tensor? {
    let count = shape.reduce(1, *)
    let source = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count * type.size])
    guard count > 0, let base = source.baseAddress else { return Tensor(uninitialized: shape) }
    if type == .f32, UInt(bitPattern: base) % 4 == 0 {
      let floats = UnsafeMutableRawPointer(mutating: base).assumingMemoryBound(to: Float.self)
      let storage = Storage(pointer: floats, count: count) { withExtendedLifetime(self) {} }
      return Tensor(storage: storage, shape: shape)
    }
    let result = Tensor(uninitialized: shape)
    switch type {
    case .f32: UnsafeMutableRawPointer(result.pointer).copyMemory(from: base, byteCount: source.count)
    case .f16: tk_floats_from_halves(result.pointer, base, count)
    case .bf16: tk_floats_from_bfloats(result.pointer, base, count)
    case .f64: tk_floats_from_doubles(result.pointer, base, count)
    default: return nil
    }
    giveBack(start..<start + source.count)
    return result
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
