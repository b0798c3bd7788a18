import CKernels
import Engine
import Tensors

/// What the representation analysis adds up at one residual point.
struct PointSums: Sendable {
  let width: Int
  /// Over ordinary positions.
  var vectors: TokenCovariance
  /// `Σ x/‖x‖` over ordinary positions.
  var unit: [Double]
  /// How often `|x| ≥ 6`, by feature.
  var outliers: [UInt32]
  /// Counts of `|x|` at ordinary positions by the upper 15 bits of the float.
  var magnitudes: [UInt32] = []
  var largest: Float = 0
  var largestElsewhere: Float = 0
  /// `Σ‖x‖` and counts: ordinary, first, special positions.
  var norms = BootstrapSums(width: 6)

  init(width: Int) {
    self.width = width
    vectors = TokenCovariance(width: width)
    unit = [Double](repeating: 0, count: width)
    outliers = [UInt32](repeating: 0, count: width)
  }

  /// Adds one batch at this point, `[B, T, C]`.
  mutating func add(_ point: Tensor, _ documents: [TokenizedDocument], _ weights: [BootstrapWeights]) {
    if magnitudes.isEmpty { magnitudes = [UInt32](repeating: 0, count: 1 << 15) }
    var block = [Double](repeating: 0, count: documents.reduce(0) { $0 + $1.ids.count } * width)
    var rows = 0
    // Scratch for positions that only their norm and largest entry are taken of.
    var (ignored, ignoredUnit) = (unit, unit)
    var (ignoredOutliers, ignoredMagnitudes) = (outliers, magnitudes)
    for (i, document) in documents.enumerated() {
      var norms = [Double](repeating: 0, count: 6)
      for t in document.ids.indices {
        let x = point.pointer + (i * point.shape[1] + t) * width
        if TokenSample.isOrdinary(document, t) {
          norms[0] += tk_token_statistics(x, width, &vectors.sum, &unit, &outliers, &magnitudes, &largest)
          norms[1] += 1
          block.withUnsafeMutableBufferPointer { block in
            for d in 0..<width { block[rows * width + d] = Double(x[d]) }
          }
          rows += 1
        } else {
          let norm = tk_token_statistics(
            x, width, &ignored, &ignoredUnit, &ignoredOutliers, &ignoredMagnitudes, &largestElsewhere)
          norms[t == 0 ? 2 : 4] += norm
          norms[t == 0 ? 3 : 5] += 1
        }
      }
      self.norms.add(norms, weights[i])
    }
    vectors.add(products: block, rows: rows)
  }

  mutating func merge(_ other: PointSums) {
    vectors.merge(other.vectors)
    tk_add_scaled(&unit, other.unit, 1, width)
    for i in outliers.indices { outliers[i] &+= other.outliers[i] }
    if magnitudes.isEmpty {
      magnitudes = other.magnitudes
    } else if !other.magnitudes.isEmpty {
      for i in magnitudes.indices { magnitudes[i] &+= other.magnitudes[i] }
    }
    largest = other.largest > largest || other.largest.isNaN ? other.largest : largest
    largestElsewhere =
      other.largestElsewhere > largestElsewhere || other.largestElsewhere.isNaN
      ? other.largestElsewhere : largestElsewhere
    norms.merge(other.norms)
  }

  var tokens: Int { vectors.tokens }

  /// Mean cosine of all pairs of ordinary positions: `(‖Σu‖² − N)/(N(N − 1))` of the unit vectors.
  var meanCosine: Double {
    let n = Double(tokens)
    return (unit.reduce(0) { $0 + $1 * $1 } - n) / (n * (n - 1))
  }

  /// The median of `|x|` at ordinary positions, to about 0.4 %: the middle of the bin that holds it, or the mean of two
  /// where the two numbers in the middle lie in different ones.
  var medianMagnitude: Double {
    let total = magnitudes.reduce(0) { $0 + Int($1) }
    guard total > 0 else { return .nan }
    return (magnitude(rank: (total - 1) / 2) + magnitude(rank: total / 2)) / 2
  }

  /// The middle of the bin of the `rank`-th smallest `|x|`, from 0.
  private func magnitude(rank: Int) -> Double {
    var below = 0
    let bin = magnitudes.firstIndex { count in
      below += Int(count)
      return below > rank
    }
    guard let bin else { return .nan }
    let low = Float(bitPattern: UInt32(bin) << 16), high = Float(bitPattern: UInt32(bin + 1) << 16)
    return bin == 0 ? 0 : (Double(low) + Double(high)) / 2
  }
}
