package import Tensors

/// One batch for the model: token ids in rows of equal length, padded at will; or images.
package struct ModelInput: Sendable {
  package var batch: Int
  package var length: Int
  /// `[batch, length]`.
  package var ids: [Int32]
  /// `[batch, length]`: 1 for real positions, 0 for padding.
  package var mask: [UInt8]
  /// `[batch, length]`; segment 0 everywhere where nil.
  package var typeIDs: [Int32]?
  /// `[batch, length]` token ids, or `[batch]` classes; −100 is ignored. A language model is asked at each position for
  /// the label of the next.
  package var labels: [Int32]?
  /// What a decoder reads of the target; made from the labels where nil.
  package var target: Target?
  /// `[batch, channels, height, width]` in place of ids; positions are then those of patches.
  package var pixels: Tensor?

  /// The tokens that a decoder reads: `ids` and `mask` are `[batch, length]`.
  package struct Target: Sendable {
    package var length: Int
    package var ids: [Int32]
    package var mask: [UInt8]

    package init(length: Int, ids: [Int32], mask: [UInt8]? = nil) {
      self.length = length
      self.ids = ids
      self.mask = mask ?? Array(repeating: 1, count: ids.count)
    }
  }

  /// Images for a model of this description.
  package init(pixels: Tensor, for image: ImageShape, labels: [Int32]? = nil) {
    let batch = pixels.shape.first ?? 0
    self.init(
      batch: batch, length: image.positions, ids: [], mask: Array(repeating: 1, count: batch * image.positions),
      labels: labels)
    self.pixels = pixels
  }

  package init(
    batch: Int, length: Int, ids: [Int32], mask: [UInt8], typeIDs: [Int32]? = nil, labels: [Int32]? = nil
  ) {
    self.batch = batch
    self.length = length
    self.ids = ids
    self.mask = mask
    self.typeIDs = typeIDs
    self.labels = labels
  }

  /// Rows of different length, padded at the end with `pad`.
  package init(rows: [[Int32]], typeIDs: [[Int32]]? = nil, labels: [[Int32]]? = nil, pad: Int32) {
    let length = rows.map(\.count).max() ?? 0
    func padded(_ rows: [[Int32]], _ value: Int32) -> [Int32] {
      rows.flatMap { $0 + Array(repeating: value, count: length - $0.count) }
    }
    self.init(
      batch: rows.count, length: length, ids: padded(rows, pad),
      mask: rows.flatMap {
        Array(repeating: UInt8(1), count: $0.count) + Array(repeating: 0, count: length - $0.count)
      },
      typeIDs: typeIDs.map { padded($0, 0) }, labels: labels.map { padded($0, -100) })
  }

  /// The rows as a small model runs them best, in lanes side by side, each on one thread: at most eight, a power of two,
  /// of at least 128 positions each, and no more than have gradients of 64 MiB together. A model too large for two lanes
  /// has one, within which threads share each operation.
  ///
  /// - Parameter weights: how many numbers the model has.
  package func lanes(weights: Int) -> [Range<Int>] {
    let (most, leastPositions, size) = (8, 128, 1 << 24)
    let positions = batch * (length + (target?.length ?? 0))
    var count = most
    while count > 1, count > batch || positions / count < leastPositions || count * weights > size { count /= 2 }
    return (0..<count).map { $0 * batch / count..<($0 + 1) * batch / count }
  }

  /// Some of the rows, of an input all of whose rows have the same length.
  package func rows(_ range: Range<Int>) -> ModelInput {
    func part<T>(_ values: [T]) -> [T] {
      let width = values.count / batch
      return Array(values[range.lowerBound * width..<range.upperBound * width])
    }
    var rows = ModelInput(
      batch: range.count, length: length, ids: part(ids), mask: part(mask), typeIDs: typeIDs.map(part),
      labels: labels.map(part))
    rows.target = target.map { Target(length: $0.length, ids: part($0.ids), mask: part($0.mask)) }
    rows.pixels = pixels.map { pixels in
      let size = pixels.count / batch
      return Tensor(
        storage: pixels.storage, offset: pixels.offset + range.lowerBound * size,
        shape: [range.count] + pixels.shape.dropFirst())
    }
    return rows
  }
}

extension ModelInput {
  /// Inputs of the same length and kind as one batch, one behind the other.
  package init(joining inputs: [ModelInput]) {
    let first = inputs[0]
    precondition(inputs.allSatisfy { $0.length == first.length && $0.target?.length == first.target?.length })
    self.init(
      batch: inputs.reduce(0) { $0 + $1.batch }, length: first.length, ids: inputs.flatMap(\.ids),
      mask: inputs.flatMap(\.mask), typeIDs: first.typeIDs == nil ? nil : inputs.flatMap { $0.typeIDs ?? [] },
      labels: first.labels == nil ? nil : inputs.flatMap { $0.labels ?? [] })
    target = first.target.map { target in
      Target(
        length: target.length, ids: inputs.flatMap { $0.target?.ids ?? [] },
        mask: inputs.flatMap { $0.target?.mask ?? [] })
    }
    if let pixels = first.pixels {
      let all = Tensor(uninitialized: [batch] + pixels.shape.dropFirst())
      var place = all.pointer
      for input in inputs {
        guard let pixels = input.pixels else { continue }
        place.update(from: pixels.pointer, count: pixels.count)
        place += pixels.count
      }
      self.pixels = all
    }
  }
}
