import CKernels
package import Tensors
import Transformers

/// What is computed of one gradient, for the analysis of a corpus and for the telemetry of a training alike.
package enum GradientFormulas {
  /// Edges of `log₁₀|g|`: 8 bins a decade from 10⁻¹² to 10⁴; the outer bins take what lies beyond.
  package static let lowest = -12
  package static let highest = 4
  package static let binsPerDecade = 8
  package static var bins: Int { (highest - lowest) * binsPerDecade }
  /// Elements a thread takes at a time.
  private static let pieceLength = 1 << 19

  /// The sizes of a tensor's elements.
  package struct Magnitudes: Hashable, Sendable {
    /// `‖g‖²`.
    package var squares = 0.0
    package var bins = [UInt64](repeating: 0, count: GradientFormulas.bins)
    /// Exact zeros, NaN, +∞, −∞.
    package var special = [UInt64](repeating: 0, count: 4)
  }

  /// Of several tensors, those that are there, all at once on all threads.
  package static func magnitudes(of tensors: [Tensor?]) -> [Magnitudes?] {
    struct Piece {
      var tensor: Int
      var pointer: UnsafeMutablePointer<Float>
      var count: Int
    }
    var pieces: [Piece] = []
    var result = tensors.map { $0.map { _ in Magnitudes() } }
    for (index, tensor) in tensors.enumerated() {
      guard let tensor else { continue }
      for start in stride(from: 0, to: tensor.count, by: pieceLength) {
        pieces.append(
          Piece(tensor: index, pointer: tensor.pointer + start, count: min(pieceLength, tensor.count - start)))
      }
    }
    let bins = bins
    var squares = [Double](repeating: 0, count: pieces.count)
    var counted = [UInt64](repeating: 0, count: pieces.count * (bins + 4))
    counted.withUnsafeMutableBufferPointer { counted in
      squares.withUnsafeMutableBufferPointer { squares in
        nonisolated(unsafe) let (counted, squares, pieces) = (counted, squares, pieces)
        forEachPiece(pieces.count) { i in
          guard let base = counted.baseAddress.map({ $0 + i * (bins + 4) }) else { return }
          squares[i] = tk_magnitude_counts(
            pieces[i].pointer, pieces[i].count, Float(lowest), Float(binsPerDecade), bins, base, base + bins)
        }
      }
    }
    for (i, piece) in pieces.enumerated() {
      result[piece.tensor]?.squares += squares[i]
      for bin in 0..<bins { result[piece.tensor]?.bins[bin] += counted[i * (bins + 4) + bin] }
      for kind in 0..<4 { result[piece.tensor]?.special[kind] += counted[i * (bins + 4) + bins + kind] }
    }
    return result
  }

  /// What flows through a point of the stream: sums over the real positions, the first `lengths[row]` of each row.
  package struct Flow: Hashable, Sendable {
    /// `Σ_t ‖g_t‖²`.
    package var squares = 0.0
    /// `Σ_t ‖g_t‖·‖x_t‖`; nil where x is not there.
    package var products: Double?
    package var positions = 0

    package init(squares: Double = 0, products: Double? = nil, positions: Int = 0) {
      self.squares = squares
      self.products = products
      self.positions = positions
    }

    /// `‖g‖`.
    package var norm: Double { squares.squareRoot() }
    /// The mean over positions of `‖g_t‖·‖x_t‖`.
    package var relative: Double? { positions == 0 ? nil : products.map { $0 / Double(positions) } }
  }

  /// - Parameters: `gradient` and `values` `[B, T, C]`.
  package static func flow(_ gradient: Tensor, _ values: Tensor?, lengths: [Int]) -> Flow {
    let (positions, width) = (gradient.shape[1], gradient.shape[2])
    nonisolated(unsafe) let (g, x) = (gradient.pointer, values?.pointer)
    let rows = mapPieces(lengths.count) { row in
      var (squares, products) = (0.0, 0.0)
      let offset = row * positions * width
      tk_flow(g + offset, x.map { $0 + offset }, lengths[row], width, &squares, &products)
      return Flow(squares: squares, products: values == nil ? nil : products, positions: lengths[row])
    }
    return rows.reduce(into: Flow(products: values == nil ? nil : 0)) { sum, row in
      sum.squares += row.squares
      sum.products = row.products.map { $0 + (sum.products ?? 0) }
      sum.positions += row.positions
    }
  }
}
