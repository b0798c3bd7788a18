// Vectors of whole sequences.
extension Tape {
  /// `y[b, :] = Σ_t weights[b, t]·x[b, t, :]`, added up in Double.
  package func pool(_ x: Variable, weights: [Double]) -> Variable {
    let (batch, length, width) = (x.shape[0], x.shape[1], x.shape[2])
    let y = Tensor(uninitialized: [batch, width])
    for b in 0..<batch {
      var sum = [Double](repeating: 0, count: width)
      for t in 0..<length where weights[b * length + t] != 0 {
        let weight = weights[b * length + t], row = x.value.pointer + (b * length + t) * width
        for c in 0..<width { sum[c] += weight * Double(row[c]) }
      }
      for c in 0..<width { y.pointer[b * width + c] = Float(sum[c]) }
    }
    return result(y, of: [x]) { dy, _ in
      x.contribute { target, adding in
        if !adding { target.pointer.update(repeating: 0, count: target.count) }
        for row in 0..<batch * length where weights[row] != 0 {
          let weight = Float(weights[row]), source = dy.pointer + row / length * width
          for c in 0..<width { target.pointer[row * width + c] += weight * source[c] }
        }
      }
    }
  }

  /// `y[b, c] = max_t x[b, t, c]` over the positions that are not masked; 0 where there are none, NaN where one is NaN.
  package func largest(_ x: Variable, mask: [UInt8]) -> Variable {
    let (batch, length, width) = (x.shape[0], x.shape[1], x.shape[2])
    let y = Tensor(repeating: 0, shape: [batch, width])
    var places = [Int](repeating: -1, count: batch * width)
    for row in 0..<batch * length where mask[row] != 0 {
      for c in 0..<width {
        let place = row / length * width + c, value = x.value.pointer[row * width + c]
        guard places[place] < 0 || value > y.pointer[place] || value.isNaN else { continue }
        y.pointer[place] = value
        places[place] = row * width + c
      }
    }
    return result(y, of: [x]) { [places] dy, _ in
      x.contribute { target, adding in
        if !adding { target.pointer.update(repeating: 0, count: target.count) }
        for (place, source) in places.enumerated() where source >= 0 { target.pointer[source] += dy.pointer[place] }
      }
    }
  }

  /// `x / max(‖x‖, 1e-12)` of each row.
  package func unitLength(_ x: Variable) -> Variable {
    let width = x.shape[x.shape.count - 1], rows = x.value.count / width
    let y = Tensor(uninitialized: x.shape)
    let norms = (0..<rows).map { row -> Double in
      let source = x.value.pointer + row * width
      let norm = max((0..<width).reduce(0.0) { $0 + Double(source[$1]) * Double(source[$1]) }.squareRoot(), 1e-12)
      for c in 0..<width { y.pointer[row * width + c] = Float(Double(source[c]) / norm) }
      return norm
    }
    return result(y, of: [x]) { dy, _ in
      let dx = Tensor(uninitialized: x.shape)
      for (row, norm) in norms.enumerated() {
        let gradient = dy.pointer + row * width, unit = y.pointer + row * width
        let along = (0..<width).reduce(0.0) { $0 + Double(gradient[$1]) * Double(unit[$1]) }
        for c in 0..<width {
          dx.pointer[row * width + c] = Float((Double(gradient[c]) - along * Double(unit[c])) / norm)
        }
      }
      x.add(owned: dx)
    }
  }
}
