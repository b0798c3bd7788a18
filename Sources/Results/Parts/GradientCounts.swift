/// Histograms of `log₁₀|g|` over the elements of each tensor's gradients.
package struct GradientCounts: Sendable {
  /// The tensors' names.
  package var tensors: [String]
  /// `[bins + 1]`.
  package var edges: [Float]
  /// `[tensors, bins]`.
  package var counts: NumericArray
  /// Elements in no bin, `[tensors, 4]`: exact zeros, NaN, +Inf, −Inf; nil where they were not counted.
  package var special: NumericArray?

  package init(tensors: [String], edges: [Float], counts: NumericArray, special: NumericArray? = nil) {
    self.tensors = tensors
    self.edges = edges
    self.counts = counts
    self.special = special
  }
}

extension GradientCounts {
  private typealias Key = GradientMetrics
  private static let kinds = ["0", "NaN", "+Inf", "−Inf"]

  /// Nil where there are none, or they do not fit together.
  package init?(_ result: AnalysisResult, stack: Component.Stack = .only) {
    guard let counts = result[Key.counts, stack], let edges = result[Key.edges, stack]?.values,
      let tensors = result[Key.tensors, stack], counts.shape.count == 2, counts.shape[0] == tensors.count,
      edges.count == counts.shape[1] + 1
    else { return nil }
    self.init(tensors: tensors, edges: edges, counts: counts, special: result[Key.special, stack])
  }

  package func write(to result: inout AnalysisResult, stack: Component.Stack) {
    result[Key.counts, stack] = counts
    result[Key.edges, stack] = NumericArray(shape: [edges.count], values: edges)
    result[Key.tensors, stack] = tensors
    guard let special else { return }
    result[Key.special, stack] = special
    result[Key.kinds, stack] = Self.kinds
  }

  /// Those of some tensors.
  package func only(_ includes: (_ tensor: String) -> Bool) -> GradientCounts {
    let kept = tensors.indices.filter { includes(tensors[$0]) }
    return GradientCounts(
      tensors: kept.map { tensors[$0] }, edges: edges, counts: counts.rows(kept), special: special?.rows(kept))
  }
}
