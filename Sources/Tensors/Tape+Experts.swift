import CKernels
import Foundation

// Mixtures of experts: a router gives each row to some of several networks (Shazeer 2017).
extension Tape {
  /// Of every row of `logits`, `[N, E]`: the softmax over its `perRow` largest, and 0 for the others (Jiang 2024). Of
  /// equal logits the first counts as larger.
  package func routingWeights(_ logits: Variable, perRow: Int) -> Variable {
    let (rows, experts) = (logits.shape[0], logits.shape[1])
    let y = Tensor(repeating: 0, shape: logits.shape)
    forEachChunk(of: rows, size: 256) { range in
      for n in range {
        let (x, weights) = (logits.value.pointer + n * experts, y.pointer + n * experts)
        let chosen = (0..<experts).sorted { (x[$1], $0) < (x[$0], $1) }.prefix(perRow)
        let largest = x[chosen[0]]
        for expert in chosen { weights[expert] = x[expert] - largest }
        let hidden = (0..<experts).map { chosen.contains($0) ? UInt8(1) : 0 }
        hidden.withUnsafeBufferPointer { tk_softmax_row(weights, $0.baseAddress, experts, experts) }
      }
    }
    return result(y, of: [logits]) { dy, _ in
      let dx = Tensor(uninitialized: logits.shape)
      dx.pointer.update(from: dy.pointer, count: dx.count)
      // An expert that was not chosen has weight 0, and with it no gradient.
      for n in 0..<rows { tk_softmax_row_backward(dx.pointer + n * experts, y.pointer + n * experts, experts) }
      logits.add(owned: dx)
    }
  }

  /// `y[n, :] = Σ_e weights[n, e] · parts[e][n, :]`, in which expert e has a value for its own rows alone; in the given
  /// shape, `[…, C]`.
  package func mixture(of parts: [(rows: [Int], value: Variable)], weights: Variable, shape: [Int]) -> Variable {
    let (width, experts) = (shape[shape.count - 1], parts.count)
    let y = Tensor(repeating: 0, shape: shape)
    for (expert, part) in parts.enumerated() {
      for (i, n) in part.rows.enumerated() {
        tk_accumulate_scaled(
          y.pointer + n * width, part.value.value.pointer + i * width, weights.value.pointer[n * experts + expert],
          width)
      }
    }
    return result(y, of: [weights] + parts.map(\.value)) { dy, _ in
      if weights.needsGradient {
        let dw = Tensor(repeating: 0, shape: weights.shape)
        for (expert, part) in parts.enumerated() {
          for (i, n) in part.rows.enumerated() {
            dw.pointer[n * experts + expert] = tk_inner_product(
              dy.pointer + n * width, part.value.value.pointer + i * width, width)
          }
        }
        weights.add(owned: dw)
      }
      for (expert, part) in parts.enumerated() where part.value.needsGradient && !part.rows.isEmpty {
        let dx = Tensor(uninitialized: part.value.shape)
        for (i, n) in part.rows.enumerated() {
          tk_scale(dx.pointer + i * width, dy.pointer + n * width, weights.value.pointer[n * experts + expert], width)
        }
        part.value.add(owned: dx)
      }
    }
  }

  /// `E · Σ_e f_e · P_e`, a scalar that is least, 1, where the experts share the rows evenly (Fedus 2022): `f_e` is expert
  /// e's share of the `perRow` largest logits of every row, `P_e` its mean softmax probability. Rows where `mask` is 0
  /// do not count.
  package func imbalance(_ logits: Variable, perRow: Int, where mask: [UInt8]) -> Variable {
    let (rows, experts) = (logits.shape[0], logits.shape[1])
    let counted = (0..<rows).filter { mask[$0] != 0 }
    var (loads, means) = ([Double](repeating: 0, count: experts), [Double](repeating: 0, count: experts))
    var probabilities = [Double](repeating: 0, count: rows * experts)
    for n in counted {
      let x = logits.value.pointer + n * experts
      for expert in (0..<experts).sorted(by: { (x[$1], $0) < (x[$0], $1) }).prefix(perRow) { loads[expert] += 1 }
      let normalizer = tk_log_sum_exp(x, experts)
      for expert in 0..<experts {
        let p = exp(Double(x[expert]) - normalizer)
        probabilities[n * experts + expert] = p
        means[expert] += p / Double(counted.count)
      }
    }
    loads = loads.map { $0 / Double(counted.count * perRow) }
    let sum = zip(loads, means).reduce(0) { $0 + $1.0 * $1.1 } * Double(experts)
    return result(Tensor([Float(sum)], shape: []), of: [logits]) { [loads, probabilities] upstream, _ in
      // The loads are steps of the logits: only the probabilities are differentiated.
      let scale = Double(upstream.pointer[0]) * Double(experts) / Double(counted.count)
      let dx = Tensor(repeating: 0, shape: logits.shape)
      for n in counted {
        let p = probabilities[n * experts..<(n + 1) * experts]
        let mean = zip(loads, p).reduce(0) { $0 + $1.0 * $1.1 }
        for expert in 0..<experts {
          dx.pointer[n * experts + expert] = Float(scale * p[n * experts + expert] * (loads[expert] - mean))
        }
      }
      logits.add(owned: dx)
    }
  }
}
