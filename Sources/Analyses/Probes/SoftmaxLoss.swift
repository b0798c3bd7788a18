import Foundation
import Tensors

/// The log loss of classes by their scores. Two classes share one score, that of the second (the first has 0); more have
/// one each.
enum SoftmaxLoss {
  /// How many scores a row has.
  static func scores(ofClasses classes: Int) -> Int { classes == 2 ? 1 : classes }

  /// `Σ −ln p(y)` over the rows of `scores`, which become the gradient `p − y`.
  static func sum(_ scores: inout Matrix, _ labels: [Int]) -> Double {
    let width = scores.columns, isBinary = width == 1
    return scores.values.withUnsafeMutableBufferPointer { values in
      var loss = 0.0
      for (row, label) in labels.enumerated() {
        let own = UnsafeMutableBufferPointer(rebasing: values[row * width..<(row + 1) * width])
        let target = isBinary ? label - 1 : label
        let (score, logSum) = (target < 0 ? 0 : own[target], normalise(own, isBinary))
        loss += logSum - score
        if target >= 0 { own[target] -= 1 }
      }
      return loss
    }
  }

  /// Turns scores into `[N, classes]` probabilities.
  static func probabilities(_ scores: Matrix) -> Matrix {
    var result = scores
    let width = scores.columns
    result.values.withUnsafeMutableBufferPointer { values in
      for row in 0..<scores.rows {
        _ = normalise(UnsafeMutableBufferPointer(rebasing: values[row * width..<(row + 1) * width]), width == 1)
      }
    }
    guard width == 1 else { return result }
    return Matrix(rows: scores.rows, columns: 2, values: result.values.flatMap { [1 - $0, $0] })
  }

  /// The class with the highest score of each row; of equals the first.
  static func predictions(_ scores: Matrix) -> [Int] {
    guard scores.columns > 1 else { return scores.values.map { $0 > 0 ? 1 : 0 } }
    return (0..<scores.rows).map { row in
      let own = scores.row(row)
      var best = own.startIndex
      for place in own.indices where own[place] > own[best] { best = place }
      return best - own.startIndex
    }
  }

  /// Turns the scores of a row into probabilities; the logarithm of what they were divided by.
  private static func normalise(_ row: UnsafeMutableBufferPointer<Double>, _ isBinary: Bool) -> Double {
    var highest = isBinary ? 0 : -Double.infinity
    for score in row { highest = max(highest, score) }
    var sum = isBinary ? exp(-highest) : 0
    for place in row.indices {
      row[place] = exp(row[place] - highest)
      sum += row[place]
    }
    for place in row.indices { row[place] /= sum }
    return highest + log(sum)
  }
}
