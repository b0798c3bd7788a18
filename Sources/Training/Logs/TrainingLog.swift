package import Results
package import Support

/// What a training wrote down while it ran: numbers and histograms by step.
package struct TrainingLog: Hashable, Sendable {
  /// A number by step; steps increase.
  package struct Scalar: Hashable, Sendable {
    /// As the log names it: `loss`, `train/grad_norm`.
    package var name: String
    package var steps: [Int]
    /// NaN and infinities as they were logged.
    package var values: [Double]
    /// By its name, or by that of the folder it was logged in; nil where neither says.
    package var role: CurveRole?

    package init(name: String, steps: [Int], values: [Double], role: CurveRole? = nil) {
      self.name = name
      self.steps = steps
      self.values = values
      self.role = role ?? CurveRole(of: name)
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
  package var notes: [Message]
  /// Whether the names of its folders told training and evaluation apart.
  var isDivided = false

  package init(scalars: [Scalar] = [], histograms: [Histogram] = [], notes: [Message] = []) {
    self.scalars = scalars
    self.histograms = histograms
    self.notes = notes
  }

  package subscript(name: String) -> Scalar? { scalars.first { $0.name == name } }
}
