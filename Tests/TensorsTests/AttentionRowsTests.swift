import Foundation
import Synchronization
import Tensors
import Testing

/// The rows of probabilities that an attention shows as they pass.
@Suite("Rows of attention")
struct AttentionRowsTests {
  private struct Row: Hashable {
    var row: Int
    var head: Int
    var query: Int
  }

  /// What is shown of an attention of random queries and keys: probabilities of all keys, and the entropy.
  private func shown(
    length: Int, spread: Double, _ visibility: Visibility, held: Bool
  ) -> [Row: (p: [Double], entropy: Double)] {
    let (batch, heads, width) = (visibility.keys.count / length, 2, 4)
    var generator = SeededGenerator(seed: UInt64(length))
    func random() -> Variable {
      let count = batch * length * heads * width
      return Variable(
        Tensor((0..<count).map { _ in Float(generator.normal() * spread) }, shape: [batch, length, heads, width]))
    }
    let (query, key, value) = (random(), random(), random()), seen = Mutex<[Row: ([Double], Double)]>([:])
    let watch = { (rows: AttentionRows) in
      for (i, q) in rows.queries.enumerated() {
        var p = [Double](repeating: 0, count: length)
        for (j, k) in rows.keys.enumerated() { p[k] = Double(rows.pointer[i * rows.stride + j]) }
        let entropy = Double(rows.entropies[i])
        seen.withLock { $0[Row(row: rows.batchRow, head: rows.head, query: q)] = (p, entropy) }
      }
    }
    let tape = Tape(isRecording: false)
    if held {
      let scores = tape.attentionScores(query: query, key: key, scale: 0.5, visibility: visibility, onlyVisible: false)
      tape.attentionPattern(scores: scores, visibility: visibility, inPlace: false).value.forEachHeadsRows(watch)
    } else {
      _ = tape.attention(query: query, key: key, value: value, scale: 0.5, visibility: visibility, watch: watch)
    }
    return seen.withLock { $0 }.mapValues { (p: $0.0, entropy: $0.1) }
  }

  /// Of every length up to two bands, some keys of the second row hidden; scores so far apart that most weigh nothing
  /// are among them.
  @Test(
    "are shown with their entropies, whether they pass or are held", arguments: [true, false], [0.5, 4, 40])
  func entropies(isCausal: Bool, spread: Double) {
    for length in Array(1...40) + [63, 64, 65, 127, 150] {
      let keys = [UInt8](repeating: 1, count: length) + (0..<length).map { $0 % 3 == 1 ? 0 : 1 }
      let visibility = Visibility(isCausal: isCausal, keys: keys)
      let passing = shown(length: length, spread: spread, visibility, held: false)
      let held = shown(length: length, spread: spread, visibility, held: true)
      #expect(passing.count == 2 * 2 * length && held.count == passing.count)
      for (row, (p, entropy)) in passing {
        let expected = p.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
        #expect(abs(p.reduce(0, +) - 1) < 1e-5)
        #expect(abs(entropy - expected) < 2e-6 * max(1, expected), "\(length), \(row): \(entropy), not \(expected)")
        #expect(abs((held[row]?.entropy ?? .nan) - expected) < 2e-6 * max(1, expected), "\(length), \(row)")
      }
    }
  }

  @Test("that see nothing have no entropy")
  func nothing() {
    let visibility = Visibility(isCausal: true, keys: [0, 1, 1])
    let rows = shown(length: 3, spread: 1, visibility, held: false)
    for head in 0..<2 {
      let first = rows[Row(row: 0, head: head, query: 0)]
      #expect(first?.p == [0, 0, 0] && first?.entropy == 0)
      #expect(rows[Row(row: 0, head: head, query: 1)]?.entropy == 0)
    }
  }
}
