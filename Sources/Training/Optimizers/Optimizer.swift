import CKernels
import Support
package import Tensors
package import Transformers

/// Weights with their gradients and what the optimiser remembers of earlier steps, all in arrays of one layout.
///
/// Arrays are cut into the same pieces whatever the number of threads, so that steps do not depend on it.
package final class Optimizer {
  package let settings: OptimizerSettings
  package let weights: TrainableWeights
  /// Parameters that stay as they are.
  package let frozen: Set<Int>
  /// Of the current step.
  package let gradients: Storage
  /// Adam's mean of gradients, or the momentum.
  package let first: Storage
  /// Adam's mean of squares; nothing for gradient descent.
  package let second: Storage
  /// Steps that were taken.
  package var steps = 0

  /// A part of one parameter.
  private struct Piece {
    var parameter: Int
    var range: Range<Int>
  }
  private let pieces: [Piece]
  /// Ranges of `pieces` that are one thread's at a time.
  private let groups: [Range<Int>]
  private static let pieceLength = 1 << 15

  package init(_ weights: TrainableWeights, _ settings: OptimizerSettings, frozen: Set<Int> = []) {
    self.frozen = frozen
    self.settings = settings
    self.weights = weights
    func zeros(_ count: Int) -> Storage {
      let storage = Storage(count: count)
      storage.pointer.update(repeating: 0, count: count)
      return storage
    }
    gradients = zeros(weights.count)
    first = zeros(weights.count)
    second = if case .adamW = settings.method { zeros(weights.count) } else { zeros(0) }
    var pieces: [Piece] = []
    for (parameter, place) in weights.places.enumerated() {
      guard let place, !frozen.contains(parameter) else { continue }
      for start in stride(from: place.lowerBound, to: place.upperBound, by: Self.pieceLength) {
        pieces.append(Piece(parameter: parameter, range: start..<min(place.upperBound, start + Self.pieceLength)))
      }
    }
    var groups: [Range<Int>] = []
    var (start, size) = (0, 0)
    for (index, piece) in pieces.enumerated() {
      size += piece.range.count
      if size >= Self.pieceLength || index == pieces.count - 1 {
        groups.append(start..<index + 1)
        (start, size) = (index + 1, 0)
      }
    }
    self.pieces = pieces
    self.groups = groups
  }

  /// Whether steps change a parameter.
  package func changes(_ parameter: Int) -> Bool { weights.places[parameter] != nil && !frozen.contains(parameter) }

  /// `‖g‖²` of every parameter; 0 for those that are not learned.
  package func gradientSquares() -> [Double] { squares(gradients) }

  /// `‖w‖²` of every parameter.
  package func weightSquares() -> [Double] { squares(weights.storage) }

  private func squares(_ storage: Storage) -> [Double] {
    sums { piece, sum in sum[0] = tk_sum_of_squares(storage.pointer + piece.range.lowerBound, piece.range.count) }
      .map { $0[0] }
  }

  /// What gradients of this norm are multiplied with, in PyTorch's form: `min(1, clip/(norm + 10⁻⁶))`.
  package func clipping(norm: Double) -> Double {
    settings.clipNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
  }

  /// Changes the weights by the gradients, which are multiplied with `scale` first.
  ///
  /// - Returns: of every parameter `‖w‖²` before the step and `‖Δw‖²`, or zeros where nobody wants to know.
  @discardableResult
  package func step(rate: Double, scale: Double, wantsSquares: Bool) -> [(weight: Double, change: Double)] {
    steps += 1
    let change: (Piece, UnsafeMutablePointer<Double>?) -> Void
    switch settings.method {
    case .adamW(let beta1, let beta2, let epsilon):
      let common = tk_adamw(
        gradient_scale: Float(scale), rate: Float(rate), beta1: Float(beta1), beta2: Float(beta2),
        epsilon: Float(epsilon), decay: 0, correction1: 1 - power(beta1, steps),
        root_correction2: (1 - power(beta2, steps)).squareRoot())
      change = { [self] piece, squares in
        var s = common
        s.decay = decay(piece.parameter)
        let at = piece.range.lowerBound
        tk_adamw_step(
          weights.storage.pointer + at, first.pointer + at, second.pointer + at, gradients.pointer + at, &s, squares,
          piece.range.count)
      }
    case .sgd(let momentum, let isNesterov):
      let common = tk_sgd(
        gradient_scale: Float(scale), rate: Float(rate), momentum: Float(momentum), decay: 0,
        is_first: steps == 1 ? 1 : 0, is_nesterov: isNesterov ? 1 : 0)
      change = { [self] piece, squares in
        var s = common
        s.decay = decay(piece.parameter)
        let at = piece.range.lowerBound
        tk_sgd_step(
          weights.storage.pointer + at, first.pointer + at, gradients.pointer + at, &s, squares, piece.range.count)
      }
    }
    return sums { change($0, wantsSquares ? $1 : nil) }.map { ($0[0], $0[1]) }
  }

  private func decay(_ parameter: Int) -> Float {
    settings.decayed == .all || weights.model.parameters[parameter].shape.count > 1 ? Float(settings.weightDecay) : 0
  }

  /// Two sums over each parameter's pieces, in order.
  private func sums(_ body: (Piece, UnsafeMutablePointer<Double>) -> Void) -> [SIMD2<Double>] {
    let parts = mapPieces(groups.count) { group in
      groups[group].map { index in
        var pair = (0.0, 0.0)
        withUnsafeMutablePointer(to: &pair) {
          $0.withMemoryRebound(to: Double.self, capacity: 2) { body(pieces[index], $0) }
        }
        return SIMD2(pair.0, pair.1)
      }
    }
    var sums = [SIMD2<Double>](repeating: .zero, count: weights.places.count)
    for (piece, part) in zip(pieces, parts.joined()) { sums[piece.parameter] += part }
    return sums
  }
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}
