import CKernels

extension Tape {
  /// Mean of `−ln softmax(logits)[target]` over the rows whose target is not negative, a scalar; NaN where there is none.
  ///
  /// With `reusingLogits` the gradient takes the logits' memory; nobody may read them after the backward pass began.
  /// `count` is what the sum is divided by where these rows are some of more. With `smoothing` ε the target is
  /// `(1 − ε)·1{v = target} + ε/V` (Szegedy 2016). `each` is told every row's own loss.
  package func crossEntropy(
    _ logits: Variable, targets: [Int32], reusingLogits: Bool, smoothing: Float = 0, of count: Int? = nil,
    each: ((_ row: Int, _ loss: Double) -> Void)? = nil
  ) -> (loss: Variable, exact: Double) {
    let vocabulary = logits.shape[logits.shape.count - 1], rows = targets.count
    let labelled = count ?? targets.count { $0 >= 0 }
    // ln Σ e^logit of every labelled row, for the backward pass as well.
    var normalizers = [Double](repeating: 0, count: rows)
    normalizers.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let buffer = buffer
      forEachChunk(of: rows, size: 8) { range in
        for n in range where targets[n] >= 0 {
          buffer[n] = tk_log_sum_exp(logits.value.pointer + n * vocabulary, vocabulary)
        }
      }
    }
    var sum = 0.0
    for n in 0..<rows where targets[n] >= 0 {
      let row = logits.value.pointer + n * vocabulary, target = Double(row[Int(targets[n])])
      let mean = smoothing > 0 ? tk_sum(row, vocabulary) / Double(vocabulary) : 0
      let own = normalizers[n] - (1 - Double(smoothing)) * target - Double(smoothing) * mean
      sum += own
      each?(n, own)
    }
    let exact = sum / Double(labelled)
    let loss = result(Tensor([Float(exact)], shape: []), of: [logits]) { [normalizers] upstream, _ in
      let scale = upstream.pointer[0] / Float(labelled)
      let gradient = reusingLogits ? logits.value : Tensor(uninitialized: logits.shape)
      forEachChunk(of: rows, size: 8) { range in
        for n in range {
          let target = gradient.pointer + n * vocabulary
          if targets[n] >= 0 {
            if !reusingLogits { target.update(from: logits.value.pointer + n * vocabulary, count: vocabulary) }
            tk_cross_entropy_row_backward(target, vocabulary, Int(targets[n]), normalizers[n], scale)
            if smoothing > 0 { tk_smooth_row_backward(target, vocabulary, Int(targets[n]), smoothing, scale) }
          } else {
            target.update(repeating: 0, count: vocabulary)
          }
        }
      }
      logits.add(owned: gradient)
    }
    return (loss, exact)
  }

  /// The cross entropy of `x·W + b`, x `[N, in]`, with a target for each row, of whose logits only some rows are ever
  /// there: each piece is differentiated as soon as it is computed.
  package func unembeddedCrossEntropy(
    _ x: Variable, weight: Variable, bias: Variable?, slice: WeightSlice, targets: [Int32],
    smoothing: Float = 0, rowsAtOnce: Int? = nil, each: ((_ row: Int, _ loss: Double) -> Void)? = nil
  ) -> (loss: Variable, exact: Double) {
    let width = x.shape[1], isDifferentiated = isRecording && [x, weight, bias].contains { $0?.needsGradient == true }
    func inner(_ variable: Variable, _ value: Tensor) -> Variable {
      Variable(value, needsGradient: isDifferentiated && variable.needsGradient)
    }
    let (innerWeight, innerBias) = (inner(weight, weight.value), bias.map { inner($0, $0.value) })
    let dx = isDifferentiated && x.needsGradient ? Tensor(uninitialized: x.shape) : nil
    let rows = rowsAtOnce ?? max(256, logitsOfAPiece / slice.outputCount)
    var exact = targets.isEmpty ? Double.nan : 0
    for start in stride(from: 0, to: targets.count, by: rows) {
      let end = min(targets.count, start + rows)
      let view = Tensor(
        storage: x.value.storage, offset: x.value.offset + start * width, shape: [end - start, width])
      let part = inner(x, view), tape = Tape(isRecording: isDifferentiated)
      let logits = tape.linear(part, weight: innerWeight, bias: innerBias, slice: slice)
      let (loss, value) = tape.crossEntropy(
        logits, targets: Array(targets[start..<end]), reusingLogits: true, smoothing: smoothing,
        of: targets.count, each: each.map { each in { each(start + $0, $1) } })
      exact += value
      guard isDifferentiated else { continue }
      tape.backward(from: loss)
      if let dx, let gradient = part.takeGradient() {
        (dx.pointer + start * width).update(from: gradient.pointer, count: gradient.count)
      }
    }
    let inputs = [x, weight] + (bias.map { [$0] } ?? [])
    let loss = result(Tensor([Float(exact)], shape: []), of: inputs) { upstream, _ in
      let factor = upstream.pointer[0]
      for (variable, gradient) in [
        (x, dx), (weight, innerWeight.takeGradient()), (bias, innerBias?.takeGradient()),
      ] {
        guard let variable, let gradient else { continue }
        if factor != 1 {
          forEachElementChunk(gradient.count) {
            tk_scale(gradient.pointer + $0.lowerBound, gradient.pointer + $0.lowerBound, factor, $0.count)
          }
        }
        variable.add(owned: gradient)
      }
    }
    return (loss, exact)
  }
}

/// 256 MiB.
private let logitsOfAPiece = 1 << 26
