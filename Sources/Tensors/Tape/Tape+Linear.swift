import CKernels
import Support

/// A matrix inside a stored weight: which of its columns belong to it, and which way round it lies.
package struct WeightSlice: Hashable, Sendable {
  /// `true` for Conv1D's `[in, out]`, `false` for Linear's `[out, in]`.
  package var isInputMajor: Bool
  /// The outputs that are meant, in order, where several projections are stored in one tensor; GPT-NeoX interleaves
  /// them head by head.
  package var parts: [Range<Int>]

  package init(isInputMajor: Bool, parts: [Range<Int>]) {
    self.isInputMajor = isInputMajor
    self.parts = parts
  }

  package init(isInputMajor: Bool, outputs: Range<Int>) { self.init(isInputMajor: isInputMajor, parts: [outputs]) }

  package var outputCount: Int { parts.reduce(0) { $0 + $1.count } }

  /// A part of the stored tensor as `[in, out]`.
  fileprivate func matrix(of weight: Tensor, _ part: Range<Int>) -> MatrixView {
    (isInputMajor ? weight.matrix : weight.matrix.transposed).columns(part)
  }

  /// The slice as `[in, out]` in the memory of the stored tensor; nil where it lies in several parts.
  package func view(of weight: Tensor) -> MatrixView? { parts.count == 1 ? matrix(of: weight, parts[0]) : nil }

  /// The parts, each with its columns among the outputs.
  fileprivate var columns: [(part: Range<Int>, columns: Range<Int>)] {
    var end = 0
    return parts.map { part in
      end += part.count
      return (part, end - part.count..<end)
    }
  }

  /// Its parts as `[in, part]` in the memory of the stored tensor, each with its columns among the outputs.
  func matrices(of weight: Tensor) -> [(columns: Range<Int>, matrix: MatrixView)] {
    columns.map { ($0.columns, matrix(of: weight, $0.part)) }
  }

  /// Some of the outputs.
  package func outputs(_ range: Range<Int>) -> WeightSlice {
    WeightSlice(
      isInputMajor: isInputMajor,
      parts: columns.compactMap { part, columns in
        let kept = columns.clamped(to: range)
        guard !kept.isEmpty else { return nil }
        let start = part.lowerBound + kept.lowerBound - columns.lowerBound
        return start..<start + kept.count
      })
  }

  /// The slice in bf16, `[in, out]`.
  package func bfloats(of weight: Tensor) -> BFloatMatrix {
    withExtendedLifetime(weight) { BFloatMatrix(parts.map { matrix(of: weight, $0) }) }
  }

  /// The slice as a dense `[in, out]`.
  package func matrix(of weight: Tensor) -> Tensor {
    let matrices = parts.map { Tensor(copying: matrix(of: weight, $0)) }
    guard matrices.count > 1 else { return matrices[0] }
    let whole = Tensor(uninitialized: [matrices[0].shape[0], outputCount])
    for ((_, columns), matrix) in zip(self.columns, matrices) {
      for row in 0..<matrix.shape[0] {
        withExtendedLifetime(matrix) {
          (whole.pointer + row * outputCount + columns.lowerBound).update(
            from: matrix.pointer + row * columns.count, count: columns.count)
        }
      }
    }
    return whole
  }
}

extension Tape {
  /// `y = x·W + b` with bf16 weights, which have no gradient; `slice` says which biases belong to the outputs.
  package func linear(_ x: Variable, weight: BFloatMatrix, bias: Variable?, slice: WeightSlice) -> Variable {
    precondition(!isRecording || !x.needsGradient, "a product in bf16 is not differentiated")
    let y = Tensor(uninitialized: x.shape.dropLast() + [weight.columns])
    let offsets = bias.map { bias in slice.parts.flatMap { $0.map { bias.value.pointer[$0] } } } ?? []
    offsets.withUnsafeBufferPointer { offsets in
      multiplyInPieces(x.value.matrix, weight, into: y.matrix) { rows, columns in
        guard let base = offsets.baseAddress, !offsets.isEmpty else { return }
        tk_add_bias(
          y.pointer + rows.lowerBound * weight.columns + columns.lowerBound, base + columns.lowerBound, rows.count,
          columns.count, weight.columns)
      }
    }
    return Variable(y)
  }

  /// `y = x·W + b`, x `[…, in]`, y `[…, out]`.
  package func linear(_ x: Variable, weight: Variable, bias: Variable?, slice: WeightSlice) -> Variable {
    let y = Tensor(uninitialized: x.shape.dropLast() + [slice.outputCount])
    for (part, columns) in slice.columns {
      let output = y.matrix.columns(columns)
      let offset = bias.map { $0.value.pointer + part.lowerBound }
      multiplyInPieces(x.value.matrix, slice.matrix(of: weight.value, part), into: output) { rows, columns in
        guard let offset else { return }
        tk_add_bias(
          output.pointer + rows.lowerBound * output.stride + columns.lowerBound, offset + columns.lowerBound,
          rows.count, columns.count, output.stride)
      }
    }
    return result(y, of: [x, weight] + (bias.map { [$0] } ?? [])) { dy, _ in
      if x.needsGradient {
        x.contribute { target, adding in
          for (part, columns) in slice.columns {
            multiplyInPieces(
              dy.matrix.columns(columns), slice.matrix(of: weight.value, part).transposed, into: target.matrix,
              adding: adding || columns.lowerBound > 0)
          }
        }
      }
      if weight.needsGradient {
        weight.contributeSlice(slice) { target, columns, adding in
          // Whichever way round the weight lies, its gradient is written in place.
          if slice.isInputMajor {
            multiplyInPieces(
              x.value.matrix.transposed, dy.matrix.columns(columns), into: target, adding: adding, pieces: 8)
          } else {
            multiplyInPieces(
              dy.matrix.columns(columns).transposed, x.value.matrix, into: target.transposed, adding: adding,
              pieces: 8)
          }
        }
      }
      if let bias, bias.needsGradient {
        bias.contribute { target, adding in
          if !adding { target.pointer.update(repeating: 0, count: target.count) }
          for (part, columns) in slice.columns {
            addColumnSums(of: dy.matrix.columns(columns), to: target.pointer + part.lowerBound)
          }
        }
      }
    }
  }
}

extension Tape {
  /// `y = x·W + b` of few rows, for which the weights are read once; it is not differentiated. A row's numbers do not
  /// depend on the other rows, but round otherwise than those of `linear`.
  package func linearStep(_ x: Variable, weight: Variable, bias: Variable?, slice: WeightSlice) -> Variable {
    let inputs = x.shape[x.shape.count - 1], rows = x.value.count / inputs, outputs = slice.outputCount
    let y = Tensor(uninitialized: x.shape.dropLast() + [outputs])
    for (part, columns) in slice.columns {
      let matrix = slice.matrix(of: weight.value, part)
      // One row is fastest where long stretches are read; how the columns are cut changes no bit.
      let share = (columns.count + Workers.current.count - 1) / Workers.current.count
      forEachChunk(of: columns.count, size: rows == 1 ? max(64, (share + 15) / 16 * 16) : 128) { range in
        let target = y.pointer + columns.lowerBound + range.lowerBound
        if matrix.isTransposed {
          tk_step_output_major(
            target, outputs, x.value.pointer, rows, matrix.pointer + range.lowerBound * matrix.stride, matrix.stride,
            inputs, range.count)
        } else {
          tk_step_input_major(
            target, outputs, x.value.pointer, rows, matrix.pointer + range.lowerBound, matrix.stride, inputs,
            range.count)
        }
        if let bias {
          tk_add_bias(target, bias.value.pointer + part.lowerBound + range.lowerBound, rows, range.count, outputs)
        }
      }
    }
    return Variable(y)
  }

  /// Single outputs of rows of `x·W + b`, `[picks]`, each summed in Double: what a pick becomes does not depend on the
  /// others. The weights get no gradient.
  package func outputs(
    _ picks: [(row: Int, output: Int)], of x: Variable, weight: Variable, bias: Variable?, slice: WeightSlice
  ) -> Variable {
    precondition(!weight.needsGradient && bias?.needsGradient != true, "single outputs have no gradient of weights")
    let inputs = x.shape[x.shape.count - 1], y = Tensor(uninitialized: [picks.count])
    let order = Set(picks.map(\.output)).sorted(), places = order.map { slice.outputs($0..<$0 + 1).parts[0] }
    let vectors = Dictionary(
      uniqueKeysWithValues: zip(order, places.map { Tensor(copying: slice.matrix(of: weight.value, $0)) }))
    let offsets = Dictionary(
      uniqueKeysWithValues: zip(order, places.map { Double(bias?.value.pointer[$0.lowerBound] ?? 0) }))
    for (index, pick) in picks.enumerated() {
      guard let vector = vectors[pick.output], let offset = offsets[pick.output] else { continue }
      let source = x.value.pointer + pick.row * inputs
      y.pointer[index] = Float((0..<inputs).reduce(offset) { $0 + Double(source[$1]) * Double(vector.pointer[$1]) })
    }
    return result(y, of: [x]) { dy, _ in
      x.contribute { target, adding in
        if !adding { target.pointer.update(repeating: 0, count: target.count) }
        for (index, pick) in picks.enumerated() {
          guard let vector = vectors[pick.output] else { continue }
          tk_accumulate_scaled(target.pointer + pick.row * inputs, vector.pointer, dy.pointer[index], inputs)
        }
      }
    }
  }
}

extension Variable {
  /// `contribute` for a part of a stored weight: the other parts are 0 until their own contributions come.
  fileprivate func contributeSlice(
    _ slice: WeightSlice, _ body: (_ target: MatrixView, _ columns: Range<Int>, _ adding: Bool) -> Void
  ) {
    let isWhole = slice.parts == [0..<(slice.isInputMajor ? shape[1] : shape[0])]
    contribute { target, adding in
      if !isWhole && !adding { target.pointer.update(repeating: 0, count: target.count) }
      for (part, columns) in slice.columns {
        body(slice.matrix(of: target, part), columns, adding || !isWhole)
      }
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
