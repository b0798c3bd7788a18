package import Results
import Support

/// Which checkpoints of a series hold the weights of an earlier one, and which tensors stay the same from one checkpoint
/// to the next.
package struct SharedWeights {
  private let names: [String]
  private let checkpoints: [WeightDigests]

  /// - Parameters:
  ///   - names: of the checkpoints, in the order of their steps.
  ///   - checkpoints: their weights, in the same order.
  package init(names: [String], _ checkpoints: [WeightDigests]) {
    self.names = names
    self.checkpoints = checkpoints
  }

  /// Adds what was found to the analysis `training`.
  package func add(to result: inout AnalysisResult) {
    guard checkpoints.count > 1 else { return }
    let pairs = checkpoints.indices.compactMap { later in
      checkpoints[..<later].firstIndex(of: checkpoints[later]).map {
        phrase("sharedWeights.namesAndLater", ["names": names[$0], "later": names[later]])
      }
    }
    result[TrainingMetrics.identical] = pairs
    result.tables.append(
      MetricTable(
        TrainingMetrics.identicalCheckpoints, [.init(.model, Quantity(Double(pairs.count), n: checkpoints.count))]))

    let neighbours = zip(checkpoints, checkpoints.dropFirst()).filter { $0 != $1 }
    var counts: [String: Int] = [:]
    for (earlier, later) in neighbours {
      for name in later.shared(with: earlier) { counts[name, default: 0] += 1 }
    }
    let rows = (checkpoints.last?.names ?? []).compactMap { name in
      counts[name].map { MetricTable.Row(.tensor(name), Quantity(Double($0), n: neighbours.count)) }
    }
    if !rows.isEmpty { result.tables.append(MetricTable(TrainingMetrics.unchangedTensors, rows)) }
  }
}
