package import Foundation
import Support
package import Tensors

/// A weight as the checkpoint stores it.
package struct Parameter: Sendable {
  /// As Hugging Face's class for the model names it, whether or not the file has the prefix.
  package let name: String
  package let shape: [Int]
  /// Whether training changes it; gradients are for those alone.
  package let isLearned: Bool
  /// Nil where a copy of lower precision has taken its place in memory.
  let resident: Tensor?
  /// Whether no file had it: it is to be initialised.
  package let isBlank: Bool
  private let read: @Sendable () -> Tensor
  private let release: @Sendable () -> Void

  package init(name: String, tensor: Tensor, isLearned: Bool = true, isBlank: Bool = false) {
    self.init(
      name: name, shape: tensor.shape, resident: tensor, isLearned: isLearned, isBlank: isBlank, read: { tensor })
  }

  /// - Parameters:
  ///   - read: reads it from its file, once more each time.
  ///   - giveBack: gives back the memory that the reading took.
  init(
    name: String, shape: [Int], resident: Tensor?, isLearned: Bool, isBlank: Bool = false,
    read: @escaping @Sendable () -> Tensor, giveBack: @escaping @Sendable () -> Void = {}
  ) {
    self.isBlank = isBlank
    release = giveBack
    self.name = name
    self.shape = shape
    self.resident = resident
    self.isLearned = isLearned
    self.read = read
  }

  /// In float32, from the file where it is not in memory.
  package var tensor: Tensor { resident ?? read() }
  package var count: Int { shape.reduce(1, *) }

  /// Called when the tensor has been used for the last time in a while.
  func giveBack() { if resident == nil { release() } }

  /// The same, in memory.
  var loaded: Parameter {
    resident != nil ? self : Parameter(name: name, tensor: read(), isLearned: isLearned, isBlank: isBlank)
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
  package let precision: Precision
  /// What there is to know of the files that its weights come from.
  package let weightNotes: [WeightNote]
  /// Settings of its configuration that nobody here knows, and that may change what it computes: `logit_scale: 0.0625`.
  package let unknownSettings: [String]
  /// The matrices that vectors are multiplied with, where they are not float32.
  let bfloats: [Network.Projection: BFloatMatrix]
  /// The files that weights are still in.
  private let source: Checkpoint?

  package init(
    description: ModelDescription, parameters: [Parameter], network: Network,
    generationRules: GenerationRules = GenerationRules(), pooling: Pooling? = nil, precision: Precision = .f32,
    weightNotes: [WeightNote] = [], unknownSettings: [String] = [], source: Checkpoint? = nil
  ) {
    self.weightNotes = weightNotes
    self.unknownSettings = unknownSettings
    self.source = source
    self.pooling = pooling
    self.precision = precision
    bfloats = precision == .f32 ? [:] : network.bfloats(of: parameters)
    let replaced = Set(bfloats.keys.map(\.weight))
    self.generationRules = generationRules
    self.description = description
    self.parameters = parameters.enumerated().map { replaced.contains($0) ? $1 : $1.loaded }
    self.network = network
  }

  /// Reads a Hugging Face model directory or a GGUF file; weights stay in the mapped files as far as they are float32.
  ///
  /// - Parameter acceptsNonFinite: whether weights may be NaN or infinite, for who reports them.
  /// - Throws: `InputError` for a missing or damaged file, an unknown family, and tensors that are missing, of the wrong
  ///   shape or, unless that is accepted, not finite.
  package convenience init(directory: URL, precision: Precision = .f32, acceptsNonFinite: Bool = false) throws {
    try self.init(files: ModelFiles(directory), precision: precision, acceptsNonFinite: acceptsNonFinite)
  }

  /// The same of files that are known.
  package convenience init(files: ModelFiles, precision: Precision = .f32, acceptsNonFinite: Bool = false) throws {
    let directory = files.location, configuration = try files.readConfiguration()
    try configuration.refuseQuantisation()
    var checkpoint = try Checkpoint(files)
    checkpoint.acceptsNonFinite = acceptsNonFinite
    let (description, network, root) = try Self.build(configuration, checkpoint, keepsMatrices: precision == .f32)
    let pooling = try Pooling(directory: directory)
    try pooling?.check(description.width, at: directory.relativePath)
    self.init(
      description: description, parameters: root.parameters, network: network,
      generationRules: description.writesText ? try files.readGenerationRules() : GenerationRules(),
      pooling: pooling, precision: precision, weightNotes: WeightNote.all(checkpoint, root.uses),
      unknownSettings: configuration.unknownSettings, source: checkpoint)
    try checkFiles()
  }

  /// Looks whether the files of the weights are still those that were opened: numbers out of files that have changed
  /// since are nobody's.
  ///
  /// - Throws: `InputError` where one was changed, shortened, replaced or removed.
  package func checkFiles() throws { try source?.checkFiles() }

  /// The network that a configuration describes, with its weights.
  static func build(_ configuration: Configuration, _ checkpoint: Checkpoint, keepsMatrices: Bool = true) throws -> (
    ModelDescription, Network, ParameterScope
  ) {
    let family = try Family.named(by: configuration)
    var description = try family.describe(configuration, checkpoint)
    try Family.check(description, configuration)
    // What stands for padding is masked: an id that has no embedding is as good as none.
    if let pad = description.padToken, pad >= description.vocabulary { description.padToken = nil }
    let root = ParameterScope(checkpoint, keepsMatrices: keepsMatrices)
    return (description, try family.network(root, description, configuration), root)
  }

  /// Runs the model on a batch, and backwards if gradients are asked for.
  ///
  /// - Throws: `InputError` for inputs that do not fit the model, and where gradients are asked for without labels or
  ///   of a model in bf16.
  package func run(_ input: ModelInput, _ request: TraceRequest) throws -> Trace {
    if request.wantsGradients && precision != .f32 {
      throw InputError(.usage, at: "gradients", "need f32", found: "\(precision.rawValue)")
    }
    let input = try input.checked(against: description)
    try request.check(against: description)
    try checkFiles()
    var pass = ForwardPass(self, input, request)
    let loss = try pass.run()
    guard request.wantsGradients else {
      try checkFiles()
      return pass.trace
    }
    guard let loss else {
      throw InputError(
        .usage, at: "gradients", phrase("error.thereNoLoss"), expected: phrase("expected.labelsModelHead"))
    }
    let weight = request.training.map { Tensor([$0.weight], shape: []) }
    pass.tape.backward(from: loss, gradient: weight)
    if let training = request.training {
      // What nothing led to has no gradient.
      for (index, gradient) in training.gradients.enumerated() where !training.isAdding {
        guard let gradient, pass.parameters[index].gradient == nil else { continue }
        gradient.pointer.update(repeating: 0, count: gradient.count)
      }
    }
    for (site, shape) in pass.watched.shapes {
      pass.trace.gradients[site] = pass.watched.gradients[site] ?? zeros(shape)
    }
    if request.observer?.parameter != nil {
      pass.parameters.showUnused()
    } else if request.parameterGradients {
      for (index, parameter) in parameters.enumerated() where parameter.isLearned {
        let variable = pass.parameters[index]
        pass.trace.parameterGradients[parameter.name] = variable.gradient ?? zeros(variable.shape)
      }
    }
    try checkFiles()
    return pass.trace
  }

  private func zeros(_ shape: [Int]) -> Tensor { Tensor(repeating: 0, shape: shape) }

  /// How many numbers the network has learned.
  package var parameterCount: Int { parameters.reduce(0) { $0 + ($1.isLearned ? $1.count : 0) } }

  /// How many parameters the model has as its authors count them: what the network has learned, what its files have
  /// beside that for other heads, and the fixed positions of Hugging Face's encoder–decoders.
  package var totalParameterCount: Int {
    let stacks = description.encoder == nil ? [] : [network.encoder, network.stack]
    return parameterCount + stacks.reduce(0) { $0 + ($1?.embedding.fixedPositions?.count ?? 0) }
      + weightNotes.reduce(0) { $0 + ($1.kind == .idle ? $1.count : 0) }
  }
}
