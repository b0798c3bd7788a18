import CKernels
import Support
package import Tensors

/// The optimiser of t-SNE in the plane: exact gradients, vectorised; the same points for any number of threads.
///
/// Gradient descent with momentum and gains (van der Maaten & Hinton 2008), early exaggeration 12 for 250 steps, then
/// 500 steps; learning rate `max(N/12, 50)` for a gradient without its factor 4 (Belkina 2019).
package struct StochasticNeighborEmbedding: Sendable {
  package var exaggeration = 12.0
  package var exaggeratedSteps = 250
  package var steps = 500
  package var learningRate: Double?
  /// Points that a thread takes at a time.
  static let pieceLength = 64

  package init() {}

  /// The columns of a picture (its first principal components) scaled so that the first has deviation 10⁻⁴.
  package static func initialisation(_ picture: Matrix) -> Matrix {
    let n = Double(max(1, picture.rows))
    let square = (0..<picture.rows).reduce(0) { $0 + picture[$1, 0] * picture[$1, 0] } / n
    let scale = square > 0 ? 1e-4 / square.squareRoot() : 0
    var result = Matrix(rows: picture.rows, columns: 2)
    for r in 0..<picture.rows { for c in 0..<min(2, picture.columns) { result[r, c] = scale * picture[r, c] } }
    return result
  }

  /// Moves the points of `start` `[N, 2]` to where the affinities want them.
  package func embed(_ affinities: SparseAffinities, from start: Matrix) -> Matrix {
    let n = affinities.count
    var descent = Descent(affinities, start)
    let rate = learningRate ?? max(Double(n) / 12, 50)
    for step in 0..<exaggeratedSteps + steps {
      let early = step < exaggeratedSteps
      descent.advance(exaggeration: early ? exaggeration : 1, momentum: early ? 0.5 : 0.8, rate: rate)
    }
    return descent.position
  }

  /// The state of a descent.
  private struct Descent {
    let affinities: SparseAffinities
    let weights: [Float]
    let count: Int
    var position: Matrix
    var velocity: [Double]
    var gains: [Double]
    var x: [Float]
    var y: [Float]
    var attraction: [Double]
    var repulsion: [Double]
    var kernelSums: [Double]

    init(_ affinities: SparseAffinities, _ start: Matrix) {
      self.affinities = affinities
      weights = affinities.values.map { Float($0) }
      count = affinities.count
      position = start
      velocity = [Double](repeating: 0, count: 2 * count)
      gains = [Double](repeating: 1, count: 2 * count)
      x = [Float](repeating: 0, count: count)
      y = x
      attraction = velocity
      repulsion = velocity
      kernelSums = [Double](repeating: 0, count: count)
    }

    mutating func advance(exaggeration: Double, momentum: Double, rate: Double) {
      for i in 0..<count {
        x[i] = Float(position.values[2 * i])
        y[i] = Float(position.values[2 * i + 1])
      }
      measureForces()
      let scale = 1 / max(kernelSums.reduce(0, +), .leastNormalMagnitude)
      var (meanX, meanY) = (0.0, 0.0)
      for i in 0..<2 * count {
        let slope = exaggeration * attraction[i] - scale * repulsion[i]
        // A gain grows while the slope points against the velocity.
        gains[i] = slope * velocity[i] < 0 ? gains[i] + 0.2 : max(0.01, gains[i] * 0.8)
        velocity[i] = momentum * velocity[i] - rate * gains[i] * slope
        position.values[i] += velocity[i]
        if i & 1 == 0 { meanX += position.values[i] } else { meanY += position.values[i] }
      }
      for i in 0..<count {
        position.values[2 * i] -= meanX / Double(count)
        position.values[2 * i + 1] -= meanY / Double(count)
      }
    }

    private mutating func measureForces() {
      let (count, x, y, weights, affinities) = (count, x, y, weights, affinities)
      attraction.withUnsafeMutableBufferPointer { attraction in
        repulsion.withUnsafeMutableBufferPointer { repulsion in
          kernelSums.withUnsafeMutableBufferPointer { kernelSums in
            nonisolated(unsafe) let (pull, push, sums) = (
              attraction.baseAddress, repulsion.baseAddress, kernelSums.baseAddress
            )
            forEachPiece((count + pieceLength - 1) / pieceLength) { piece in
              let (first, end) = (piece * pieceLength, min(count, (piece + 1) * pieceLength))
              tk_tsne_repulsion(x, y, count, first, end, push, sums)
              tk_tsne_attraction(x, y, affinities.starts, affinities.columns, weights, first, end, pull)
            }
          }
        }
      }
    }
  }
}
