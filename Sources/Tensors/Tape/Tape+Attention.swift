import CKernels
import Support

/// Which keys each query may see.
package struct Visibility: Sendable {
  /// Queries see no later keys.
  package var isCausal: Bool
  /// `[batch, keys]`: 0 where a key is padding.
  package var keys: [UInt8]
  /// Under a causal mask, how many keys a query sees at most: itself and those just before.
  package var window: Int?
  /// Of the keys before the window, every how many-th is seen too (Child 2019): those `stride`, `2·stride` … before the
  /// query; none where nil.
  package var stride: Int?

  package init(isCausal: Bool, keys: [UInt8], window: Int? = nil, stride: Int? = nil) {
    self.isCausal = isCausal
    self.keys = keys
    self.window = window
    self.stride = window == nil || !isCausal ? nil : stride
  }

  /// From the first to the last key that query `q` may see, before padding.
  package func range(_ q: Int, queries: Int, keys: Int) -> Range<Int> {
    guard isCausal else { return 0..<keys }
    let end = q + 1 + keys - queries
    return max(0, end - (stride == nil ? window ?? end : end))..<end
  }

  /// Calls `body` with a byte for each key of `seen`, part of a query's range, 0 where it is hidden all the same: as
  /// padding, or between strides; nil where none is.
  ///
  /// - Parameters:
  ///   - hasPadding: whether any key of the row of the batch is padding.
  ///   - memory: is used again from call to call.
  func withMask(
    row: Int, of length: Int, last: Int, seen: Range<Int>, hasPadding: Bool, memory: inout [UInt8],
    _ body: (UnsafePointer<UInt8>?) -> Void
  ) {
    guard let stride, let window else {
      guard hasPadding else { return body(nil) }
      return keys.withUnsafeBufferPointer { body($0.baseAddress.map { $0 + row * length + seen.lowerBound }) }
    }
    memory.removeAll(keepingCapacity: true)
    for key in seen {
      let distance = last - key
      memory.append(distance < window || distance % stride == 0 ? keys[row * length + key] : 0)
    }
    memory.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}

/// Rows of queries that one piece takes; under a causal mask a piece skips the keys that none of its queries sees.
private let queriesPerPiece = 128

// Attention in three steps, for those who look at whole matrices of scores or probabilities, or change them; `attention`
// does all three without the matrices.
extension Tape {
  /// `scores[b, h, q, k] = scale · query[b, q, h, :] · key[b, k, h′, :]`, where several heads h may share one h′.
  ///
  /// Where `onlyVisible`, scores that a causal mask hides may be left unwritten.
  package func attentionScores(
    query: Variable, key: Variable, scale: Float, visibility: Visibility, onlyVisible: Bool
  ) -> Variable {
    let d = AttentionShape(query: query.shape, key: key.shape)
    let scores = Tensor(uninitialized: [d.batch, d.heads, d.queries, d.keys])
    forEachHead(d) { b, h in
      forEachQueryBlock(d, visibility) { rows, visible in
        let seen = onlyVisible ? visible : d.keys
        multiply(
          d.head(query.value, b, h, d.queries).rows(rows), d.keyHead(key.value, b, h).rows(0..<seen).transposed,
          into: d.square(scores, b, h).rows(rows).columns(0..<seen), scale: scale)
      }
    }
    return result(scores, of: [query, key]) { ds, _ in
      // ds is 0 where nothing is visible.
      if query.needsGradient {
        query.contribute { target, adding in
          forEachHead(d) { b, h in
            forEachQueryBlock(d, visibility) { rows, visible in
              multiply(
                d.square(ds, b, h).rows(rows).columns(0..<visible), d.keyHead(key.value, b, h).rows(0..<visible),
                into: d.head(target, b, h, d.queries).rows(rows), scale: scale, adding: adding)
            }
          }
        }
      }
      if key.needsGradient {
        key.contribute { target, adding in
          forEachGroup(d) { b, h, isFirst in
            multiply(
              d.square(ds, b, h).transposed, d.head(query.value, b, h, d.queries), into: d.keyHead(target, b, h),
              scale: scale, adding: adding || !isFirst)
          }
        }
      }
    }
  }

  /// `pattern = softmax(scores)` over the visible keys; the others get exactly 0.
  ///
  /// With `inPlace` the memory of the scores is reused; nobody may read them afterwards.
  package func attentionPattern(scores: Variable, visibility: Visibility, inPlace: Bool) -> Variable {
    let shape = scores.shape
    let (batch, heads, queries, keys) = (shape[0], shape[1], shape[2], shape[3])
    let pattern = inPlace ? scores.value : Tensor(uninitialized: shape)
    forEachPiece(batch * heads) { index in
      let b = index / heads
      let hasPadding = visibility.keys[b * keys..<(b + 1) * keys].contains(0)
      var memory: [UInt8] = []
      for q in 0..<queries {
        let at = (index * queries + q) * keys
        if !inPlace { (pattern.pointer + at).update(from: scores.value.pointer + at, count: keys) }
        let seen = visibility.range(q, queries: queries, keys: keys), first = seen.lowerBound
        if first > 0 { (pattern.pointer + at).update(repeating: 0, count: first) }
        visibility.withMask(
          row: b, of: keys, last: q + keys - queries, seen: seen, hasPadding: hasPadding, memory: &memory
        ) { tk_softmax_row(pattern.pointer + at + first, $0, seen.count, keys - first, nil, nil) }
      }
    }
    return result(pattern, of: [scores]) { dp, output in
      let ds = Tensor(uninitialized: shape)
      forEachPiece(batch * heads) { index in
        for q in 0..<queries {
          let at = (index * queries + q) * keys
          (ds.pointer + at).update(from: dp.pointer + at, count: keys)
          tk_softmax_row_backward(ds.pointer + at, pattern.pointer + at, keys)
        }
      }
      scores.add(owned: ds)
      _ = output
    }
  }

  /// `z[b, q, h, :] = Σ_k pattern[b, h, q, k] · value[b, k, h′, :]`.
  package func attentionMix(pattern: Variable, value: Variable, visibility: Visibility) -> Variable {
    let s = pattern.shape
    let z = Tensor(uninitialized: [s[0], s[2], s[1], value.shape[3]])
    let d = AttentionShape(query: z.shape, key: value.shape)
    forEachHead(d) { b, h in
      forEachQueryBlock(d, visibility) { rows, visible in
        multiply(
          d.square(pattern.value, b, h).rows(rows).columns(0..<visible),
          d.keyHead(value.value, b, h).rows(0..<visible),
          into: d.head(z, b, h, d.queries).rows(rows))
      }
    }
    return result(z, of: [pattern, value]) { dz, _ in
      if pattern.needsGradient {
        pattern.contribute { target, adding in
          forEachHead(d) { b, h in
            multiply(
              d.head(dz, b, h, d.queries), d.keyHead(value.value, b, h).transposed, into: d.square(target, b, h),
              adding: adding)
          }
        }
      }
      if value.needsGradient {
        value.contribute { target, adding in
          forEachGroup(d) { b, h, isFirst in
            multiply(
              d.square(pattern.value, b, h).transposed, d.head(dz, b, h, d.queries), into: d.keyHead(target, b, h),
              adding: adding || !isFirst)
          }
        }
      }
    }
  }
}

/// The dimensions of one attention: queries `[B, Tq, H, D]`, keys and values `[B, Tk, H′, D]`, H a multiple of H′.
struct AttentionShape {
  let batch: Int
  let heads: Int
  let keyHeads: Int
  let queries: Int
  let keys: Int
  let width: Int

  init(query: [Int], key: [Int]) {
    (batch, queries, heads, width) = (query[0], query[1], query[2], query[3])
    (keys, keyHeads) = (key[1], key[2])
  }

  /// Heads that share one key and value.
  var group: Int { heads / keyHeads }

  /// The `[keys, D]` that a head reads inside `[B, Tk, H′, D]`.
  func keyHead(_ tensor: Tensor, _ b: Int, _ h: Int) -> MatrixView {
    MatrixView(
      tensor.pointer + (b * keys * keyHeads + h / group) * width, rows: keys, columns: width, stride: keyHeads * width)
  }

  /// One head's `[positions, D]` inside `[B, T, H, D]`.
  func head(_ tensor: Tensor, _ b: Int, _ h: Int, _ positions: Int) -> MatrixView {
    MatrixView(
      tensor.pointer + (b * positions * heads + h) * width, rows: positions, columns: width, stride: heads * width)
  }

  /// One head's `[queries, keys]` inside `[B, H, Tq, Tk]`.
  func square(_ tensor: Tensor, _ b: Int, _ h: Int) -> MatrixView {
    MatrixView(tensor.pointer + (b * heads + h) * queries * keys, rows: queries, columns: keys)
  }
}

func forEachHead(_ d: AttentionShape, _ body: (_ b: Int, _ h: Int) -> Void) {
  forEachPiece(d.batch * d.heads) { body($0 / d.heads, $0 % d.heads) }
}

/// Heads that share a key follow each other on one thread.
private func forEachGroup(_ d: AttentionShape, _ body: (_ b: Int, _ h: Int, _ isFirst: Bool) -> Void) {
  forEachPiece(d.batch * d.keyHeads) { piece in
    for member in 0..<d.group { body(piece / d.keyHeads, piece % d.keyHeads * d.group + member, member == 0) }
  }
}

/// Blocks of queries, each with the number of leading keys that its last query can see.
private func forEachQueryBlock(
  _ d: AttentionShape, _ visibility: Visibility, _ body: (_ rows: Range<Int>, _ visible: Int) -> Void
) {
  guard visibility.isCausal else { return body(0..<d.queries, d.keys) }
  for start in stride(from: 0, to: d.queries, by: queriesPerPiece) {
    let rows = start..<min(d.queries, start + queriesPerPiece)
    body(rows, rows.upperBound + d.keys - d.queries)
  }
}
