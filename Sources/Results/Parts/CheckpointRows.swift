/// The rows of a metric over the checkpoints of a training.
package struct CheckpointRows: Sendable {
  /// The metric's id.
  package var metric: String
  package var components: [Component]
  /// `[checkpoints, components]`; NaN where a checkpoint lacks a row.
  package var values: NumericArray

  package init(metric: String, components: [Component], values: NumericArray) {
    self.metric = metric
    self.components = components
    self.values = values
  }

  package var checkpoints: Int { values.shape[0] }

  /// A component's values, checkpoint by checkpoint.
  package subscript(component index: Int) -> [Float] {
    (0..<checkpoints).map { values.values[$0 * components.count + index] }
  }
}

extension CheckpointRows {
  private typealias Key = TrainingMetrics

  /// Nil where the metric was not followed, or its rows do not fit its components.
  package init?(metric: String, _ result: AnalysisResult) {
    guard let array = result[Key.rows[metric]], let names = result[Key.components[metric]], array.shape.count == 2,
      array.shape[1] == names.count
    else { return nil }
    let components = names.compactMap(Component.init(id:))
    guard components.count == names.count else { return nil }
    self.init(metric: metric, components: components, values: array)
  }

  /// Of all metrics that were followed.
  package static func all(in result: AnalysisResult) -> [CheckpointRows] {
    (result[Key.followed] ?? []).compactMap { CheckpointRows(metric: $0, result) }
  }

  package static func write(_ all: [CheckpointRows], to result: inout AnalysisResult) {
    result[Key.followed] = all.map(\.metric)
    for one in all { one.write(to: &result) }
  }

  package func write(to result: inout AnalysisResult) {
    result[Key.components[metric]] = components.map(\.id)
    result[Key.rows[metric]] = values
  }

  /// Those of some components.
  package func only(_ includes: (Component) -> Bool) -> CheckpointRows {
    let kept = components.indices.filter { includes(components[$0]) }
    return CheckpointRows(
      metric: metric, components: kept.map { components[$0] },
      values: NumericArray(
        shape: [checkpoints, kept.count],
        values: (0..<checkpoints).flatMap { row in kept.map { values.values[row * components.count + $0] } }))
  }
}
