import CKernels
import Foundation
import Support

/// Cosines and sines of the angles by which rotary embeddings turn queries and keys (Su 2021).
package struct RotaryTable: Sendable {
  /// `[positions, pairs]`, the positions of a sequence, or of all rows of a batch one after the other.
  package let cosines: Tensor
  package let sines: Tensor
  /// Whether pairs are neighbours (GPT-J) rather than halves of the rotated part apart (GPT-NeoX, Llama).
  package let isInterleaved: Bool

  /// `angle[t, i] = t · frequencies[i]`.
  package init(positions: some Collection<Int>, frequencies: [Double], isInterleaved: Bool) {
    let angles = positions.flatMap { t in frequencies.map { Double(t) * $0 } }
    let shape = [positions.count, frequencies.count]
    cosines = Tensor(angles.map { Float(cos($0)) }, shape: shape)
    sines = Tensor(angles.map { Float(sin($0)) }, shape: shape)
    self.isInterleaved = isInterleaved
  }

  /// `x` `[B, T, H, D]` turned; backwards with `isInverse`.
  fileprivate func turned(_ x: Tensor, isInverse: Bool) -> Tensor {
    let (positions, pairs) = (cosines.shape[0], cosines.shape[1]), (heads, width) = (x.shape[2], x.shape[3])
    let y = Tensor(uninitialized: x.shape)
    let sines = isInverse ? Tensor(self.sines.values.map { -$0 }, shape: self.sines.shape) : self.sines
    forEachChunk(of: x.shape[0] * x.shape[1], size: 32) { rows in
      for row in rows {
        let start = row * heads * width, angle = row % positions * pairs
        tk_rotate(
          y.pointer + start, x.pointer + start, cosines.pointer + angle, sines.pointer + angle, pairs,
          isInterleaved ? 2 : 1, isInterleaved ? 1 : pairs, heads, width)
      }
    }
    return y
  }
}

extension Tape {
  /// Turns the first dimensions of every head of x `[B, T, H, D]` by its position's angles; the others stay.
  package func rotate(_ x: Variable, _ table: RotaryTable) -> Variable {
    result(table.turned(x.value, isInverse: false), of: [x]) { dy, _ in
      x.add(owned: table.turned(dy, isInverse: true))
    }
  }
}
