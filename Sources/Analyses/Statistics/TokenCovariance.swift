import CKernels
import Engine
import Support
package import Tensors

/// The covariance of token vectors, added up in double, and the spectrum that it has.
package struct TokenCovariance: AnalysisState {
  package let width: Int
  package private(set) var tokens = 0
  /// `Σ x`, and the upper triangle of `Σ x xᵀ`.
  @Packed var sum: [Double]
  @Packed private var products: [Double] = []

  package init(width: Int) {
    self.width = width
    sum = [Double](repeating: 0, count: width)
  }

  /// Adds vectors, `[n, C]` each.
  package mutating func add(_ vectors: [Tensor]) {
    let rows = vectors.reduce(0) { $0 + $1.shape[0] }
    let block = [Double](unsafeUninitializedCapacity: rows * width) { block, count in
      guard let base = block.baseAddress else { return }
      for tensor in vectors {
        for row in 0..<tensor.shape[0] {
          tk_widen(base + count, &sum, tensor.pointer + row * width, width)
          count += width
        }
      }
    }
    add(products: block, rows: rows)
  }

  /// Adds the products of vectors `[rows, C]` whose sum was added already.
  mutating func add(products block: [Double], rows: Int) {
    if products.isEmpty { products = [Double](repeating: 0, count: width * width) }
    tokens += rows
    Matrix.addGram(of: block, rows: rows, columns: width, to: &products)
  }

  package mutating func merge(_ later: TokenCovariance) {
    tokens += later.tokens
    tk_add_scaled(&sum, later.sum, 1, width)
    if products.isEmpty {
      products = later.products
    } else if !later.products.isEmpty {
      tk_add_scaled(&products, later.products, 1, products.count)
    }
  }

  package func fits(_ later: TokenCovariance) -> Bool {
    later.width == width && later.sum.count == width && [0, width * width].contains(later.products.count)
  }

  /// `[C, C]`, divided by `N − 1`.
  var matrix: Matrix {
    var result = Matrix(rows: width, columns: width)
    guard tokens > 1, !products.isEmpty else { return result }
    let n = Double(tokens)
    result.values.withUnsafeMutableBufferPointer { out in
      for i in 0..<width {
        for j in i..<width {
          let value = (products[i * width + j] - sum[i] * sum[j] / n) / (n - 1)
          out[i * width + j] = value
          out[j * width + i] = value
        }
      }
    }
    return result
  }

  /// Mean square of every feature.
  var meanSquares: [Double] {
    products.isEmpty ? [] : (0..<width).map { products[$0 * width + $0] / Double(max(1, tokens)) }
  }

  /// The singular values of the centred vectors, up to one factor, from the eigenvalues of `matrix`; what is rounding is
  /// 0. Nil where all vectors are equal: nothing varies. A NaN goes on to be counted as one.
  func spectrum(_ eigenvalues: [Double]) -> Spectrum? {
    let largest = eigenvalues.first ?? 0
    if largest <= 1e-12 * meanSquares.reduce(0, +) { return nil }
    let floor = Double(width) * largest * 0x1p-52
    return Spectrum(eigenvalues: eigenvalues.map { $0 < floor ? 0 : $0 })
  }

  /// `RepresentationMetrics.effectiveRank` of the vectors; nil where all are equal.
  package var effectiveRank: Double? { spectrum(matrix.symmetricEigenvalues())?.effectiveRank }
}
