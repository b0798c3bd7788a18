import CKernels
import Foundation
import Testing

@Suite("Attention that looks back strided")
struct StridedBandTests {
  @Test("Rows that are uniform over the keys they see count as uniform", arguments: [(2, 3), (5, 7), (4, 2), (6, 1)])
  func uniform(window: Int, stride: Int) {
    let length = 60
    let ones = [Float](repeating: 0, count: length)
    let pattern = (0..<length).flatMap { q -> [Float] in
      let isSeen = (0..<length).map { $0 <= q && (q - $0 < window || (q - $0) % stride == 0) }
      let share = 1 / Float(isSeen.count { $0 })
      return isSeen.map { $0 ? share : 0 }
    }
    var sums = [Double](repeating: 0, count: TK_ATTENTION_COUNT)
    var (marginal, offsets) = ([Double](repeating: 0, count: length), [Double](repeating: 0, count: 2 * length - 1))
    let entropies = (0..<length).map { q in log(Float(pattern[q * length..<(q + 1) * length].count { $0 > 0 })) }
    pattern.withUnsafeBufferPointer { pattern in
      entropies.withUnsafeBufferPointer { entropies in
        var band = tk_attention_band(
          pattern: pattern.baseAddress, stride: length, entropies: entropies.baseAddress, first_query: 0,
          queries: length, first_key: 0, keys: length, length: length, causal: 1, window: window, every: stride)
        tk_attention_rows(&band, ones, ones, ones, &sums, &marginal)
        tk_attention_distances(&band, &sums, &offsets)
      }
    }
    let rows = Double(length - 1)
    #expect(abs(sums[TK_ATTENTION_NORMALISED] - rows) < 1e-4)
    #expect(abs(sums[TK_ATTENTION_UNIFORM] - rows) < 1e-3)
    #expect(abs(sums[TK_ATTENTION_HIERARCHICAL]) < 1e-3)
    let distance = sums[TK_ATTENTION_DISTANCE]
    #expect(abs(sums[TK_ATTENTION_UNIFORM_DISTANCE] / distance - 1) < 1e-5)
  }
}
