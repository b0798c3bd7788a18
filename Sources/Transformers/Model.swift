package import Foundation
package import Tensors

/// A weight as the checkpoint stores it.
package struct Parameter: Sendable {
  /// As Hugging Face's class for the model names it, whether or not the file has the prefix.
  package let name: String
  package let tensor: Tensor
  /// Whether training changes it; gradients are for those alone.
  package let isLearned: Bool

  package init(name: String, tensor: Tensor, isLearned: Bool = true) {
    self.name = name
    self.tensor = tensor
    self.isLearned = isLearned
  }
}

/// A model with its weights, ready to run.
package final class Model: Sendable {
  package let description: ModelDescription
  /// In the checkpoint's layouts and the order of the network.
  package let parameters: [Parameter]
  package let network: Network
  package let generationRules: GenerationRules
  /// How its token vectors become one, where the directory says so.
  package let pooling: Pooling?

  package init(
    description: ModelDescription, parameters: [Parameter], network: Network,
    generationRules: GenerationRules = GenerationRules(), pooling: Pooling? = nil
  ) {
    self.pooling = pooling
    self.generationRules = generationRules
    self.description = description
    self.parameters = parameters
    self.network = network
  }

  /// Reads a Hugging Face model directory or a GGUF file; weights stay in the mapped files as far as they are float32.
  ///
  /// - Throws: `InputError` for a missing or damaged file, an unknown family, and tensors that are missing, of the wrong
  ///   shape or not finite.
  package convenience init(directory: URL) throws {
    let files = try ModelFiles(directory)
    let configuration = try files.readConfiguration()
    let family = try Family.named(by: configuration)
    let checkpoint = try Checkpoint(files)
    let description = try family.describe(configuration, checkpoint)
    try Family.check(description, configuration)
    let root = ParameterScope(checkpoint)
    let network = try family.network(root, description, configuration)
    self.init(
      description: description, parameters: root.parameters, network: network,
      generationRules: description.writesText ? try files.readGenerationRules() : GenerationRules(),
      pooling: try Pooling(directory: directory))
  }

  /// Runs the model on a batch, and backwards if gradients are asked for.
  ///
  /// - Throws: `InputError` for inputs that do not fit the model, and where gradients are asked for without labels.
  package func run(_ input: ModelInput, _ request: TraceRequest) throws -> Trace {
    let input = try input.checked(against: description)
    var pass = ForwardPass(self, input, request)
    let loss = try pass.run()
    guard request.wantsGradients else { return pass.trace }
    guard let loss else {
      throw InputError(
        .usage, at: "gradients", "there is no loss to differentiate", expected: "labels, and a model with a head")
    }
    pass.tape.backward(from: loss)
    for (site, variable) in pass.watched { pass.trace.gradients[site] = variable.gradient ?? zeros(variable.shape) }
    if request.parameterGradients {
      for (parameter, variable) in zip(parameters, pass.parameters) where parameter.isLearned {
        pass.trace.parameterGradients[parameter.name] = variable.gradient ?? zeros(variable.shape)
      }
    }
    return pass.trace
  }

  private func zeros(_ shape: [Int]) -> Tensor { Tensor(repeating: 0, shape: shape) }

  /// How many numbers the network has learned.
  package var parameterCount: Int { parameters.reduce(0) { $0 + ($1.isLearned ? $1.tensor.count : 0) } }
}
