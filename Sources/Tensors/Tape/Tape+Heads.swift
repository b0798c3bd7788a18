import CKernels
import Support

// Values that lie head by head, `[…, H, W]`: rows of H blocks of W numbers.
extension Tape {
  /// Each block of a row `times` times, one copy behind another: `[…, G, W]` becomes `[…, G·times, W]`, and `[…, W]`
  /// `[…, times, W]`.
  package func copies(_ x: Variable, of width: Int, times: Int, shape: [Int]) -> Variable {
    let blocks = x.value.count / width
    let y = Tensor(uninitialized: shape)
    forEachChunk(of: blocks, size: 64) { range in
      for block in range {
        for copy in 0..<times {
          (y.pointer + (block * times + copy) * width).update(from: x.value.pointer + block * width, count: width)
        }
      }
    }
    return result(y, of: [x]) { dy, _ in
      x.contribute { target, adding in addCopies(dy, to: target, of: width, times: times, adding) }
    }
  }

  /// `y[…, :] = Σ_h x[…, h, :]`, `[…, H, W]` to `[…, W]`.
  package func sumOfHeads(_ x: Variable) -> Variable {
    let width = x.shape[x.shape.count - 1], heads = x.shape[x.shape.count - 2]
    let y = Tensor(uninitialized: x.shape.dropLast(2) + [width])
    addCopies(x.value, to: y, of: width, times: heads, false)
    return result(y, of: [x]) { dy, _ in
      x.contribute { target, adding in
        forEachChunk(of: y.count / width, size: 64) { range in
          for row in range {
            for head in 0..<heads {
              let place = target.pointer + (row * heads + head) * width, source = dy.pointer + row * width
              if adding { tk_accumulate(place, source, width) } else { place.update(from: source, count: width) }
            }
          }
        }
      }
    }
  }

  /// One head's numbers, `[…, H, W]` to `[…, W]`.
  package func head(_ x: Variable, _ head: Int) -> Variable {
    let width = x.shape[x.shape.count - 1], heads = x.shape[x.shape.count - 2]
    let y = Tensor(uninitialized: x.shape.dropLast(2) + [width])
    let rows = y.count / width
    for row in 0..<rows {
      (y.pointer + row * width).update(from: x.value.pointer + (row * heads + head) * width, count: width)
    }
    return result(y, of: [x]) { dy, _ in
      x.contribute { target, adding in
        if !adding { target.pointer.update(repeating: 0, count: target.count) }
        for row in 0..<rows {
          tk_accumulate(target.pointer + (row * heads + head) * width, dy.pointer + row * width, width)
        }
      }
    }
  }

  /// Values of several heads, `[…, W]` each, side by side: `[…, H, W]`.
  package func joined(_ heads: [Variable]) -> Variable {
    let width = heads[0].shape[heads[0].shape.count - 1], count = heads.count
    let y = Tensor(uninitialized: heads[0].shape.dropLast() + [count, width])
    let rows = y.count / width / count
    for (head, x) in heads.enumerated() {
      for row in 0..<rows {
        (y.pointer + (row * count + head) * width).update(from: x.value.pointer + row * width, count: width)
      }
    }
    return result(y, of: heads) { dy, _ in
      for (head, x) in heads.enumerated() where x.needsGradient {
        let dx = Tensor(uninitialized: x.shape)
        for row in 0..<rows {
          (dx.pointer + row * width).update(from: dy.pointer + (row * count + head) * width, count: width)
        }
        x.add(owned: dx)
      }
    }
  }

  /// What each head's numbers become through its rows of a matrix, `y[…, h, :] = x[…, h, :]·W[hD ..< (h + 1)D, :]`,
  /// x `[…, H, D]`, y `[…, H, out]`.
  package func linearByHead(_ x: Variable, weight: Variable, slice: WeightSlice) -> Variable {
    let width = x.shape[x.shape.count - 1], heads = x.shape[x.shape.count - 2], outputs = slice.outputCount
    let rows = x.value.count / width / heads
    let y = Tensor(uninitialized: x.shape.dropLast() + [outputs])
    func view(_ tensor: Tensor, _ head: Int, _ width: Int) -> MatrixView {
      MatrixView(tensor.pointer + head * width, rows: rows, columns: width, stride: heads * width)
    }
    func forEach(_ weight: Tensor, _ body: (_ head: Int, _ columns: Range<Int>, _ matrix: MatrixView) -> Void) {
      for head in 0..<heads {
        for (columns, matrix) in slice.matrices(of: weight) {
          body(head, columns, matrix.rows(head * width..<(head + 1) * width))
        }
      }
    }
    forEach(weight.value) { head, columns, matrix in
      multiplyInPieces(view(x.value, head, width), matrix, into: view(y, head, outputs).columns(columns))
    }
    return result(y, of: [x, weight]) { dy, _ in
      if x.needsGradient {
        x.contribute { target, adding in
          forEach(weight.value) { head, columns, matrix in
            multiplyInPieces(
              view(dy, head, outputs).columns(columns), matrix.transposed, into: view(target, head, width),
              adding: adding || columns.lowerBound > 0)
          }
        }
      }
      if weight.needsGradient {
        weight.contribute { target, adding in
          if !adding { target.pointer.update(repeating: 0, count: target.count) }
          forEach(target) { head, columns, matrix in
            let (dy, x) = (view(dy, head, outputs).columns(columns), view(x.value, head, width))
            if matrix.isTransposed {
              multiplyInPieces(dy.transposed, x, into: matrix.transposed, adding: true)
            } else {
              multiplyInPieces(x.transposed, dy, into: matrix, adding: true)
            }
          }
        }
      }
    }
  }
}

/// `target[block, :] (+)= Σ_copy x[block, copy, :]`.
private func addCopies(_ x: Tensor, to target: Tensor, of width: Int, times: Int, _ adding: Bool) {
  forEachChunk(of: target.count / width, size: 64) { range in
    for block in range {
      let place = target.pointer + block * width
      for copy in 0..<times {
        let source = x.pointer + (block * times + copy) * width
        if adding || copy > 0 { tk_accumulate(place, source, width) } else { place.update(from: source, count: width) }
      }
    }
  }
}
