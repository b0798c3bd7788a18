import CKernels
import Support

extension Tape {
  /// `(x − mean)/√(variance + ε)·gain + bias` over the last axis (Ba 2016).
  package func layerNorm(_ x: Variable, gain: Variable, bias: Variable, epsilon: Float) -> Variable {
    let width = x.shape[x.shape.count - 1], rows = x.value.count / width
    let y = Tensor(uninitialized: x.shape)
    let mean = Tensor(uninitialized: [rows]), rstd = Tensor(uninitialized: [rows])
    forEachChunk(of: rows, size: rowsPerPiece) { range in
      let start = range.lowerBound
      tk_layer_norm(
        y.pointer + start * width, mean.pointer + start, rstd.pointer + start, x.value.pointer + start * width,
        gain.value.pointer, bias.value.pointer, epsilon, range.count, width)
    }
    return result(y, of: [x, gain, bias]) { dy, _ in
      let existing = x.takeGradient()
      let dx = Tensor(uninitialized: x.shape)
      let needsParameters = gain.needsGradient || bias.needsGradient
      let pieces = (rows + rowsPerPiece - 1) / rowsPerPiece
      // One row of sums for each piece, added up in order below.
      let partial = Tensor(repeating: 0, shape: [2, needsParameters ? pieces : 0, width])
      forEachChunk(of: rows, size: rowsPerPiece) { range in
        let start = range.lowerBound, piece = start / rowsPerPiece
        tk_layer_norm_backward(
          dx.pointer + start * width, existing.map { $0.pointer + start * width },
          needsParameters ? partial.pointer + piece * width : nil,
          needsParameters ? partial.pointer + (pieces + piece) * width : nil, dy.pointer + start * width,
          x.value.pointer + start * width, gain.value.pointer, mean.pointer + start, rstd.pointer + start, range.count,
          width)
      }
      if x.needsGradient { x.replaceGradient(owned: dx) }
      for (index, parameter) in [gain, bias].enumerated() where parameter.needsGradient {
        parameter.contribute { target, adding in
          if !adding { target.pointer.update(repeating: 0, count: width) }
          tk_add_rows(target.pointer, partial[index].pointer, pieces, width, width)
        }
      }
    }
  }

  /// `x/√(mean(x²) + ε)·(shift + gain)` over the last axis (Zhang & Sennrich 2019; Gemma stores gains less 1).
  package func rmsNorm(_ x: Variable, gain: Variable, shift: Float, epsilon: Float) -> Variable {
    let width = x.shape[x.shape.count - 1], rows = x.value.count / width
    let y = Tensor(uninitialized: x.shape), rstd = Tensor(uninitialized: [rows])
    forEachChunk(of: rows, size: rowsPerPiece) { range in
      let start = range.lowerBound
      tk_rms_norm(
        y.pointer + start * width, rstd.pointer + start, x.value.pointer + start * width, gain.value.pointer, shift,
        epsilon, range.count, width)
    }
    return result(y, of: [x, gain]) { dy, _ in
      let existing = x.takeGradient()
      let dx = Tensor(uninitialized: x.shape)
      let pieces = (rows + rowsPerPiece - 1) / rowsPerPiece
      let partial = Tensor(repeating: 0, shape: [gain.needsGradient ? pieces : 0, width])
      forEachChunk(of: rows, size: rowsPerPiece) { range in
        let start = range.lowerBound
        tk_rms_norm_backward(
          dx.pointer + start * width, existing.map { $0.pointer + start * width },
          gain.needsGradient ? partial.pointer + start / rowsPerPiece * width : nil, dy.pointer + start * width,
          x.value.pointer + start * width, gain.value.pointer, shift, rstd.pointer + start, range.count, width)
      }
      if x.needsGradient { x.replaceGradient(owned: dx) }
      if gain.needsGradient {
        gain.contribute { target, adding in
          if !adding { target.pointer.update(repeating: 0, count: width) }
          tk_add_rows(target.pointer, partial.pointer, pieces, width, width)
        }
      }
    }
  }
}

/// Rows of the network's width that one piece takes.
private let rowsPerPiece = 64
