import CKernels

/// A matrix inside a stored weight: which of its columns belong to it, and which way round it lies.
package struct WeightSlice: Hashable, Sendable {
  /// `true` for Conv1D's `[in, out]`, `false` for Linear's `[out, in]`.
  package var isInputMajor: Bool
  /// The outputs that are meant, where several projections are stored in one tensor.
  package var outputs: Range<Int>

  package init(isInputMajor: Bool, outputs: Range<Int>) {
    self.isInputMajor = isInputMajor
    self.outputs = outputs
  }

  /// The stored tensor as `[in, out]`, of the slice's outputs.
  package func matrix(of weight: Tensor) -> MatrixView {
    (isInputMajor ? weight.matrix : weight.matrix.transposed).columns(outputs)
  }
}

extension Tape {
  /// `y = x·W + b`, x `[…, in]`, y `[…, out]`.
  package func linear(_ x: Variable, weight: Variable, bias: Variable?, slice: WeightSlice) -> Variable {
    let matrix = slice.matrix(of: weight.value)
    let y = Tensor(uninitialized: x.shape.dropLast() + [slice.outputs.count])
    let output = y.matrix
    let offset = bias.map { $0.value.pointer + slice.outputs.lowerBound }
    multiplyInPieces(x.value.matrix, matrix, into: output) { rows, columns in
      guard let offset else { return }
      tk_add_bias(
        output.pointer + rows.lowerBound * output.stride + columns.lowerBound, offset + columns.lowerBound, rows.count,
        columns.count, output.stride)
    }
    return result(y, of: [x, weight] + (bias.map { [$0] } ?? [])) { dy, _ in
      if x.needsGradient {
        x.contribute { multiplyInPieces(dy.matrix, matrix.transposed, into: $0.matrix, adding: $1) }
      }
      if weight.needsGradient {
        weight.contributeSlice(slice) { target, adding in
          // Whichever way round the weight lies, its gradient is written in place.
          if slice.isInputMajor {
            multiplyInPieces(x.value.matrix.transposed, dy.matrix, into: target, adding: adding)
          } else {
            multiplyInPieces(dy.matrix.transposed, x.value.matrix, into: target.transposed, adding: adding)
          }
        }
      }
      if let bias, bias.needsGradient {
        bias.contributeSlice(slice.outputs) { target in addColumnSums(of: dy.matrix, to: target) }
      }
    }
  }
}

extension Variable {
  /// `contribute` for a part of a stored weight: the other parts are 0 until their own contributions come.
  fileprivate func contributeSlice(_ slice: WeightSlice, _ body: (_ target: MatrixView, _ adding: Bool) -> Void) {
    let isWhole = slice.outputs.count == (slice.isInputMajor ? shape[1] : shape[0])
    contribute { target, adding in
      if !isWhole && !adding { target.pointer.update(repeating: 0, count: target.count) }
      body(slice.matrix(of: target), adding || !isWhole)
    }
  }

  fileprivate func contributeSlice(_ range: Range<Int>, _ body: (_ target: UnsafeMutablePointer<Float>) -> Void) {
    contribute { target, adding in
      if !adding { target.pointer.update(repeating: 0, count: target.count) }
      body(target.pointer + range.lowerBound)
    }
  }
}

/// `target[c] += Σ_n matrix[n, c]`.
func addColumnSums(of matrix: MatrixView, to target: UnsafeMutablePointer<Float>) {
  forEachChunk(of: matrix.columns, size: 128) { columns in
    tk_add_rows(
      target + columns.lowerBound, matrix.pointer + columns.lowerBound, matrix.rows, columns.count, matrix.stride)
  }
}
