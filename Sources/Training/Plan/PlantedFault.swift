import Support
import Tensors
package import Transformers

/// A fault that is put into a model's weights on purpose, and kept there while it trains: what diagnoses are tried on.
package enum PlantedFault: Hashable, Sendable {
  /// A head's values and what is made of them are 0.
  case zeroHead(layer: Int, head: Int)
  /// The matrices of a layer's MLP are those of rank 1 that come nearest to them.
  case rankOneMLP(layer: Int)

  /// Puts it into the weights; after a step, into what the step made of them.
  ///
  /// - Throws: `InputError(.usage)` for a layer or head that the model does not have, and for matrices that it does not
  ///   store in one piece.
  package func apply(to model: Model) throws {
    let d = model.description
    func block(_ layer: Int) throws -> Network.Block {
      guard (0..<d.layers).contains(layer) else {
        throw InputError(
          .usage, at: "plant", phrase("error.namesNoLayer"),
          expected: phrase("expected.0ToLayers", ["layers": d.layers - 1]), found: "\(layer)")
      }
      return model.network.stack.blocks[layer]
    }
    func matrix(_ p: Network.Projection) throws -> MatrixView {
      guard let view = p.slice.view(of: model.parameters[p.weight].tensor) else {
        throw InputError(
          .usage, at: "plant", phrase("error.notThisFamily"), expected: phrase("expected.matricesOnePiece"),
          found: d.family)
      }
      return view
    }
    switch self {
    case .zeroHead(let layer, let head):
      let attention = try block(layer).attention
      guard (0..<d.heads).contains(head), d.heads == d.keyValueHeads else {
        throw InputError(
          .usage, at: "plant", phrase("error.namesNoHead"),
          expected: phrase("expected.0ToHeads", ["heads": d.heads - 1]),
          found: "\(head)"
        )
      }
      let own = head * d.headWidth..<(head + 1) * d.headWidth
      try matrix(attention.value).columns(own).update(repeating: 0)
      try matrix(attention.output).rows(own).update(repeating: 0)
      if let bias = attention.value.bias, let part = attention.value.slice.parts.first {
        let tensor = model.parameters[bias].tensor
        (tensor.pointer + part.lowerBound + own.lowerBound).update(repeating: 0, count: own.count)
      }
    case .rankOneMLP(let layer):
      let mlp = try block(layer).mlp
      for projection in [mlp.gate, mlp.up, mlp.down].compactMap({ $0 }) { try matrix(projection).makeRankOne() }
    }
  }
}

extension MatrixView {
  private func place(_ row: Int, _ column: Int) -> Int { isTransposed ? column * stride + row : row * stride + column }

  fileprivate func update(repeating value: Float) {
    for row in 0..<rows { for column in 0..<columns { pointer[place(row, column)] = value } }
  }

  /// `σ·u·vᵀ` by power iteration from the longest row; a matrix that is rank 1 already stays as it is but for rounding.
  fileprivate func makeRankOne() {
    func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    func values(_ row: Int) -> [Double] { (0..<columns).map { Double(pointer[place(row, $0)]) } }
    let all = (0..<rows).map(values)
    var right = all.max { norm($0) < norm($1) } ?? []
    guard norm(right) > 0 else { return }
    var left: [Double] = []
    for _ in 0..<12 {
      let size = norm(right)
      right = right.map { $0 / size }
      left = all.map { row in zip(row, right).reduce(0) { $0 + $1.0 * $1.1 } }
      let length = norm(left)
      guard length > 0 else { return }
      var next = [Double](repeating: 0, count: columns)
      for (row, weight) in zip(all, left) {
        for column in 0..<columns { next[column] += row[column] * weight / length }
      }
      right = next
    }
    // `right` is σ·v now, and u is `left` over its length.
    let length = norm(left)
    for row in 0..<rows {
      for column in 0..<columns { pointer[place(row, column)] = Float(left[row] / length * right[column]) }
    }
  }
}
