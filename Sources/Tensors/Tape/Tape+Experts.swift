import CKernels

// Mixtures of experts: a router gives each row to some of several networks (Shazeer 2017).
extension Tape {
  /// Of every row of probabilities, `[N, E]`: the `perRow` largest, divided by their sum (Jiang 2024), and 0 for the
  /// others; a single one as it is (Fedus 2022), since its share would be 1 whatever the router says. Of equal ones the
  /// first counts as larger.
  package func largestShares(_ probabilities: Variable, perRow: Int) -> Variable {
    let (rows, experts) = (probabilities.shape[0], probabilities.shape[1])
    let y = Tensor(repeating: 0, shape: probabilities.shape)
    let sums = (0..<rows).map { n -> Float in
      let p = probabilities.value.pointer + n * experts
      let chosen = places(ofLargest: perRow, p, experts)
      let sum = perRow == 1 ? 1 : chosen.reduce(Float(0)) { $0 + p[$1] }
      for expert in chosen { y.pointer[n * experts + expert] = p[expert] / sum }
      return sum
    }
    return result(y, of: [probabilities]) { dy, _ in
      let dx = Tensor(repeating: 0, shape: y.shape)
      for n in 0..<rows {
        let dot = perRow == 1 ? 0 : tk_inner_product(dy.pointer + n * experts, y.pointer + n * experts, experts)
        for i in n * experts..<(n + 1) * experts where y.pointer[i] > 0 {
          dx.pointer[i] = (dy.pointer[i] - dot) / sums[n]
        }
      }
      probabilities.add(owned: dx)
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

  /// `E · Σ_e f_e · P_e`, a scalar that is 1 where the experts share the rows evenly (Fedus 2022): `f_e` is expert e's
  /// share of the `perRow` largest probabilities of every row, `P_e` the mean of its own. Rows where `mask` is 0 do not
  /// count.
  package func imbalance(_ probabilities: Variable, perRow: Int, where mask: [UInt8]) -> Variable {
    let (rows, experts) = (probabilities.shape[0], probabilities.shape[1])
    let counted = (0..<rows).filter { mask[$0] != 0 }
    var (loads, means) = ([Double](repeating: 0, count: experts), [Double](repeating: 0, count: experts))
    for n in counted {
      let p = probabilities.value.pointer + n * experts
      for expert in places(ofLargest: perRow, p, experts) { loads[expert] += 1 / Double(counted.count * perRow) }
      for expert in 0..<experts { means[expert] += Double(p[expert]) / Double(counted.count) }
    }
    let sum = zip(loads, means).reduce(0) { $0 + $1.0 * $1.1 } * Double(experts)
    return result(Tensor([Float(sum)], shape: []), of: [probabilities]) { [loads] upstream, _ in
      // The loads are steps: only the probabilities are differentiated.
      let scale = Double(upstream.pointer[0]) * Double(experts) / Double(counted.count)
      let dx = Tensor(repeating: 0, shape: [rows, experts])
      for n in counted {
        for expert in 0..<experts { dx.pointer[n * experts + expert] = Float(scale * loads[expert]) }
      }
      probabilities.add(owned: dx)
    }
  }
}

/// The places of the `count` largest of some numbers, the largest first; of equal ones the first counts as larger.
package func places(ofLargest count: Int, _ x: UnsafePointer<Float>, _ all: Int) -> [Int] {
  Array((0..<all).sorted { (x[$1], $0) < (x[$0], $1) }.prefix(count))
}
