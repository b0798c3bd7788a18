/// A number that a training logged, by step.
package struct LogCurve: Sendable {
  package var name: String
  /// Nil where it is not known, and where another curve counts as that.
  package var role: CurveRole?
  package var steps: [Float]
  package var values: [Float]

  package init(_ name: String, role: CurveRole?, steps: [Float], values: [Float]) {
    self.name = name
    self.role = role
    self.steps = steps
    self.values = values
  }
}

extension LogCurve {
  /// What of this program's telemetry it is, and of what; nil for other numbers.
  package var telemetry: (family: TelemetryFamily, member: String)? { TelemetryFamily.split(name) }

  private typealias Key = TrainingMetrics

  /// In the order of the log.
  package static func all(in result: AnalysisResult) -> [LogCurve] {
    let roles = result[Key.curveRoles] ?? []
    return (result[Key.curveNames] ?? []).enumerated().compactMap { index, name in
      guard let array = result[Key.curve[index]], array.shape.count == 2, array.shape[1] == 2 else { return nil }
      let rows = 0..<array.shape[0]
      return LogCurve(
        name, role: roles.indices.contains(index) ? CurveRole(rawValue: roles[index]) : nil,
        steps: rows.map { array.values[2 * $0] }, values: rows.map { array.values[2 * $0 + 1] })
    }
  }

  package static func write(_ curves: [LogCurve], to result: inout AnalysisResult) {
    result[Key.curveNames] = curves.map(\.name)
    result[Key.curveRoles] = curves.map { $0.role?.rawValue ?? "" }
    for (index, curve) in curves.enumerated() {
      result[Key.curve[index]] = NumericArray(
        shape: [curve.steps.count, 2], values: zip(curve.steps, curve.values).flatMap { [$0, $1] })
    }
  }
}

/// A distribution that a training logged, by step.
package struct LogHistogram: Sendable {
  package var name: String
  package var steps: [Float]
  /// `[bins + 1]`, the same for all steps.
  package var edges: [Float]
  /// `[steps, bins]`.
  package var shares: NumericArray

  package init(_ name: String, steps: [Float], edges: [Float], shares: NumericArray) {
    self.name = name
    self.steps = steps
    self.edges = edges
    self.shares = shares
  }
}

extension LogHistogram {
  private typealias Key = TrainingMetrics

  /// Those that are whole and consistent, in the order of the log.
  package static func all(in result: AnalysisResult) -> [LogHistogram] {
    (result[Key.histogramNames] ?? []).enumerated().compactMap { index, name in
      guard let shares = result[Key.histogram[index]], shares.shape.count == 2,
        let edges = result[Key.histogramEdges[index]]?.values, edges.count == shares.shape[1] + 1,
        let steps = result[Key.histogramSteps[index]]?.values, steps.count == shares.shape[0]
      else { return nil }
      return LogHistogram(name, steps: steps, edges: edges, shares: shares)
    }
  }

  package static func write(_ histograms: [LogHistogram], to result: inout AnalysisResult) {
    result[Key.histogramNames] = histograms.map(\.name)
    for (index, histogram) in histograms.enumerated() {
      result[Key.histogram[index]] = histogram.shares
      result[Key.histogramEdges[index]] = NumericArray(shape: [histogram.edges.count], values: histogram.edges)
      result[Key.histogramSteps[index]] = NumericArray(shape: [histogram.steps.count], values: histogram.steps)
    }
  }
}
