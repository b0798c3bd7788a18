import Foundation
import Support

/// How the next token is chosen among the logits.
package enum TokenChoice: Hashable, Sendable {
  /// The likeliest; of equal ones the first.
  case greedy
  case sampling(Sampling)

  /// Draws from `softmax(logits / temperature)`, of which only the `topK` likeliest tokens are kept, and of these the
  /// likeliest whose probabilities add up to `topP` (Fan 2018; Holtzman 2020).
  package struct Sampling: Hashable, Sendable {
    package var temperature: Double
    /// All where nil.
    package var topK: Int?
    package var topP: Double
    package var seed: UInt64

    package init(temperature: Double = 1, topK: Int? = nil, topP: Double = 1, seed: UInt64) {
      self.temperature = temperature
      self.topK = topK
      self.topP = topP
      self.seed = seed
    }
  }

  /// The draws of one text; those of another do not depend on it.
  func generator(text: Int) -> SeededGenerator {
    guard case .sampling(let sampling) = self else { return SeededGenerator(seed: 0) }
    return SeededGenerator(seed: sampling.seed ^ UInt64(text) &* 0xd134_2543_de82_ef95)
  }

  /// - Throws: `InputError` for settings that leave nothing to draw from.
  func check() throws {
    guard case .sampling(let sampling) = self else { return }
    func require(_ name: String, _ condition: Bool, _ expected: String, _ found: Any) throws {
      if !condition {
        throw InputError(.usage, at: name, phrase("error.isImpossible"), expected: expected, found: "\(found)")
      }
    }
    let temperature = sampling.temperature
    try require("temperature", temperature > 0 && temperature.isFinite, phrase("error.numberAbove0"), temperature)
    try require("top-p", sampling.topP > 0 && sampling.topP <= 1, phrase("error.above0Most"), sampling.topP)
    if let topK = sampling.topK { try require("top-k", topK > 0, phrase("tokenChoice.1OrMore"), topK) }
  }

  func token(_ logits: UnsafeBufferPointer<Float>, _ generator: inout SeededGenerator) -> Int32 {
    switch self {
    case .greedy:
      var best = 0
      for index in logits.indices where logits[index] > logits[best] { best = index }
      return Int32(best)
    case .sampling(let sampling): return sampling.token(logits, &generator)
    }
  }
}

extension TokenChoice.Sampling {
  fileprivate func token(_ logits: UnsafeBufferPointer<Float>, _ generator: inout SeededGenerator) -> Int32 {
    let largest = Double(logits.max() ?? 0)
    var candidates = Array(logits.indices)
    if topK != nil || topP < 1 {
      candidates.sort { (-logits[$0], $0) < (-logits[$1], $1) }
      candidates.removeLast(max(0, candidates.count - (topK ?? .max)))
    }
    let weights = candidates.map { exp((Double(logits[$0]) - largest) / temperature) }
    // The nucleus: the first candidates whose share of the sum reaches topP.
    var (mass, kept) = (0.0, weights.count)
    let bound = topP < 1 ? topP * weights.reduce(0, +) : .infinity
    for (index, weight) in weights.enumerated() {
      mass += weight
      if mass >= bound {
        kept = index + 1
        break
      }
    }
    var left = generator.uniform() * mass
    for index in 0..<kept {
      left -= weights[index]
      if left < 0 { return Int32(candidates[index]) }
    }
    return Int32(candidates[weights[..<kept].lastIndex { $0 > 0 } ?? 0])
  }
}
