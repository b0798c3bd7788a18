import CKernels
import Engine
import Support
import Tensors

/// What the representation analysis adds up at one residual point.
struct ResidualTotals: AnalysisState {
  let width: Int
  /// Over ordinary positions.
  var vectors: TokenCovariance
  /// `Σ x/‖x‖` over ordinary positions.
  @Packed var unit: [Double]
  /// How often `|x| ≥ 6`, by feature.
  @Packed var outliers: [UInt32]
  /// Counts of `|x|` at ordinary positions by the upper 15 bits of the float.
  @Packed var magnitudes: [UInt32] = []
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
    var seen = (sum: vectors.sum, unit: unit, outliers: outliers, magnitudes: magnitudes)
    // Scratch for positions that only their norm and largest entry are taken of.
    var ignored = seen
    for (i, document) in documents.enumerated() {
      var norms = [Double](repeating: 0, count: 6)
      for t in document.ids.indices {
        let x = point.pointer + (i * point.shape[1] + t) * width
        if TokenSample.isOrdinary(document, t) {
          norms[0] += tk_token_statistics(
            x, width, &seen.sum, &seen.unit, &seen.outliers, &seen.magnitudes, &largest)
          norms[1] += 1
          block.withUnsafeMutableBufferPointer { block in
            for d in 0..<width { block[rows * width + d] = Double(x[d]) }
          }
          rows += 1
        } else {
          let norm = tk_token_statistics(
            x, width, &ignored.sum, &ignored.unit, &ignored.outliers, &ignored.magnitudes, &largestElsewhere)
          norms[t == 0 ? 2 : 4] += norm
          norms[t == 0 ? 3 : 5] += 1
        }
      }
      self.norms.add(norms, weights[i])
    }
    (vectors.sum, unit, outliers, magnitudes) = seen
    vectors.add(products: block, rows: rows)
  }

  mutating func merge(_ later: ResidualTotals) {
    vectors.merge(later.vectors)
    tk_add_scaled(&unit, later.unit, 1, width)
    for i in outliers.indices { outliers[i] &+= later.outliers[i] }
    if magnitudes.isEmpty {
      magnitudes = later.magnitudes
    } else if !later.magnitudes.isEmpty {
      for i in magnitudes.indices { magnitudes[i] &+= later.magnitudes[i] }
    }
    largest = later.largest > largest || later.largest.isNaN ? later.largest : largest
    largestElsewhere =
      later.largestElsewhere > largestElsewhere || later.largestElsewhere.isNaN
      ? later.largestElsewhere : largestElsewhere
    norms.merge(later.norms)
  }

  func fits(_ later: ResidualTotals) -> Bool {
    later.width == width && vectors.fits(later.vectors) && later.unit.count == width && later.outliers.count == width
      && [0, 1 << 15].contains(later.magnitudes.count) && norms.fits(later.norms)
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
