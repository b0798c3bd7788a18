import Foundation

/// How the learning rate goes over the steps: up in a line over the first `warmup` steps, then along a shape.
///
/// `rate·(step + 1)/warmup` while `step < warmup`; after it, with `t = (step − warmup)/(steps − warmup)`, `rate` times 1,
/// `1 − t`, or `½(1 + cos πt)`, scaled so that it ends at `floor·rate` rather than 0.
package struct Schedule: Hashable, Sendable {
  package enum Shape: String, CaseIterable, Sendable { case constant, linear, cosine }

  package var shape: Shape
  package var rate: Double
  package var warmup: Int
  package var steps: Int
  /// The share of the rate that is left at the end.
  package var floor: Double

  package init(shape: Shape, rate: Double, warmup: Int = 0, steps: Int, floor: Double = 0) {
    self.shape = shape
    self.rate = rate
    self.warmup = warmup
    self.steps = steps
    self.floor = floor
  }

  /// The rate of step `step`, from 0.
  package func rate(at step: Int) -> Double {
    if step < warmup { return rate * Double(step + 1) / Double(warmup) }
    let t = Double(step - warmup) / Double(max(1, steps - warmup))
    let share =
      switch shape {
      case .constant: 1.0
      case .linear: max(0, 1 - t)
      case .cosine: 0.5 * (1 + cos(.pi * min(1, t)))
      }
    return rate * (shape == .constant ? 1 : floor + (1 - floor) * share)
  }
}
