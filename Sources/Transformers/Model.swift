package import Tensors

/// A weight as the checkpoint stores it.
package struct Parameter: Sendable {
  package let name: String
  package let tensor: Tensor

  package init(name: String, tensor: Tensor) {
    self.name = name
    self.tensor = tensor
  }
}

/// A model with its weights, ready to run.
package final class Model: Sendable {
  package let description: ModelDescription
  /// In the checkpoint's own names, layouts and order of the network.
  package let parameters: [Parameter]

  package init(description: ModelDescription, parameters: [Parameter]) {
    self.description = description
    self.parameters = parameters
  }

  /// What each head of a layer is multiplied with to become its part of the attention output, `[H, D, C]`.
  package func headOutputWeights(layer: Int) -> Tensor {
    preconditionFailure("layer \(layer)")
  }

  /// The matrices of the network that are multiplied with vectors, `[out, in]`, each with its name and, for fused
  /// projections, one for each part; embeddings are left out.
  package func weightMatrices() -> [(name: String, matrix: Tensor)] { [] }
}
