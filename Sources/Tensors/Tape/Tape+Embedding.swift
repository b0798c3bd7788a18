import CKernels
import Support

extension Tape {
  /// `y[n, :] = table[ids[n], :]`, in the given leading shape.
  package func embed(_ ids: [Int32], table: Variable, shape: [Int]) -> Variable {
    let width = table.shape[1]
    let y = Tensor(uninitialized: shape + [width])
    forEachChunk(of: ids.count, size: 256) { range in
      for n in range {
        (y.pointer + n * width).update(from: table.value.pointer + Int(ids[n]) * width, count: width)
      }
    }
    return result(y, of: [table]) { dy, _ in
      table.contribute { target, adding in
        if !adding {
          forEachElementChunk(target.count) { (target.pointer + $0.lowerBound).update(repeating: 0, count: $0.count) }
        }
        // Pieces share no column, so that two tokens of one id never meet.
        forEachChunk(of: width, size: 64) { columns in
          for (n, id) in ids.enumerated() {
            tk_accumulate(
              target.pointer + Int(id) * width + columns.lowerBound, dy.pointer + n * width + columns.lowerBound,
              columns.count)
          }
        }
      }
    }
  }

  /// `y[n, :] = table[:, ids[n]]`: the embeddings of a model whose output matrix they are, in bf16.
  package func embed(_ ids: [Int32], columnsOf table: BFloatMatrix, shape: [Int]) -> Variable {
    let y = Tensor(uninitialized: shape + [table.rows])
    forEachChunk(of: ids.count, size: 64) { range in
      for n in range { table.copyColumn(Int(ids[n]), to: y.pointer + n * table.rows) }
    }
    return Variable(y)
  }

  /// Row `index` of the second axis: `[B, T, C]` becomes `[B, C]`.
  package func select(_ x: Variable, position index: Int) -> Variable {
    let (batch, positions, width) = (x.shape[0], x.shape[1], x.shape[2])
    return gather(x, rows: (0..<batch).map { $0 * positions + index }, shape: [batch, width])
  }

  /// The given rows of x seen as `[N, C]`.
  package func gather(_ x: Variable, rows: [Int], shape: [Int]) -> Variable {
    let width = x.shape[x.shape.count - 1]
    let y = Tensor(uninitialized: shape)
    forEachChunk(of: rows.count, size: 64) { range in
      for n in range { (y.pointer + n * width).update(from: x.value.pointer + rows[n] * width, count: width) }
    }
    return result(y, of: [x]) { dy, _ in
      x.contribute { target, adding in
        if !adding { target.pointer.update(repeating: 0, count: target.count) }
        for (n, row) in rows.enumerated() { tk_accumulate(target.pointer + row * width, dy.pointer + n * width, width) }
      }
    }
  }

  /// Rows of x, `[n, C]`, at the given places, all different, of rows that are 0 elsewhere.
  package func scatter(_ x: Variable, rows: [Int], shape: [Int]) -> Variable {
    let width = x.shape[x.shape.count - 1], y = Tensor(uninitialized: shape), count = y.count / max(1, width)
    var sources = [Int](repeating: -1, count: count)
    for (n, row) in rows.enumerated() { sources[row] = n }
    forEachChunk(of: count, size: 64) { [sources] range in
      for row in range {
        let target = y.pointer + row * width, n = sources[row]
        if n < 0 {
          target.update(repeating: 0, count: width)
        } else {
          target.update(from: x.value.pointer + n * width, count: width)
        }
      }
    }
    return result(y, of: [x]) { dy, _ in
      x.contribute { target, adding in
        forEachChunk(of: rows.count, size: 64) { range in
          for n in range {
            let (own, source) = (target.pointer + n * width, dy.pointer + rows[n] * width)
            if adding { tk_accumulate(own, source, width) } else { own.update(from: source, count: width) }
          }
        }
      }
    }
  }
}
