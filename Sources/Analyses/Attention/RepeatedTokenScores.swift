/// How strongly one head follows the three patterns of repeated tokens on one sequence `… x x …`.
package struct RepeatedTokenScores: Hashable, Sendable {
  /// Means of `A` at the stripe over the queries of the second copy (Olsson 2022).
  package var previous = 0.0
  package var duplicate = 0.0
  package var induction = 0.0
  /// `Σ A∘D / Σ A` over the whole matrix (TransformerLens `head_detector`, measure "mul").
  package var previousMul = 0.0
  package var duplicateMul = 0.0
  package var inductionMul = 0.0

  /// Scores of a pattern `[T, stride]` over tokens `ids` (`T`), whose `x` of length `half` starts at `start`.
  package init<Real: BinaryFloatingPoint>(
    pattern: UnsafePointer<Real>, stride: Int, ids: [Int32], start: Int, half: Int
  ) {
    let earlier = RepeatedTokenScores.earlierCopies(ids)
    var total = 0.0
    for q in ids.indices {
      let row = pattern + q * stride
      for k in ids.indices { total += Double(row[k]) }
      if q > 0 { previousMul += Double(row[q - 1]) }
      for k in earlier[q] {
        duplicateMul += Double(row[k])
        inductionMul += Double(row[k + 1])
      }
    }
    for q in start + half..<start + 2 * half {
      let row = pattern + q * stride
      previous += Double(row[q - 1])
      duplicate += Double(row[q - half])
      induction += Double(row[q - half + 1])
    }
    previous /= Double(half)
    duplicate /= Double(half)
    induction /= Double(half)
    previousMul /= total
    duplicateMul /= total
    inductionMul /= total
  }

  /// The positions before each one that hold the same token.
  static func earlierCopies(_ ids: [Int32]) -> [[Int]] {
    var seen: [Int32: [Int]] = [:]
    return ids.indices.map { q in
      let before = seen[ids[q]] ?? []
      seen[ids[q], default: []].append(q)
      return before
    }
  }

  package var values: [Double] { [previous, duplicate, induction, previousMul, duplicateMul, inductionMul] }
}
