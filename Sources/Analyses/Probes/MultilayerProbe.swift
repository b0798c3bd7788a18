import Support
import Tensors

/// A classifier with one hidden layer: `p = softmax(relu(x·w₁ᵀ + b₁)·w₂ᵀ + b₂)`, from seeded weights towards a minimum of
/// `Σ −ln p(y) + (‖w₁‖² + ‖w₂‖²)/(2C)`, for a bounded number of steps.
struct MultilayerProbe: ProbeClassifier {
  /// Hidden units, and steps of the search.
  static let width = 32, steps = 100

  let hidden: Layer
  let last: Layer
  let isConverged: Bool

  /// The other arguments are those of `LogisticRegression`.
  init(_ x: Matrix, _ labels: [Int], classes: Int, c: Double, seed: UInt64) {
    let outputs = SoftmaxLoss.scores(ofClasses: classes)
    let minimum = Minimum(
      of: { Self.objective(at: $0, x, labels, outputs: outputs, c: c) },
      from: Self.start(inputs: x.columns, outputs: outputs, seed: seed), tolerance: 1e-4, steps: Self.steps)
    (hidden, last) = Self.layers(minimum.point, inputs: x.columns, outputs: outputs)
    isConverged = minimum.isConverged
  }

  private static func layers(_ point: [Double], inputs: Int, outputs: Int) -> (hidden: Layer, last: Layer) {
    (
      Layer(point, from: 0, rows: width, columns: inputs),
      Layer(point, from: width * (inputs + 1), rows: outputs, columns: width)
    )
  }

  /// What is made small, divided by the number of rows, and its gradient by both layers' weights and intercepts.
  static func objective(
    at point: [Double], _ x: Matrix, _ labels: [Int], outputs: Int, c: Double
  ) -> (value: Double, gradient: [Double]) {
    let (hidden, last) = layers(point, inputs: x.columns, outputs: outputs)
    let share = 1 / Double(x.rows), penalty = share / c
    let inner = active(hidden.output(x))
    var scores = last.output(inner)
    let loss = SoftmaxLoss.sum(&scores, labels)
    var back = Matrix.product(scores, last.weights)
    back.values.withUnsafeMutableBufferPointer { back in
      inner.values.withUnsafeBufferPointer { inner in for i in inner.indices where inner[i] <= 0 { back[i] = 0 } }
    }
    return (
      share * loss + hidden.penalty(penalty) + last.penalty(penalty),
      hidden.gradient(of: back, x, scale: share, penalty: penalty)
        + last.gradient(of: scores, inner, scale: share, penalty: penalty)
    )
  }

  func scores(_ x: Matrix) -> Matrix { last.output(Self.active(hidden.output(x))) }

  /// Normal with variance `2/in` into the hidden layer and `1/in` out of it (He 2015), intercepts 0.
  static func start(inputs: Int, outputs: Int, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    func weights(_ count: Int, _ variance: Double) -> [Double] {
      (0..<count).map { _ in variance.squareRoot() * generator.normal() }
    }
    func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
    return weights(width * inputs, 2 / Double(inputs)) + zeros(width)
      + weights(outputs * width, 1 / Double(width)) + zeros(outputs)
  }

  /// `relu(x)`.
  private static func active(_ x: Matrix) -> Matrix {
    var result = x
    result.values.withUnsafeMutableBufferPointer { values in
      for i in values.indices where values[i] < 0 { values[i] = 0 }
    }
    return result
  }
}
