/// The attention of a long document, pooled over square blocks of positions.
package struct PooledAttention: Sendable {
  package var id: String
  /// Positions of the document.
  package var length: Int
  /// Positions of a block's side.
  package var size: Int
  /// `[L, H, blocks, blocks]`.
  package var mean: NumericArray
  package var maximum: NumericArray

  package init(id: String, length: Int, size: Int, mean: NumericArray, maximum: NumericArray) {
    self.id = id
    self.length = length
    self.size = size
    self.mean = mean
    self.maximum = maximum
  }

  package var blocks: Int { mean.shape[2] }
}

extension PooledAttention {
  private typealias Key = AttentionMetrics

  /// Nil where there is none, or it does not fit together.
  package init?(_ result: AnalysisResult, stack: Component.Stack = .only) {
    guard let facts = result[Key.pooled, stack], facts.count == 3, let length = Int(facts[1]), let size = Int(facts[2]),
      (1...Form.largest).contains(length), (1...length).contains(size),
      let mean = result[Key.pooledMean[facts[0]], stack], let maximum = result[Key.pooledMaximum[facts[0]], stack],
      mean.shape.count == 4, mean.shape == maximum.shape, !mean.shape.contains(0), mean.shape[2] == mean.shape[3],
      mean.shape[2] == (length - 1) / size + 1
    else { return nil }
    self.init(id: facts[0], length: length, size: size, mean: mean, maximum: maximum)
  }

  package func write(to result: inout AnalysisResult, stack: Component.Stack) {
    result[Key.pooled, stack] = [id, "\(length)", "\(size)"]
    result[Key.pooledMean[id], stack] = mean
    result[Key.pooledMaximum[id], stack] = maximum
  }
}
