import Tensors

/// A few documents whose whole attention is kept for figures: of moderate length where there are such, and among them
/// those with the smallest hash.
struct AttentionSamples: Sendable {
  static let kept = 3
  /// Lengths that a drawn map can name every token of.
  static let moderate = 6...40
  /// Longer documents show their first positions.
  static let longest = 64

  struct Sample: Sendable {
    var isModerate: Bool
    var hash: UInt64
    var id: String
    var tokens: [String]
    /// `[L, H, T, T]`.
    var pattern: [Float]
    /// Positions of the whole document.
    var length: Int

    func precedes(_ other: Sample) -> Bool {
      if isModerate != other.isModerate { return isModerate }
      return (hash, id) < (other.hash, other.id)
    }
  }

  /// Best first.
  private(set) var samples: [Sample] = []

  /// Offers document `index` of a batch; `patterns` are the layers' `[B, H, T, T]`.
  mutating func offer(_ document: TokenizedDocument, index: Int, patterns: [Tensor]) {
    let length = document.ids.count
    var sample = Sample(
      isModerate: AttentionSamples.moderate.contains(length), hash: document.hash, id: document.id, tokens: [],
      pattern: [], length: length)
    if samples.count == AttentionSamples.kept, let last = samples.last, !sample.precedes(last) { return }
    let shown = min(length, AttentionSamples.longest)
    sample.tokens = Array(document.tokens.prefix(shown))
    for layer in patterns {
      let (heads, stride) = (layer.shape[1], layer.shape[3])
      for head in 0..<heads {
        let base = layer.pointer + (index * heads + head) * layer.shape[2] * stride
        for q in 0..<shown {
          sample.pattern.append(contentsOf: UnsafeBufferPointer(start: base + q * stride, count: shown))
        }
      }
    }
    insert(sample)
  }

  mutating func merge(_ other: AttentionSamples) {
    for sample in other.samples { insert(sample) }
  }

  private mutating func insert(_ sample: Sample) {
    samples.append(sample)
    samples.sort { $0.precedes($1) }
    if samples.count > AttentionSamples.kept { samples.removeLast() }
  }
}
