package import Transformers

/// How a model is trained, whatever on.
package struct TrainerSettings: Sendable {
  /// What happens at a step whose loss or gradient is no finite number.
  package enum FaultPolicy: String, CaseIterable, Sendable {
    /// The run ends.
    case stop
    /// The step leaves the weights as they are.
    case skip
  }

  package var optimizer: OptimizerSettings
  package var schedule: Schedule
  package var dropout: DropoutRates
  package var labelSmoothing: Double
  package var onFault: FaultPolicy
  package var seed: UInt64
  /// What stays as it is.
  package var frozen: FrozenParts

  package init(
    optimizer: OptimizerSettings = OptimizerSettings(), schedule: Schedule, dropout: DropoutRates = DropoutRates(),
    labelSmoothing: Double = 0, onFault: FaultPolicy = .stop, seed: UInt64 = 0,
    frozen: FrozenParts = FrozenParts()
  ) {
    self.optimizer = optimizer
    self.schedule = schedule
    self.dropout = dropout
    self.labelSmoothing = labelSmoothing
    self.onFault = onFault
    self.seed = seed
    self.frozen = frozen
  }
}
