import Foundation
import Support

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
