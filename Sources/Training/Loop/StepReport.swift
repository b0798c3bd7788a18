package import Transformers

/// What one step was.
package struct StepReport: Sendable {
  /// From 0.
  package var step: Int
  package var rate: Double
  package var loss = Double.nan
  /// The global norm before it was clipped.
  package var gradientNorm = Double.nan
  /// Real positions that were read.
  package var tokens = 0
  /// By index of parameter: `‖g‖²` before clipping, and where somebody observed the step `‖w‖²` before it and `‖Δw‖²`,
  /// which a fault leaves out.
  package var gradientSquares: [Double] = []
  package var weightSquares: [Double] = []
  package var changeSquares: [Double] = []
  /// Nil for a step whose numbers were finite.
  package var fault: NumericFault?

  package init(step: Int, rate: Double) {
    self.step = step
    self.rate = rate
  }
}

/// The first number of a step that was none.
package struct NumericFault: Hashable, Sendable {
  /// In the order of the pass: `blocks.1.hook_mlp_out`, then gradients in the order back, `grad blocks.1.hook_mlp_out`,
  /// and those of parameters, `grad transformer.h.0.mlp.c_fc.weight`.
  package var tensor: String
  package var nans: Int
  package var infinities: Int
  /// Which of the step's batches.
  package var batch: Int

  package init(tensor: String, nans: Int, infinities: Int, batch: Int) {
    self.tensor = tensor
    self.nans = nans
    self.infinities = infinities
    self.batch = batch
  }
}

/// Somebody who looks at the passes of a step.
package protocol StepObserver: AnyObject, Sendable {
  /// What a pass is to show beside the loss; asked on the pass's thread, where others ask at the same time.
  ///
  /// - Parameters:
  ///   - pass: its number in the step.
  ///   - rows: of the whole batch that the input is part of.
  func request(for pass: Int, of input: ModelInput, among rows: Int) -> TraceRequest
}
