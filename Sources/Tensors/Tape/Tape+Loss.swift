import CKernels
import Support

extension Tape {
  /// Mean of `−ln softmax(logits)[target]` over the rows whose target is not negative, a scalar; NaN where there is none.
  ///
  /// With `reusingLogits` what the gradient needs takes the logits' memory; nobody may read them afterwards. `count` is
  /// what the sum is divided by where these rows are some of more. With `smoothing` ε the target is
  /// `(1 − ε)·1{v = target} + ε/V` (Szegedy 2016). `each` is told every row's own loss.
  package func crossEntropy(
    _ logits: Variable, targets: [Int32], reusingLogits: Bool, smoothing: Float = 0, of count: Int? = nil,
    each: ((_ row: Int, _ loss: Double, _ isRight: Bool) -> Void)? = nil
  ) -> (loss: Variable, exact: Double) {
    let vocabulary = logits.shape[logits.shape.count - 1], rows = targets.count
    let labelled = count ?? targets.count { $0 >= 0 }
    // e^logit of every labelled row up to a factor, which its sum takes off again in the backward pass.
    let exponentials =
      isRecording && logits.needsGradient
      ? reusingLogits ? logits.value : Tensor(uninitialized: logits.shape) : nil
    var totals = [Double](repeating: 0, count: rows)
    var losses = [Double](repeating: 0, count: rows)
    var isRight = [Bool](repeating: false, count: each == nil ? 0 : rows)
    let isAsked = each != nil
    totals.withUnsafeMutableBufferPointer { totals in
      losses.withUnsafeMutableBufferPointer { losses in
        isRight.withUnsafeMutableBufferPointer { isRight in
          nonisolated(unsafe) let (totals, losses, isRight) = (totals, losses, isRight)
          forEachChunk(of: rows, size: 8) { range in
            for n in range where targets[n] >= 0 {
              let row = logits.value.pointer + n * vocabulary, target = Double(row[Int(targets[n])])
              if isAsked { isRight[n] = tk_is_largest(row, vocabulary, Int(targets[n])) != 0 }
              let mean = smoothing > 0 ? tk_sum(row, vocabulary) / Double(vocabulary) : 0
              let normalizer = tk_log_sum_exp(
                row, vocabulary, exponentials.map { $0.pointer + n * vocabulary }, &totals[n])
              losses[n] = normalizer - (1 - Double(smoothing)) * target - Double(smoothing) * mean
            }
          }
        }
      }
    }
    var sum = 0.0
    for n in 0..<rows where targets[n] >= 0 {
      sum += losses[n]
      each?(n, losses[n], isAsked && isRight[n])
    }
    let exact = sum / Double(labelled)
    let loss = result(Tensor([Float(exact)], shape: []), of: [logits]) { [totals] upstream, _ in
      guard let gradient = exponentials else { return }
      let scale = upstream.pointer[0] / Float(labelled)
      forEachChunk(of: rows, size: 8) { range in
        for n in range {
          let row = gradient.pointer + n * vocabulary
          guard targets[n] >= 0 else {
            row.update(repeating: 0, count: vocabulary)
            continue
          }
          tk_scale(row, row, scale / Float(totals[n]), vocabulary)
          row[Int(targets[n])] -= scale
          if smoothing > 0 { tk_smooth_row_backward(row, vocabulary, Int(targets[n]), smoothing, scale) }
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
    smoothing: Float = 0, rowsAtOnce: Int? = nil, each: ((_ row: Int, _ loss: Double, _ isRight: Bool) -> Void)? = nil
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
        of: targets.count, each: each.map { each in { each(start + $0, $1, $2) } })
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

/// 64 MiB.
private let logitsOfAPiece = 1 << 24
