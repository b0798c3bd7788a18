import CKernels

extension Tape {
  /// Mean of `−ln softmax(logits)[target]` over the rows whose target is not negative, a scalar; NaN where there is none.
  ///
  /// With `reusingLogits` the gradient takes the logits' memory; nobody may read them after the backward pass began.
  package func crossEntropy(_ logits: Variable, targets: [Int32], reusingLogits: Bool) -> (
    loss: Variable, exact: Double
  ) {
    let vocabulary = logits.shape[logits.shape.count - 1], rows = targets.count
    let labelled = targets.count { $0 >= 0 }
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
      sum += normalizers[n] - Double(logits.value.pointer[n * vocabulary + Int(targets[n])])
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
          } else {
            target.update(repeating: 0, count: vocabulary)
          }
        }
      }
      logits.add(owned: gradient)
    }
    return (loss, exact)
  }
}
