/// At which steps a training leaves checkpoints: after so many steps were taken, 0 for the weights it began with.
package struct CheckpointPlan: Hashable, Sendable {
  package enum Steps: Hashable, Sendable {
    case listed([Int])
    case every(Int)
    /// 0, 1, 2, 4, 8, ….
    case logarithmic
  }

  package enum OptimizerState: String, CaseIterable, Sendable {
    /// In the last one alone; older ones lose theirs.
    case last
    case all
    /// In none but that of an interruption: the training cannot go on from the others.
    case none
  }

  package var steps: Steps
  package var optimizerState: OptimizerState

  package init(steps: Steps = .listed([]), optimizerState: OptimizerState = .last) {
    self.steps = steps
    self.optimizerState = optimizerState
  }

  package func includes(_ step: Int) -> Bool {
    switch steps {
    case .listed(let steps): steps.contains(step)
    case .every(let interval): step > 0 && step % interval == 0
    case .logarithmic: step == 0 || step & (step - 1) == 0
    }
  }
}
