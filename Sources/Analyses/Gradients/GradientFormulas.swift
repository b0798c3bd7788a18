import CKernels
import Support
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
  private static let pieceLength = 1 << 16

  /// The sizes of a tensor's elements.
  package struct Magnitudes: Hashable, Sendable {
    /// `‖g‖²`.
    package var squares = 0.0
    package var bins = [UInt64](repeating: 0, count: GradientFormulas.bins)
    /// Exact zeros, NaN, +∞, −∞.
    package var special = [UInt64](repeating: 0, count: 4)

    fileprivate mutating func add(_ other: Magnitudes) {
      squares += other.squares
      for bin in bins.indices { bins[bin] += other.bins[bin] }
      for kind in special.indices { special[kind] += other.special[kind] }
    }
  }

  /// Of several tensors, those that are there, all at once on all threads.
  package static func magnitudes(of tensors: [Tensor?]) -> [Magnitudes?] {
    let pieces = MagnitudePieces(tensors)
    return pieces.sums(mapPieces(pieces.count, pieces.magnitudes))
  }

  /// Tensors cut into pieces of work.
  package struct MagnitudePieces {
    private struct Piece {
      var tensor: Int
      var start: Int
      var count: Int
    }

    private let tensors: [Tensor?]
    private let pieces: [Piece]

    package init(_ tensors: [Tensor?]) {
      self.tensors = tensors
      pieces = tensors.enumerated().flatMap { index, tensor in
        stride(from: 0, to: tensor?.count ?? 0, by: pieceLength).map { start in
          Piece(tensor: index, start: start, count: min(pieceLength, (tensor?.count ?? 0) - start))
        }
      }
    }

    package var count: Int { pieces.count }

    /// Of one piece.
    package func magnitudes(_ index: Int) -> Magnitudes {
      let piece = pieces[index]
      var magnitudes = Magnitudes()
      guard let tensor = tensors[piece.tensor] else { return magnitudes }
      magnitudes.squares = tk_magnitude_counts(
        tensor.pointer + piece.start, piece.count, Float(lowest), Float(binsPerDecade), bins, &magnitudes.bins,
        &magnitudes.special)
      return magnitudes
    }

    /// Of each tensor, from those of all pieces.
    package func sums(_ parts: [Magnitudes]) -> [Magnitudes?] {
      var sums = tensors.map { $0.map { _ in Magnitudes() } }
      for (piece, part) in zip(pieces, parts) {
        if piece.start == 0 { sums[piece.tensor] = part } else { sums[piece.tensor]?.add(part) }
      }
      return sums
    }
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

    package mutating func add(_ other: Flow) {
      squares += other.squares
      products = products.map { $0 + (other.products ?? 0) } ?? other.products
      positions += other.positions
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
    var rows = [(squares: Double, products: Double)](repeating: (0, 0), count: lengths.count)
    forEachElement(of: &rows) { sums, row in
      let offset = row * positions * width
      tk_flow(g + offset, x.map { $0 + offset }, lengths[row], width, &sums.squares, &sums.products)
    }
    let sums = rows.reduce((0, 0)) { ($0.0 + $1.squares, $0.1 + $1.products) }
    return Flow(squares: sums.0, products: values == nil ? nil : sums.1, positions: lengths.reduce(0, +))
  }
}
