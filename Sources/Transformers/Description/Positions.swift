import Foundation
import Tensors

/// Rotary embeddings: queries and keys are turned by angles that grow with the position (Su 2021).
package struct Rotary: Hashable, Sendable {
  package enum Scaling: Hashable, Sendable {
    case none
    case linear(factor: Double)
    /// Llama 3: long waves are stretched, short ones kept, those between mixed.
    case llama3(factor: Double, low: Double, high: Double, originalPositions: Double)
  }

  package var theta: Double
  /// How many of a head's dimensions are turned.
  package var dimensions: Int
  package var scaling: Scaling = .none
  package var isInterleaved = false

  /// Radians per position of each pair: `θ^(−2i/dimensions)`, scaled.
  package var frequencies: [Double] {
    (0..<dimensions / 2).map { i in
      let frequency = pow(theta, -Double(2 * i) / Double(dimensions))
      switch scaling {
      case .none: return frequency
      case .linear(let factor): return frequency / factor
      case .llama3(let factor, let low, let high, let original):
        let turns = original * frequency / (2 * .pi)
        if turns < low { return frequency / factor }
        if turns > high { return frequency }
        let share = (turns - low) / (high - low)
        return (1 - share) * frequency / factor + share * frequency
      }
    }
  }
}

/// T5's classes of distance: near ones each their own, far ones in steps that grow with the logarithm (Raffel 2019).
package struct RelativeBuckets: Hashable, Sendable {
  package var count: Int
  package var maximumDistance: Int
  package var isBidirectional: Bool

  /// The class of `key − query`.
  func bucket(_ distance: Int) -> Int32 {
    let half = isBidirectional ? count / 2 : count
    let start = isBidirectional && distance > 0 ? half : 0
    let magnitude = isBidirectional ? abs(distance) : max(0, -distance), exact = half / 2
    if magnitude < exact { return Int32(start + magnitude) }
    let steps =
      log(Double(magnitude) / Double(exact)) / log(Double(maximumDistance) / Double(exact)) * Double(half - exact)
    return Int32(start + min(half - 1, exact + Int(steps)))
  }

  /// For every distance of a key to a query where the last query stands at the last key: `1 − keys … queries − 1`.
  func table(queries: Int, keys: Int) -> [Int32] { (1 - keys..<queries).map(bucket) }
}

extension RelativeBias {
  /// ALiBi's: `−slope · |k − q|`; the slopes of the heads are `2^(−8h/H)`, h from 1 (Press 2022).
  static func slopes(heads: Int, queries: Int, keys: Int) -> RelativeBias {
    let distances = (1 - keys..<queries).map { Int32(abs($0)) }
    let farthest = Int(distances.max() ?? 0)
    let slopes: [Float] = (1...heads).map { head in Float(pow(2, -8 * Double(head) / Double(heads))) }
    let table: [Float] = (0...farthest).flatMap { distance in slopes.map { slope in -Float(distance) * slope } }
    return RelativeBias(table: Variable(Tensor(table, shape: [farthest + 1, heads])), buckets: distances)
  }
}

/// Marian's fixed positions `[positions, width]`: sines in the first half, cosines in the second, of `t · 10000^(−2i/C)`.
func sinusoids(positions: Int, width: Int) -> Tensor {
  let half = (width + 1) / 2
  let values = (0..<positions).flatMap { t in
    (0..<width).map { c in
      let i = c < half ? c : c - half
      let angle = Double(t) * pow(10000, -2 * Double(i) / Double(width))
      return Float(c < half ? sin(angle) : cos(angle))
    }
  }
  return Tensor(values, shape: [positions, width])
}
