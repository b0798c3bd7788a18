import Support
import Tensors

/// Predicts the class of a vector, as it was learnt from examples.
protocol ProbeClassifier {
  /// `[N, classes]`, or `[N, 1]` where there are two classes.
  func scores(_ x: Matrix) -> Matrix

  /// Whether the search for the weights reached its tolerance.
  var isConverged: Bool { get }
}

extension ProbeClassifier {
  /// `[N, classes]`.
  func probabilities(_ x: Matrix) -> Matrix { SoftmaxLoss.probabilities(scores(x)) }

  func predictions(_ x: Matrix) -> [Int] { SoftmaxLoss.predictions(scores(x)) }

  func accuracy(_ x: Matrix, _ labels: [Int]) -> Double {
    Double(zip(predictions(x), labels).count { $0 == $1 }) / Double(labels.count)
  }
}

/// Takes off the means of training vectors and divides by their standard deviations, feature by feature; a feature that
/// is the same in all of them stays 0.
struct Standardisation {
  private let means: [Double]
  private let scales: [Double]

  init(_ x: Matrix) {
    means = x.columnMeans
    let squares = Matrix(rows: x.rows, columns: x.columns, values: x.centred.values.map { $0 * $0 })
    scales = squares.columnMeans.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
  }

  func callAsFunction(_ x: Matrix) -> Matrix {
    var result = x
    result.values.withUnsafeMutableBufferPointer { values in
      for row in 0..<x.rows {
        for column in 0..<x.columns {
          let place = row * x.columns + column
          values[place] = (values[place] - means[column]) * scales[column]
        }
      }
    }
    return result
  }
}

/// The control task of Hewitt & Liang (2019): every kind of token has a class of its own, drawn by a seeded hash from the
/// classes of the training tokens. Only by memorising the training tokens can it be learnt.
struct ControlTask {
  private let seed: UInt64
  /// How many training tokens have a class up to each.
  private let ends: [Int]

  init(_ labels: [Int], classes: Int, seed: UInt64) {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[label] += 1 }
    var end = 0
    ends = counts.map { count in
      end += count
      return end
    }
    self.seed = seed
  }

  func label(of token: String) -> Int {
    let place = Int(SplitMix.number(seed, of: stableHash(token)) % UInt64(max(1, ends.last ?? 0)))
    return ends.firstIndex { place < $0 } ?? 0
  }
}
