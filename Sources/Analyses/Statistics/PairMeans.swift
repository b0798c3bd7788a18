import Engine
import Tensors

/// Means over pairs of items, with bootstrap intervals over the documents that the items come from.
struct PairMeans {
  private let groups: [Int]
  private let weights: Matrix

  /// Which pairs `i ≠ j` count.
  enum Selection {
    case all
    /// Those with one label, those with two; items without a label (−1) are in neither.
    case within([Int])
    case between([Int])
  }

  /// `hashes` are those of the items' documents.
  init(hashes: [UInt64]) {
    var numbers: [UInt64: Int] = [:]
    var order: [UInt64] = []
    groups = hashes.map { hash in
      if let number = numbers[hash] { return number }
      numbers[hash] = order.count
      order.append(hash)
      return order.count - 1
    }
    var weights = Matrix(rows: BootstrapWeights.replicates, columns: order.count)
    for (column, hash) in order.enumerated() {
      for (row, count) in BootstrapWeights(hash: hash).counts.enumerated() { weights[row, column] = count }
    }
    self.weights = weights
  }

  /// Sums over pairs and how many they are, of the whole and of every replicate.
  struct Sums {
    var value = 0.0
    var count = 0.0
    var values: [Double] = []
    var counts: [Double] = []

    var mean: Double? { count > 0 ? value / count : nil }
    var interval: ClosedRange<Double>? {
      interval95(zip(values, counts).compactMap { $1 > 0 ? $0 / $1 : nil })
    }
    var replicateMeans: [Double] { zip(values, counts).map { $1 > 0 ? $0 / $1 : .nan } }
  }

  func sums(of pairs: Matrix, _ selection: Selection = .all) -> Sums {
    let (n, documents) = (groups.count, weights.columns)
    var (value, count) = (Matrix(rows: documents, columns: documents), Matrix(rows: documents, columns: documents))
    value.values.withUnsafeMutableBufferPointer { value in
      count.values.withUnsafeMutableBufferPointer { count in
        pairs.values.withUnsafeBufferPointer { source in
          groups.withUnsafeBufferPointer { groups in
            for i in 0..<n {
              let row = groups[i] * documents
              switch selection {
              case .all:
                for j in 0..<n {
                  value[row + groups[j]] += source[i * n + j]
                  count[row + groups[j]] += 1
                }
                value[row + groups[i]] -= source[i * n + i]
                count[row + groups[i]] -= 1
              case .within(let labels):
                guard labels[i] >= 0 else { continue }
                for j in 0..<n where labels[j] == labels[i] && j != i {
                  value[row + groups[j]] += source[i * n + j]
                  count[row + groups[j]] += 1
                }
              case .between(let labels):
                guard labels[i] >= 0 else { continue }
                for j in 0..<n where labels[j] >= 0 && labels[j] != labels[i] {
                  value[row + groups[j]] += source[i * n + j]
                  count[row + groups[j]] += 1
                }
              }
            }
          }
        }
      }
    }
    var result = Sums(value: value.values.reduce(0, +), count: count.values.reduce(0, +))
    guard documents > 1 else { return result }
    result.values = resampled(value)
    result.counts = resampled(count)
    return result
  }

  /// `wᵀ·M·w` of every replicate's weights.
  private func resampled(_ sums: Matrix) -> [Double] {
    let half = Matrix.product(weights, sums)
    return (0..<weights.rows).map { r in zip(half.row(r), weights.row(r)).reduce(0) { $0 + $1.0 * $1.1 } }
  }
}
