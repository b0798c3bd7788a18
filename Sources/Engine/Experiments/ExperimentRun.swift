package import Tensors
package import Transformers

/// One run of an experiment: an input, what is changed in it, and what is asked of it.
package struct ExperimentRun: Sendable {
  /// Which of the plan's inputs.
  package var input: Int
  /// Of this run's row alone.
  package var edits: [Edit]
  package var objective: Objective?

  package init(input: Int, edits: [Edit] = [], objective: Objective? = nil) {
    self.input = input
    self.edits = edits
    self.objective = objective
  }
}

/// Runs that belong together: what they read, and what is kept of each.
package struct ExperimentPlan: Sendable {
  /// One row each; they may differ in length.
  package var inputs: [ModelInput]
  package var runs: [ExperimentRun]
  /// Values to keep.
  package var sites: Set<Site> = []
  /// Gradients of the objectives to keep.
  package var gradients: Set<Site> = []
  /// Whether the logits that the objective is made of are kept.
  package var keepsLogits = false

  package init(inputs: [ModelInput], runs: [ExperimentRun]) {
    self.inputs = inputs
    self.runs = runs
  }

  /// The first block that a run cannot take from an unedited run of its input; nil where it needs the embeddings.
  func firstLayer(_ run: ExperimentRun, _ d: ModelDescription) -> Int? {
    var first = d.layers
    for site in sites.union(gradients).union(run.edits.map(\.site)) {
      if site.kind == .logits { continue }
      guard site.stack == d.stack.role else { return nil }
      if [.finalNorm, .finalScale].contains(site.kind) { continue }
      guard let layer = site.layer else { return nil }
      first = min(first, layer)
    }
    return first
  }
}

/// What one run saw; values and gradients have a first axis of length 1.
package struct RunTrace: Sendable {
  /// NaN where nothing was asked.
  package var objective: Double
  /// `[V]`; nil unless asked for.
  package var logits: Tensor?
  package var values: [Site: Tensor]
  package var gradients: [Site: Tensor]
  /// For each edit whether it changed any bit.
  package var didChange: [Bool]
}
