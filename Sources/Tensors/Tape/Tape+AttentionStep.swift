import CKernels
import Support

extension Tape {
  /// Attention of one query of each row, `z[b, 0, h, :] = Σ_k softmax_k(scale · q·k + bias)[k] · value[r, k, h′, :]` over
  /// the visible ones of its keys; it is not differentiated.
  ///
  /// - Parameters:
  ///   - query: `[B, 1, H, D]`.
  ///   - keys: `[R, n, H′, D]`: what lies behind a row's count is not read.
  ///   - rows: of the keys, for each of the B.
  ///   - counts: of keys, for each of the B.
  ///   - visibility: of `[R, n′]`, where any key is padding.
  package func attentionStep(
    query: Variable, keys: Tensor, values: Tensor, rows: [Int], counts: [Int], scale: Float, visibility: Visibility,
    bias: RelativeBias?
  ) -> Variable {
    let (batch, heads, width) = (query.shape[0], query.shape[2], query.shape[3])
    let (room, shared) = (keys.shape[1], keys.shape[2]), stride = shared * width
    let z = Tensor(uninitialized: [batch, 1, heads, width])
    let hasPadding = visibility.keys.contains(0), most = counts.max() ?? 0
    forEachPiece(batch * heads) { piece in
      let (b, h) = (piece / heads, piece % heads)
      let count = counts[b], seen = visibility.range(0, queries: 1, keys: count)
      let start = ((rows[b] * room + seen.lowerBound) * shared + h * shared / heads) * width
      let offsets = bias?.values(head: h, of: heads)
      var memory: [UInt8] = []
      withUnsafeTemporaryAllocation(of: Float.self, capacity: seen.count) { buffer in
        guard let p = buffer.baseAddress else { return }
        tk_score_row(
          p, query.value.pointer + piece * width, keys.pointer + start, seen.count, stride, width, scale)
        if let offsets { for k in 0..<seen.count { p[k] += offsets[most - count + seen.lowerBound + k] } }
        visibility.withMask(
          row: rows[b], of: most, last: count - 1, seen: seen, hasPadding: hasPadding, memory: &memory
        ) { tk_softmax_row(p, $0, seen.count, seen.count, nil, nil) }
        tk_mix_row(z.pointer + piece * width, p, values.pointer + start, seen.count, stride, width)
      }
    }
    return Variable(z)
  }
}
