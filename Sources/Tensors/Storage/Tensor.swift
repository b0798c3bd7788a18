import CKernels

/// The memory behind one or more tensors: 64-byte aligned floats that are freed with their last tensor.
package final class Storage: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int
  private let release: @Sendable () -> Void

  package init(count: Int) {
    let size = max(1, count) * 4
    guard let bytes = tk_allocate(size) else { fatalError("no memory for \(size) bytes") }
    nonisolated(unsafe) let base = bytes
    self.pointer = bytes.bindMemory(to: Float.self, capacity: count)
    self.count = count
    self.release = { tk_free(base, size) }
  }

  /// Memory that something else owns (a mapped file); `release` gives it back.
  package init(pointer: UnsafeMutablePointer<Float>, count: Int, release: @escaping @Sendable () -> Void) {
    self.pointer = pointer
    self.count = count
    self.release = release
  }

  deinit { release() }
}

/// A dense float32 array in row-major order.
///
/// A tensor is written once, by the operation that makes it, and only read from then on; that is what makes it safe to
/// share between threads. Copies share their memory.
package struct Tensor: @unchecked Sendable {
  package let storage: Storage
  package let offset: Int
  package let shape: [Int]

  package init(storage: Storage, offset: Int = 0, shape: [Int]) {
    self.storage = storage
    self.offset = offset
    self.shape = shape
    precondition(offset >= 0 && offset + count <= storage.count, "shape \(shape) exceeds its storage")
  }

  /// Memory of the given shape with unspecified content.
  package init(uninitialized shape: [Int]) {
    self.init(storage: Storage(count: shape.reduce(1, *)), shape: shape)
  }

  package init(repeating value: Float, shape: [Int]) {
    self.init(uninitialized: shape)
    pointer.update(repeating: value, count: count)
  }

  package init(_ values: [Float], shape: [Int]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values for shape \(shape)")
    self.init(uninitialized: shape)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { pointer.update(from: base, count: count) }
    }
  }

  /// Tensors that differ in their first axis alone, one behind the other.
  package init(joining parts: [Tensor]) {
    self.init(uninitialized: [parts.reduce(0) { $0 + $1.shape[0] }] + parts[0].shape.dropFirst())
    var place = pointer
    for part in parts {
      place.update(from: part.pointer, count: part.count)
      place += part.count
    }
  }

  package var count: Int { shape.reduce(1, *) }
  package var pointer: UnsafeMutablePointer<Float> { storage.pointer + offset }
  package var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// The same values under another shape of equal size.
  package func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "\(self.shape) cannot become \(shape)")
    return Tensor(storage: storage, offset: offset, shape: shape)
  }

  /// Element `index` along the first axis, sharing memory.
  package subscript(index: Int) -> Tensor {
    let inner = Array(shape.dropFirst())
    return Tensor(storage: storage, offset: offset + index * inner.reduce(1, *), shape: inner)
  }
}

extension Tensor {
  /// Index of the first NaN or infinity in storage order, nil where every value is finite.
  package var firstNonFinite: Int? {
    let index = tk_first_nonfinite(pointer, count)
    return index < count ? index : nil
  }
}

extension Tensor {
  /// Whether another tensor has the same numbers, and NaN where this one has.
  package func hasSameNumbers(as other: Tensor) -> Bool {
    guard shape == other.shape else { return false }
    if pointer == other.pointer { return true }
    return (0..<count).allSatisfy { index in
      let (a, b) = (pointer[index], other.pointer[index])
      return a == b || a.isNaN && b.isNaN
    }
  }
}

extension Tensor {
  package var sumOfSquares: Double { tk_sum_of_squares(pointer, count) }
}
