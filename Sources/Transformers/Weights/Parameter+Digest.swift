import Support
import Tensors

extension Parameter {
  /// The SHA-256 of its numbers as they lie in memory.
  package var digest: String {
    let tensor = tensor
    let bytes = UnsafeRawBufferPointer(start: tensor.pointer, count: 4 * tensor.count)
    var hash = SHA256()
    for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
      hash.update(Array(bytes[start..<min(start + 1 << 20, bytes.count)]))
    }
    return hash.digest()
  }
}
