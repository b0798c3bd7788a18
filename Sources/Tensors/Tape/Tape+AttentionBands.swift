import CKernels
import Support

/// A bias on scores by distance: a row of `table`, `[buckets, H]`, for each `k − q`, from `1 − Tq` to `Tk − 1`.
package struct RelativeBias {
  package let table: Variable
  package let buckets: [Int32]

  package init(table: Variable, buckets: [Int32]) {
    self.table = table
    self.buckets = buckets
  }

  /// A head's bias for every distance.
  func values(head: Int, of heads: Int) -> [Float] {
    buckets.map { table.value.pointer[Int($0) * heads + head] }
  }
}

/// Rows of one head's probabilities on one row of the batch, while they are there.
package struct AttentionRows {
  package let batchRow: Int
  package let head: Int
  package let queries: Range<Int>
  /// What the columns are; all other keys have exactly 0.
  package let keys: Range<Int>
  /// `[queries, keys]`, rows `stride` apart; valid during the call alone.
  package let pointer: UnsafePointer<Float>
  package let stride: Int
  /// Of each row's probabilities of all its keys, `[queries]`, nats; valid during the call alone.
  package let entropies: UnsafePointer<Float>
}

extension Tensor {
  /// Whole heads of a pattern `[B, H, Tq, Tk]` as if they passed.
  package func forEachHeadsRows(_ watch: (AttentionRows) -> Void) {
    let (heads, queries, keys) = (shape[1], shape[2], shape[3])
    forEachPiece(shape[0] * heads) { piece in
      let p = pointer + piece * queries * keys
      withUnsafeTemporaryAllocation(of: Float.self, capacity: queries) { entropies in
        guard let base = entropies.baseAddress else { return }
        tk_entropies(base, p, queries, keys, keys)
        watch(
          AttentionRows(
            batchRow: piece / heads, head: piece % heads, queries: 0..<queries, keys: 0..<keys, pointer: p,
            stride: keys, entropies: base))
      }
    }
  }
}

extension Tape {
  /// `z[b, q, h, :] = Σ_k softmax_k(scale · q·k + bias)[b, h, q, k] · value[b, k, h′, :]` over the visible keys, where
  /// several heads h may share one h′; a query that sees no key gets 0.
  ///
  /// Of the probabilities only a band of some rows is ever there: memory is linear in the length. A band has its rows
  /// whole, so that their maximum and normaliser need no second pass. `watch` is shown each band, from several threads,
  /// those of one head and batch row on one thread from the first query to the last. The backward pass computes the
  /// bands again, unless they are small enough to have been kept. With `dropout` some probabilities are dropped after
  /// they were shown.
  ///
  /// query `[B, Tq, H, D]`, key and value `[B, Tk, H′, D]`.
  package func attention(
    query: Variable, key: Variable, value: Variable, scale: Float, visibility: Visibility, bias: RelativeBias? = nil,
    dropout: Dropout? = nil, watch: ((AttentionRows) -> Void)? = nil
  ) -> Variable {
    let z = Tensor(uninitialized: query.shape)
    let bands = AttentionBands(
      d: AttentionShape(query: query.shape, key: key.shape), query: query.value, key: key.value, scale: scale,
      visibility: visibility, bias: bias, dropout: dropout,
      isKept: isRecording && ([query, key, value].contains { $0.needsGradient }))
    let d = bands.d
    forEachHead(d) { b, h in
      bands.forEach(b, h, isFirst: true, watch) { rows, keys, p in
        bands.drop(p, b, h, rows, keys)
        multiply(p, d.keyHead(value.value, b, h).rows(keys), into: d.head(z, b, h, d.queries).rows(rows))
      }
    }
    return result(z, of: [query, key, value] + (bias.map { [$0.table] } ?? [])) { dz, _ in
      bands.differentiate(dz, query, key, value)
    }
  }
}

/// The probabilities of an attention, computed band by band.
private struct AttentionBands {
  let d: AttentionShape
  let query: Tensor
  let key: Tensor
  let scale: Float
  let visibility: Visibility
  let bias: RelativeBias?
  let dropout: Dropout?
  /// The probabilities of all heads, a row of `keys` floats for each query; nil where they are computed again.
  private let kept: Tensor?

  /// What is kept at most, 16 MiB of floats.
  private static let keptSize = 1 << 22

  init(
    d: AttentionShape, query: Tensor, key: Tensor, scale: Float, visibility: Visibility, bias: RelativeBias?,
    dropout: Dropout?, isKept: Bool
  ) {
    self.d = d
    self.query = query
    self.key = key
    self.scale = scale
    self.visibility = visibility
    self.bias = bias
    self.dropout = dropout
    let size = d.batch * d.heads * d.queries * d.keys
    // What is dropped is dropped in place.
    kept = isKept && dropout == nil && size <= Self.keptSize ? Tensor(uninitialized: [size]) : nil
  }

  /// Drops probabilities, or what has their gradient's place.
  func drop(_ p: MatrixView, _ b: Int, _ h: Int, _ rows: Range<Int>, _ keys: Range<Int>) {
    guard let dropout else { return }
    for (i, q) in rows.enumerated() {
      let row = p.pointer + i * p.stride
      dropout.apply(
        row, row, first: ((b * d.heads + h) * d.queries + q) * d.keys + keys.lowerBound, count: keys.count)
    }
  }

  /// Rows of a band: as many as make the products efficient, fewer where there are very many keys (16 MiB of floats).
  private static let size = 1 << 22
  private static let rows = 64...128

  /// Calls `body` with each band's queries, the keys that any of them sees, and their probabilities.
  ///
  /// Bands and their keys follow from the row's own unpadded length, so that what a document gets does not depend on
  /// those beside it.
  ///
  /// - Parameters:
  ///   - isFirst: whether they are computed even if they are to be kept.
  ///   - watch: is shown each band that is computed, before `body` gets it.
  func forEach(
    _ b: Int, _ h: Int, isFirst: Bool = false, _ watch: ((AttentionRows) -> Void)? = nil,
    _ body: (_ rows: Range<Int>, _ keys: Range<Int>, _ p: MatrixView) -> Void
  ) {
    let mask = visibility.keys[b * d.keys..<(b + 1) * d.keys]
    let end = (mask.lastIndex { $0 != 0 }.map { $0 + 1 } ?? mask.startIndex) - mask.startIndex
    let hasHoles = mask.prefix(end).contains(0)
    let distances = bias?.values(head: h, of: d.heads) ?? []
    var memory: Tensor?
    var start = 0
    while start < d.queries {
      let first = visibility.range(start, queries: d.queries, keys: d.keys)
      let reach = visibility.isCausal ? first.count : end
      let wanted = AttentionBands.size / max(1, reach) / 16 * 16
      let rows = start..<min(d.queries, start + wanted.clamped(to: AttentionBands.rows))
      let last = visibility.range(rows.upperBound - 1, queries: d.queries, keys: d.keys)
      // From a multiple of 16, as the vectors lie.
      let keys = min(end, first.lowerBound / 16 * 16)..<min(end, last.upperBound)
      start = rows.upperBound
      if let kept {
        let place = kept.pointer + ((b * d.heads + h) * d.queries + rows.lowerBound) * d.keys
        let p = MatrixView(place, rows: rows.count, columns: keys.count)
        if isFirst { fill(p, b, h, rows, keys, distances, hasHoles: hasHoles, watch) }
        body(rows, keys, p)
        continue
      }
      let held = AttentionBands.memory(&memory, rows.count * keys.count)
      let p = MatrixView(held.pointer, rows: rows.count, columns: keys.count)
      fill(p, b, h, rows, keys, distances, hasHoles: hasHoles, watch)
      withExtendedLifetime(held) { body(rows, keys, p) }
    }
  }

  /// The memory kept from the band before where it suffices, else new memory, rarely.
  private static func memory(_ kept: inout Tensor?, _ needed: Int) -> Tensor {
    if let kept, kept.count >= needed { return kept }
    var count = 1 << 12
    while count < needed { count *= 2 }
    let fresh = Tensor(uninitialized: [count])
    kept = fresh
    return fresh
  }

  private func fill(
    _ p: MatrixView, _ b: Int, _ h: Int, _ rows: Range<Int>, _ keys: Range<Int>, _ distances: [Float], hasHoles: Bool,
    _ watch: ((AttentionRows) -> Void)?
  ) {
    guard let watch else { return fill(p, b, h, rows, keys, distances, hasHoles: hasHoles, sums: nil) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * rows.count) { sums in
      guard let entropies = sums.baseAddress else { return }
      sums.initialize(repeating: 0)
      if !keys.isEmpty {
        fill(p, b, h, rows, keys, distances, hasHoles: hasHoles, sums: entropies)
        tk_softmax_entropies(entropies, entropies + rows.count, rows.count)
      }
      watch(
        AttentionRows(
          batchRow: b, head: h, queries: rows, keys: keys, pointer: p.pointer, stride: p.stride, entropies: entropies))
    }
  }

  /// - Parameter sums: of each row, what `tk_softmax_row` has of it: all normalisers, then all weighted sums.
  private func fill(
    _ p: MatrixView, _ b: Int, _ h: Int, _ rows: Range<Int>, _ keys: Range<Int>, _ distances: [Float], hasHoles: Bool,
    sums: UnsafeMutablePointer<Float>?
  ) {
    guard !keys.isEmpty else { return }
    multiply(
      d.head(query, b, h, d.queries).rows(rows), d.keyHead(key, b, h).rows(keys).transposed, into: p, scale: scale)
    var memory: [UInt8] = []
    for (i, q) in rows.enumerated() {
      let row = p.pointer + i * p.stride
      let seen = visibility.range(q, queries: d.queries, keys: d.keys).clamped(to: keys)
      if !distances.isEmpty {
        distances.withUnsafeBufferPointer { distances in
          guard let base = distances.baseAddress else { return }
          tk_accumulate(row, base + keys.lowerBound - q + d.queries - 1, keys.count)
        }
      }
      let before = seen.lowerBound - keys.lowerBound
      if before > 0 { row.update(repeating: 0, count: before) }
      visibility.withMask(
        row: b, of: d.keys, last: q + d.keys - d.queries, seen: seen, hasPadding: hasHoles, memory: &memory
      ) {
        tk_softmax_row(
          row + before, $0, seen.count, keys.count - before, sums.map { $0 + i }, sums.map { $0 + rows.count + i })
      }
    }
  }

  /// Adds what the gradient of z makes those of query, key, value and the bias's table.
  ///
  /// Heads that share a key add up in memory of their own first, so that each may have a thread.
  func differentiate(_ dz: Tensor, _ query: Variable, _ key: Variable, _ value: Variable) {
    let own = Tensor(uninitialized: query.shape)
    let shared = d.group > 1
    let full = AttentionShape(query: query.shape, key: [d.batch, d.keys, d.heads, d.width])
    let dKey = Tensor(uninitialized: [d.batch, d.keys, d.heads, d.width])
    let dValue = Tensor(uninitialized: dKey.shape)
    let distances = d.queries + d.keys - 1
    let dBias = bias.map { _ in Tensor(repeating: 0, shape: [d.batch * d.heads, distances]) }
    forEachHead(d) { b, h in
      let (dk, dv) = (full.keyHead(dKey, b, h), full.keyHead(dValue, b, h))
      for matrix in [dk, dv] {
        for row in 0..<d.keys { (matrix.pointer + row * matrix.stride).update(repeating: 0, count: d.width) }
      }
      var memory: Tensor?
      forEach(b, h) { rows, keys, p in
        let (dzRows, target) = (d.head(dz, b, h, d.queries).rows(rows), d.head(own, b, h, d.queries).rows(rows))
        let held = AttentionBands.memory(&memory, p.rows * p.columns)
        // First of p, then of the scores.
        let ds = MatrixView(held.pointer, rows: p.rows, columns: p.columns)
        if dropout == nil {
          multiply(p.transposed, dzRows, into: dv.rows(keys), adding: true)
        } else {
          // ds holds what was kept of p first.
          ds.pointer.update(from: p.pointer, count: p.rows * p.columns)
          drop(ds, b, h, rows, keys)
          multiply(ds.transposed, dzRows, into: dv.rows(keys), adding: true)
        }
        multiply(dzRows, d.keyHead(value.value, b, h).rows(keys).transposed, into: ds)
        drop(ds, b, h, rows, keys)
        for row in 0..<rows.count {
          tk_softmax_row_backward(ds.pointer + row * ds.stride, p.pointer + row * p.stride, keys.count)
          if let dBias {
            tk_accumulate(
              dBias.pointer + (b * d.heads + h) * distances + keys.lowerBound - rows.lowerBound - row + d.queries - 1,
              ds.pointer + row * ds.stride, keys.count)
          }
        }
        multiply(ds, d.keyHead(self.key, b, h).rows(keys), into: target, scale: scale)
        multiply(
          ds.transposed, d.head(self.query, b, h, d.queries).rows(rows), into: dk.rows(keys), scale: scale, adding: true
        )
        withExtendedLifetime(held) {}
      }
    }
    if query.needsGradient { query.add(owned: own) }
    if key.needsGradient { key.add(owned: shared ? sumOfGroups(dKey) : dKey) }
    if value.needsGradient { value.add(owned: shared ? sumOfGroups(dValue) : dValue) }
    if let bias, let dBias, bias.table.needsGradient { add(dBias, to: bias) }
  }

  /// `[B, T, H, D]` to `[B, T, H′, D]`.
  private func sumOfGroups(_ heads: Tensor) -> Tensor {
    let sum = Tensor(repeating: 0, shape: [d.batch, d.keys, d.keyHeads, d.width])
    forEachChunk(of: d.batch * d.keys, size: 64) { positions in
      for position in positions {
        for head in 0..<d.heads {
          tk_accumulate(
            sum.pointer + (position * d.keyHeads + head / d.group) * d.width,
            heads.pointer + (position * d.heads + head) * d.width, d.width)
        }
      }
    }
    return sum
  }

  /// Sums over rows of the batch, and over the distances of a bucket.
  private func add(_ distances: Tensor, to bias: RelativeBias) {
    bias.table.contribute { target, adding in
      if !adding { target.pointer.update(repeating: 0, count: target.count) }
      for h in 0..<d.heads {
        var sums = [Double](repeating: 0, count: target.count / d.heads)
        for b in 0..<d.batch {
          let row = distances.pointer + (b * d.heads + h) * bias.buckets.count
          for (i, bucket) in bias.buckets.enumerated() { sums[Int(bucket)] += Double(row[i]) }
        }
        for (bucket, sum) in sums.enumerated() { target.pointer[bucket * d.heads + h] += Float(sum) }
      }
    }
  }
}

extension Int {
  fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
