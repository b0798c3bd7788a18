import CKernels
import Engine
import Foundation
package import Results
package import Support

/// How often a document is drawn in each bootstrap replicate: Poisson(1) counts that depend on the document's hash
/// alone, so that replicates stream and merge (Hanley & MacGibbon 2006).
package struct BootstrapWeights: Sendable {
  package static let replicates = 200
  /// By replicate.
  package let counts: [Double]

  /// Of sums whose intervals nobody asks for.
  package static let none = BootstrapWeights(counts: [])

  private init(counts: [Double]) { self.counts = counts }

  package init(hash: UInt64) {
    var generator = SeededGenerator(seed: hash)
    counts = (0..<BootstrapWeights.replicates).map { _ in
      // The inverse of the distribution function.
      let u = generator.uniform()
      var (count, term, sum) = (0.0, exp(-1.0), exp(-1.0))
      while u >= sum && count < 12 {
        count += 1
        term /= count
        sum += term
      }
      return count
    }
  }
}

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
