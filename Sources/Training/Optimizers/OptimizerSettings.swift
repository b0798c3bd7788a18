/// What changes the weights.
package struct OptimizerSettings: Hashable, Sendable {
  package enum Method: Hashable, Sendable {
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019).
    case adamW(beta1: Double, beta2: Double, epsilon: Double)
    /// Stochastic gradient descent; weight decay is added to the gradient.
    case sgd(momentum: Double, isNesterov: Bool)
  }

  /// Which parameters decay.
  package enum Decayed: String, CaseIterable, Sendable {
    /// Those of two or more dimensions: neither biases nor the gains of norms.
    case matrices
    case all
  }

  package var method: Method
  package var weightDecay: Double
  package var decayed: Decayed
  /// The global norm that gradients are scaled down to where theirs is larger; nil where they are left.
  package var clipNorm: Double?

  package init(
    method: Method = .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), weightDecay: Double = 0.01,
    decayed: Decayed = .matrices, clipNorm: Double? = 1
  ) {
    self.method = method
    self.weightDecay = weightDecay
    self.decayed = decayed
    self.clipNorm = clipNorm
  }
}
