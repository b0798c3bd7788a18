import CKernels

extension Tape {
  /// Mean of `−ln softmax(logits)[target]` over the rows whose target is not negative, a scalar; NaN where there is none.
  ///
  /// With `reusingLogits` the gradient takes the logits' memory; nobody may read them after the backward pass began.
  package func crossEntropy(_ logits: Variable, targets: [Int32], reusingLogits: Bool) -> (loss: Variable, exact: Double)
  {
    let vocabulary = logits.shape[logits.shape.count - 1], rows = targets.count
    let labelled = targets.count { $0 >= 0 }
    var losses = [Double](repeating: 0, count: rows)
    losses.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let buffer = buffer
      forEachChunk(of: rows, size: 8) { range in
        for n in range where targets[n] >= 0 {
          buffer[n] = tk_cross_entropy_row(
            logits.value.pointer + n * vocabulary, vocabulary, Int(targets[n]), nil, 0)
        }
      }
    }
    let exact = losses.reduce(0, +) / Double(labelled)
    let loss = result(Tensor([Float(exact)], shape: []), of: [logits]) { upstream, _ in
      let scale = upstream.pointer[0] / Float(labelled)
      let gradient = reusingLogits ? logits.value : Tensor(uninitialized: logits.shape)
      forEachChunk(of: rows, size: 8) { range in
        for n in range {
          let at = n * vocabulary
          if targets[n] >= 0 {
            _ = tk_cross_entropy_row(
              logits.value.pointer + at, vocabulary, Int(targets[n]), gradient.pointer + at, scale)
          } else {
            (gradient.pointer + at).update(repeating: 0, count: vocabulary)
          }
        }
      }
      logits.add(owned: gradient)
    }
    return (loss, exact)
  }
}
