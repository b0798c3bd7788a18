import Foundation

/// All randomness of the program: xoshiro256++ seeded through splitmix64 (Blackman & Vigna 2019), the same on every
/// machine.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  package init(seed: UInt64) {
    func number(_ place: UInt64) -> UInt64 { SplitMix.number(place, of: seed) }
    state = (number(1), number(2), number(3), number(4))
  }

  /// One of many generators of a seed, each for a batch, a layer, a place of its own.
  package init(seed: UInt64, stream: UInt64) { self.init(seed: seed &+ stream &* SplitMix.step) }

  package mutating func next() -> UInt64 {
    func rotated(_ x: UInt64, _ by: UInt64) -> UInt64 { x << by | x >> (64 - by) }
    let result = rotated(state.0 &+ state.3, 23) &+ state.0
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, 45)
    return result
  }

  /// Uniform in `0 ..< 1`.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in `0 ..< bound`.
  package mutating func index(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// Normal with mean 0 and deviation 1 (Box–Muller).
  package mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }
}
