import Foundation
import Support
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
  ///
  /// - Parameter change: of the first query of each row of the batch, `[H, D]`.
  private func shown(
    length: Int, spread: Double, _ visibility: Visibility, held: Bool, isRecording: Bool = false,
    change: (UnsafeMutableBufferPointer<Float>) -> Void = { _ in }
  ) -> [Row: (p: [Double], entropy: Double)] {
    let (batch, heads, width) = (visibility.keys.count / length, 2, 4)
    var generator = SeededGenerator(seed: UInt64(length))
    func random(_ heads: Int) -> Variable {
      let count = batch * length * heads * width
      return Variable(
        Tensor((0..<count).map { _ in Float(generator.normal() * spread) }, shape: [batch, length, heads, width]),
        needsGradient: isRecording)
    }
    // Both heads read one key.
    let (query, key, value) = (random(heads), random(1), random(1)), seen = Mutex<[Row: ([Double], Double)]>([:])
    for row in 0..<batch {
      change(
        UnsafeMutableBufferPointer(start: query.value.pointer + row * length * heads * width, count: heads * width))
    }
    let watch = { (rows: AttentionRows) in
      for (i, q) in rows.queries.enumerated() {
        var p = [Double](repeating: 0, count: length)
        for (j, k) in rows.keys.enumerated() { p[k] = Double(rows.pointer[i * rows.stride + j]) }
        let entropy = Double(rows.entropies[i])
        seen.withLock { $0[Row(row: rows.batchRow, head: rows.head, query: q)] = (p, entropy) }
      }
    }
    let tape = Tape(isRecording: isRecording)
    if held {
      let scores = tape.attentionScores(query: query, key: key, scale: 0.5, visibility: visibility, onlyVisible: false)
      tape.attentionPattern(scores: scores, visibility: visibility, inPlace: false).value.forEachHeadsRows(watch)
    } else {
      _ = tape.attention(query: query, key: key, value: value, scale: 0.5, visibility: visibility, watch: watch)
    }
    return seen.withLock { $0 }.mapValues { (p: $0.0, entropy: $0.1) }
  }

  /// Rows of the batch without padding, with holes, and padded at the end.
  private func keys(_ length: Int) -> [UInt8] {
    let (whole, holes) = ([UInt8](repeating: 1, count: length), (0..<length).map { UInt8($0 % 3 == 1 ? 0 : 1) })
    return whole + holes + (0..<length).map { $0 < (length + 1) / 2 ? 1 : 0 }
  }

  private func check(
    _ length: Int, _ spread: Double, _ visibility: Visibility, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (held, isRecording) in [(false, false), (false, true), (true, false)] {
      let rows = shown(length: length, spread: spread, visibility, held: held, isRecording: isRecording)
      #expect(rows.count == 3 * 2 * length, sourceLocation: sourceLocation)
      for (row, (p, entropy)) in rows {
        let expected = p.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
        let isHidden = p.allSatisfy { $0 == 0 }
        #expect(isHidden || abs(p.reduce(0, +) - 1) < 1e-5, sourceLocation: sourceLocation)
        #expect(
          abs(entropy - expected) < 2e-6 * max(1, expected), "\(length), \(row): \(entropy), not \(expected)",
          sourceLocation: sourceLocation)
      }
    }
  }

  /// Lengths around whole vectors, bands and blocks; scores so far apart that most weigh nothing are among them.
  @Test(
    "are shown with their entropies, whether they pass, are kept or held", arguments: [true, false], [0.5, 4, 40])
  func entropies(isCausal: Bool, spread: Double) {
    for length in Array(1...34) + [63, 64, 65, 127, 150, 300] {
      check(length, spread, Visibility(isCausal: isCausal, keys: keys(length)))
    }
  }

  @Test("of a window, and strided, have entropies", arguments: [(4, nil), (20, nil), (3, 5), (8, 8)])
  func windows(window: Int, stride: Int?) {
    for length in [1, 7, 33, 70, 200] {
      check(length, 2, Visibility(isCausal: true, keys: keys(length), window: window, stride: stride))
    }
  }

  @Test("without a number are none, and have no entropy that is one", arguments: [true, false])
  func notANumber(held: Bool) {
    for wrong in [Float.nan, -.nan, .infinity] {
      let visibility = Visibility(isCausal: true, keys: [UInt8](repeating: 1, count: 40))
      // Of the first query, every score or (∞ − ∞, where signs of the keys differ) many of them.
      let rows = shown(length: 20, spread: 1, visibility, held: held) { query in
        for index in query.indices { query[index] = wrong }
      }
      for (row, (p, entropy)) in rows {
        let isWrong = row.query == 0
        #expect(p[0].isNaN == isWrong && entropy.isNaN == isWrong, "\(wrong), \(row): \(p[0]), \(entropy)")
      }
    }
  }

  @Test("that see nothing have the entropy 0", arguments: [true, false])
  func nothing(held: Bool) {
    let visibility = Visibility(isCausal: true, keys: [0, 1, 1])
    let rows = shown(length: 3, spread: 1, visibility, held: held)
    for head in 0..<2 {
      let first = rows[Row(row: 0, head: head, query: 0)]
      #expect(first?.p == [0, 0, 0] && first?.entropy == 0)
      #expect(rows[Row(row: 0, head: head, query: 1)]?.entropy == 0)
    }
  }
}
