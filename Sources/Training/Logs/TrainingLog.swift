/// What a training wrote down while it ran: numbers and histograms by step.
package struct TrainingLog: Hashable, Sendable {
  /// A number by step; steps increase.
  package struct Scalar: Hashable, Sendable {
    /// As the log names it: `loss`, `train/grad_norm`.
    package var name: String
    package var steps: [Int]
    /// NaN and infinities as they were logged.
    package var values: [Double]

    package init(name: String, steps: [Int], values: [Double]) {
      self.name = name
      self.steps = steps
      self.values = values
    }
  }

  /// A distribution by step; steps increase.
  package struct Histogram: Hashable, Sendable {
    /// One step's counts between edges, which are one more and increase.
    package struct Bins: Hashable, Sendable {
      package var edges: [Double]
      package var counts: [Double]

      package init(edges: [Double], counts: [Double]) {
        self.edges = edges
        self.counts = counts
      }
    }

    package var name: String
    package var steps: [Int]
    package var bins: [Bins]

    package init(name: String, steps: [Int], bins: [Bins]) {
      self.name = name
      self.steps = steps
      self.bins = bins
    }
  }

  /// In order of their first appearance.
  package var scalars: [Scalar]
  package var histograms: [Histogram]
  /// What could not be read, and what was dropped: sentences that name the file.
  package var notes: [String]

  package init(scalars: [Scalar] = [], histograms: [Histogram] = [], notes: [String] = []) {
    self.scalars = scalars
    self.histograms = histograms
    self.notes = notes
  }

  package subscript(name: String) -> Scalar? { scalars.first { $0.name == name } }
}

/// Collects a log's entries in the order in which they were written. An entry for a step that is there already takes its
/// place, as that of a training which was resumed does.
struct LogCollector {
  private struct Series<Value> {
    var values: [Int: Value] = [:]
    var replaced = 0
  }

  private var scalarNames: [String] = []
  private var scalars: [String: Series<Double>] = [:]
  private var histogramNames: [String] = []
  private var histograms: [String: Series<TrainingLog.Histogram.Bins>] = [:]
  var notes: [String] = []

  mutating func add(_ name: String, step: Int, _ value: Double) {
    if scalars[name] == nil { scalarNames.append(name) }
    if scalars[name, default: Series()].values.updateValue(value, forKey: step) != nil {
      scalars[name]?.replaced += 1
    }
  }

  mutating func add(_ name: String, step: Int, _ bins: TrainingLog.Histogram.Bins) {
    if histograms[name] == nil { histogramNames.append(name) }
    if histograms[name, default: Series()].values.updateValue(bins, forKey: step) != nil {
      histograms[name]?.replaced += 1
    }
  }

  /// - Parameter place: the file or folder, for notes.
  func log(_ place: String) -> TrainingLog {
    var log = TrainingLog(notes: notes)
    var replaced = 0
    for name in scalarNames {
      guard let series = scalars[name] else { continue }
      replaced += series.replaced
      let steps = series.values.keys.sorted()
      log.scalars.append(.init(name: name, steps: steps, values: steps.map { series.values[$0] ?? .nan }))
    }
    for name in histogramNames {
      guard let series = histograms[name] else { continue }
      replaced += series.replaced
      let steps = series.values.keys.sorted()
      log.histograms.append(.init(name: name, steps: steps, bins: steps.compactMap { series.values[$0] }))
    }
    if replaced > 0 {
      log.notes.append("\(place): \(replaced) entries of a step that was there already took the earlier ones' place.")
    }
    return log
  }
}
