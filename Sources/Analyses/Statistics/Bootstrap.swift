import CKernels
package import Engine
package import Results
package import Support

/// Sums over documents, of several numbers at once, with the same sums for every bootstrap replicate.
package struct BootstrapSums: AnalysisState {
  package let width: Int
  @Packed package private(set) var totals: [Double]
  package private(set) var documents = 0
  /// `[replicate, width]`; empty until the first document that has weights.
  @Packed private var resampled: [Double] = []

  package init(width: Int) {
    self.width = width
    totals = [Double](repeating: 0, count: width)
  }

  package mutating func add(_ values: [Double], _ weights: BootstrapWeights) {
    precondition(values.count == width)
    precondition(documents == 0 || resampled.isEmpty == weights.counts.isEmpty, "some documents have no weights")
    documents += 1
    tk_add_scaled(&totals, values, 1, width)
    guard !weights.counts.isEmpty else { return }
    reserve()
    let width = width
    resampled.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for (replicate, count) in weights.counts.enumerated() where count > 0 {
        tk_add_scaled(base + replicate * width, values, count, width)
      }
    }
  }

  package mutating func merge(_ later: BootstrapSums) {
    precondition(
      documents == 0 || later.documents == 0 || resampled.isEmpty == later.resampled.isEmpty,
      "some documents have no weights")
    documents += later.documents
    tk_add_scaled(&totals, later.totals, 1, width)
    guard !later.resampled.isEmpty else { return }
    reserve()
    tk_add_scaled(&resampled, later.resampled, 1, resampled.count)
  }

  package func fits(_ later: BootstrapSums) -> Bool {
    later.width == width && later.totals.count == width
      && [0, BootstrapWeights.replicates * width].contains(later.resampled.count)
      && (documents == 0 || later.documents == 0 || resampled.isEmpty == later.resampled.isEmpty)
  }

  private mutating func reserve() {
    if resampled.isEmpty { resampled = [Double](repeating: 0, count: BootstrapWeights.replicates * width) }
  }

  /// The sums of each replicate at `index`; empty before the first document that has weights.
  package func replicates(_ index: Int) -> [Double] {
    resampled.isEmpty ? [] : (0..<BootstrapWeights.replicates).map { resampled[$0 * width + index] }
  }

  /// The ratio of two sums with its interval; not applicable where the denominator is 0.
  package func ratio(_ index: Int, to denominator: BootstrapSums, _ other: Int, n: Int? = nil) -> Quantity {
    let below = denominator.totals[other]
    guard below != 0 else { return .notApplicable }
    let values = zip(replicates(index), denominator.replicates(other)).compactMap { $1 > 0 ? $0 / $1 : nil }
    return Quantity(
      totals[index] / below, n: n ?? Int(below.rounded()), interval: documents > 1 ? interval95(values) : nil)
  }
}

/// The middle 95 % of replicate values (quantiles by linear interpolation); nil where there are too few or one is not
/// finite.
package func interval95(_ values: [Double]) -> ClosedRange<Double>? {
  guard values.count >= 20, values.allSatisfy(\.isFinite) else { return nil }
  let sorted = values.sorted()
  return sorted.quantile(0.025)...sorted.quantile(0.975)
}
