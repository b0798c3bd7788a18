import Tensors

/// Multinomial logistic regression: the minimum of `Σ −ln p(y) + ‖w‖²/(2C)` with `p = softmax(x·wᵀ + b)`; `b` is not
/// penalised. Two classes share one vector, `p = 1/(1 + exp(−x·w − b))`.
struct LogisticRegression: ProbeClassifier {
  /// `[classes, d]`, or `[1, d]` where there are two classes.
  let weights: Matrix
  let intercepts: [Double]
  let isConverged: Bool

  /// - Parameters:
  ///   - x: `[N, d]`.
  ///   - labels: of the rows, `0 ..< classes`.
  ///   - tolerance: of the gradient of the objective divided by `N`, as in `Minimum`.
  init(_ x: Matrix, _ labels: [Int], classes: Int, c: Double, tolerance: Double = 1e-5) {
    let rows = SoftmaxLoss.scores(ofClasses: classes), count = rows * x.columns
    let share = 1 / Double(x.rows), penalty = share / c
    let minimum = Minimum(
      of: { point in
        let layer = Layer(point, from: 0, rows: rows, columns: x.columns)
        var scores = layer.output(x)
        let loss = SoftmaxLoss.sum(&scores, labels)
        return (
          share * loss + layer.penalty(penalty), layer.gradient(of: scores, x, scale: share, penalty: penalty)
        )
      }, from: [Double](repeating: 0, count: count + rows), tolerance: tolerance, steps: 1000)
    let layer = Layer(minimum.point, from: 0, rows: rows, columns: x.columns)
    (weights, intercepts, isConverged) = (layer.weights, layer.intercepts, minimum.isConverged)
  }

  func scores(_ x: Matrix) -> Matrix { Layer(weights: weights, intercepts: intercepts).output(x) }
}

/// `x·wᵀ + b`, and how its weights lie in the point that a search moves: `w` row by row, then `b`.
struct Layer {
  /// `[out, in]`.
  let weights: Matrix
  let intercepts: [Double]

  init(weights: Matrix, intercepts: [Double]) {
    self.weights = weights
    self.intercepts = intercepts
  }

  init(_ point: [Double], from start: Int, rows: Int, columns: Int) {
    let middle = start + rows * columns
    weights = Matrix(rows: rows, columns: columns, values: Array(point[start..<middle]))
    intercepts = Array(point[middle..<middle + rows])
  }

  /// `[N, in] → [N, out]`.
  func output(_ x: Matrix) -> Matrix {
    var y = Matrix.product(x, weights, transposingSecond: true)
    let width = y.columns
    y.values.withUnsafeMutableBufferPointer { values in
      for row in 0..<x.rows { for column in 0..<width { values[row * width + column] += intercepts[column] } }
    }
    return y
  }

  /// `penalty · ‖w‖²/2`.
  func penalty(_ penalty: Double) -> Double { penalty / 2 * weights.values.reduce(0) { $0 + $1 * $1 } }

  /// Of the weights and intercepts, from that of the output `[N, out]`: `scale·dyᵀ·x + penalty·w`, `scale·Σ dy`.
  func gradient(of output: Matrix, _ x: Matrix, scale: Double, penalty: Double) -> [Double] {
    let product = Matrix.product(output, x, transposingFirst: true)
    let rows = Double(output.rows)
    return zip(product.values, weights.values).map { scale * $0 + penalty * $1 }
      + output.columnMeans.map { scale * rows * $0 }
  }
}
