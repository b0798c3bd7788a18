import CKernels
import Support

extension Tape {
  /// `scores[b, h, q, k] + table[bucket(k − q), h]` (Raffel 2019).
  ///
  /// `buckets` holds the row of the table, `[buckets, H]`, for every distance `1 − Tk … Tq − 1`, the
  /// last query standing at the last key.
  package func addRelativeBias(_ scores: Variable, table: Variable, buckets: [Int32]) -> Variable {
    let shape = scores.shape
    let (batch, heads, queries, keys) = (shape[0], shape[1], shape[2], shape[3])
    let y = Tensor(uninitialized: shape)
    forEachPiece(batch * heads) { piece in
      let bias = buckets.map { table.value.pointer[Int($0) * heads + piece % heads] }
      for q in 0..<queries {
        let start = (piece * queries + q) * keys
        bias.withUnsafeBufferPointer { bias in
          guard let base = bias.baseAddress else { return }
          tk_add(y.pointer + start, scores.value.pointer + start, base + queries - 1 - q, keys)
        }
      }
    }
    return result(y, of: [scores, table]) { dy, _ in
      if table.needsGradient {
        table.contribute { target, adding in
          if !adding { target.pointer.update(repeating: 0, count: target.count) }
          // Each head owns a column of the table.
          forEachPiece(heads) { head in
            for b in 0..<batch {
              for q in 0..<queries {
                let row = dy.pointer + ((b * heads + head) * queries + q) * keys
                for k in 0..<keys { target.pointer[Int(buckets[k - q + queries - 1]) * heads + head] += row[k] }
              }
            }
          }
        }
      }
      if scores.needsGradient { scores.add(shared: dy) }
    }
  }
}
