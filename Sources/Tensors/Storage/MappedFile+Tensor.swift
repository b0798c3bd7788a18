import CKernels
package import Support

extension MappedFile {
  /// The elements that begin at a byte as a float32 tensor, nil where they are not F32, F16, BF16 or F64. F32 elements
  /// at a multiple of four bytes are not copied: the tensor is a part of the mapped file. The pages of others are given
  /// back once they are converted.
  ///
  /// The elements must lie within the file.
  package func tensor(_ type: SafetensorsType, at start: Int, shape: [Int]) -> Tensor? {
    guard [.f32, .f16, .bf16, .f64].contains(type) else { return nil }
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
}
