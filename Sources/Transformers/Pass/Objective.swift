import CKernels
import Foundation
import Support
package import Tensors

/// What is measured of one row of a batch, and differentiated.
package struct Objective: Sendable {
  package enum Measure: Sendable {
    /// The mean of `−ln p` over the row's labels.
    case loss
    /// The mean logit of some tokens or classes less that of others, `mean(of) − mean(minus)`.
    case logit(of: [Int32], minus: [Int32] = [])
    /// `ln p` of a token or class.
    case logProbability(of: Int32)
    /// `p` of a token or class.
    case probability(of: Int32)
    /// `KL(q ‖ p) = Σ q·(ln q − ln p)`, `ln q` of another run `[V]`.
    case divergence(from: Tensor)
    /// The cosine of the row's pooled last hidden states with a vector.
    case cosine(with: Tensor)
  }

  package var measure: Measure
  /// The position whose logits count; nil for the last that is no padding. A classifier of whole inputs has one row.
  package var position: Int?

  package init(_ measure: Measure, position: Int? = nil) {
    self.measure = measure
    self.position = position
  }
}

extension Objective {
  /// Whether it needs the logits of every position that has a label.
  package var isLoss: Bool { if case .loss = measure { true } else { false } }
  var isCosine: Bool { if case .cosine = measure { true } else { false } }
}

extension Objective.Measure {
  /// - Parameter width: of the logits, of a cosine that of the hidden states.
  /// - Throws: `InputError` for a token beyond the logits, and for a vector of another size.
  func check(_ width: Int) throws {
    switch self {
    case .divergence(let other) where other.shape != [width], .cosine(let other) where other.shape != [width]:
      throw InputError(at: "objective", phrase("error.hasWrongShape"), expected: "[\(width)]", found: "\(other.shape)")
    default: break
    }
    let tokens: [Int32] =
      switch self {
      case .logit(let tokens, let others): tokens + others
      case .logProbability(let token), .probability(let token): [token]
      case .loss, .divergence, .cosine: []
      }
    if let token = tokens.first(where: { $0 < 0 || Int($0) >= width }) {
      throw InputError(at: "objective", phrase("error.beyondLogits"), expected: "0 … \(width - 1)", found: "\(token)")
    }
  }

  /// Of one row of logits: the value, and where a gradient is wanted `∂value/∂logits` into `gradient`.
  func value(_ logits: UnsafePointer<Float>, _ count: Int, gradient: UnsafeMutablePointer<Float>?) -> Double {
    switch self {
    case .logit(let tokens, let others):
      gradient?.update(repeating: 0, count: count)
      func mean(_ tokens: [Int32], _ sign: Float) -> Double {
        guard !tokens.isEmpty else { return 0 }
        for token in tokens { gradient?[Int(token)] += sign / Float(tokens.count) }
        return tokens.reduce(0.0) { $0 + Double(logits[Int($1)]) } / Double(tokens.count)
      }
      return mean(tokens, 1) - mean(others, -1)
    case .logProbability(let token):
      var sum = 0.0
      let value = Double(logits[Int(token)]) - tk_log_sum_exp(logits, count, gradient, &sum)
      if let gradient {
        tk_scale(gradient, gradient, -1 / Float(sum), count)
        gradient[Int(token)] += 1
      }
      return value
    case .probability(let token):
      let value = exp(Self.logProbability(of: token).value(logits, count, gradient: gradient))
      if let gradient { tk_scale(gradient, gradient, Float(value), count) }
      return value
    case .divergence(let other):
      var sum = 0.0
      let normalizer = tk_log_sum_exp(logits, count, gradient, &sum)
      if let gradient { tk_scale(gradient, gradient, 1 / Float(sum), count) }
      var value = 0.0
      for token in 0..<count {
        let logQ = Double(other.pointer[token]), q = exp(logQ)
        if q > 0 { value += q * (logQ - Double(logits[token]) + normalizer) }
        gradient?[token] -= Float(q)
      }
      return value
    case .loss, .cosine: return .nan
    }
  }
}

/// What one row of logits, or a few of it, adds to an objective.
struct ObjectiveTerm: Sendable {
  let objective: Int
  var measure: Objective.Measure
  /// Of the logits.
  let row: Int
  var weight = 1.0
  /// Where its logits lie.
  var places = 0..<0

  init(_ objective: Int, _ measure: Objective.Measure, row: Int, weight: Double = 1) {
    self.objective = objective
    self.measure = measure
    self.row = row
    self.weight = weight
  }

  var isOfLogits: Bool { if case .logit = measure { true } else { false } }

  func over(_ places: Range<Int>) -> ObjectiveTerm {
    var term = self
    term.places = places
    return term
  }

  /// Without its weight; the gradient has it.
  func value(_ logits: Tensor, gradient: Tensor?) -> Double {
    let target = gradient.map { $0.pointer + places.lowerBound }
    let value = measure.value(logits.pointer + places.lowerBound, places.count, gradient: target)
    if let target, weight != 1 { tk_scale(target, target, Float(weight), places.count) }
    return value
  }
}

extension Tensor {
  /// `ln softmax` of each row.
  package var logProbabilities: Tensor {
    let width = shape.last ?? 1, result = Tensor(uninitialized: shape)
    for row in 0..<(width == 0 ? 0 : count / width) {
      var sum = 0.0
      let normalizer = tk_log_sum_exp(pointer + row * width, width, nil, &sum)
      for place in row * width..<(row + 1) * width {
        result.pointer[place] = Float(Double(pointer[place]) - normalizer)
      }
    }
    return result
  }
}
