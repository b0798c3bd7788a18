import Tensors

/// A place in the checkpoint's tree of names; families ask it for their parts, so that their code reads like the keys.
///
/// Every tensor that is asked for is checked against the shape it must have, and registered in the order of asking.
package struct ParameterScope {
  /// What all scopes of one model write to.
  private final class Register {
    let checkpoint: Checkpoint
    /// Whether matrices stay in memory, or are read again by who needs them.
    let keepsMatrices: Bool
    var parameters: [Parameter] = []
    var indices: [String: Int] = [:]
    /// Of each parameter, the name in the file.
    var sources: [String] = []
    var uses = WeightUses()

    init(_ checkpoint: Checkpoint, keepsMatrices: Bool) {
      self.checkpoint = checkpoint
      self.keepsMatrices = keepsMatrices
    }
  }

  private let register: Register
  /// The prefix of names in the program, as Hugging Face's class has them.
  private let prefix: String
  /// The prefix of the same names in the file, which may lack the first part.
  private let filePrefix: String

  package init(_ checkpoint: Checkpoint, keepsMatrices: Bool = true) {
    register = Register(checkpoint, keepsMatrices: keepsMatrices)
    prefix = ""
    filePrefix = ""
  }

  private init(_ register: Register, prefix: String, filePrefix: String) {
    self.register = register
    self.prefix = prefix
    self.filePrefix = filePrefix
  }

  package var parameters: [Parameter] { register.parameters }

  /// Which tensors of the file were asked for so far.
  var uses: WeightUses { register.uses }

  /// The scope below a name: `scope("attn")`.
  package func scope(_ name: String) -> ParameterScope {
    ParameterScope(register, prefix: prefix + name + ".", filePrefix: filePrefix + name + ".")
  }

  /// The scope below a name that files still call by an older one; `probe` is a tensor that tells the two apart.
  package func scope(_ name: String, older: String, probe: String) -> ParameterScope {
    let inFile = contains("\(name).\(probe)") ? name : older
    return ParameterScope(register, prefix: prefix + name + ".", filePrefix: filePrefix + inFile + ".")
  }

  /// The scope of a model's trunk, whose name a file may leave out (`transformer.h.0…` or `h.0…`).
  ///
  /// `isNamed` says whether Hugging Face's class for this model names it.
  package func trunk(_ name: String, isNamed: Bool) -> ParameterScope {
    let inFile = register.checkpoint.names.contains { $0.hasPrefix("\(filePrefix)\(name).") }
    return ParameterScope(
      register, prefix: isNamed ? "\(prefix)\(name)." : prefix,
      filePrefix: inFile ? "\(filePrefix)\(name)." : filePrefix)
  }

  /// Whether tensors that no file has are made.
  var hasBlanks: Bool { register.checkpoint.hasBlanks }

  /// A name from the root on, as the file has it.
  func fileName(_ name: String) -> String { filePrefix + name }

  package func contains(_ name: String) -> Bool { register.checkpoint.contains(fileName(name)) }

  /// Registers a tensor; `alternatives` are other names for it in files, `elsewhere` such names from the root on, and
  /// `preferred` one that goes before its own.
  package func tensor(
    _ name: String, _ shape: [Int], preferring preferred: String? = nil, alternatives: [String] = [],
    elsewhere: [String] = [], isLearned: Bool = true
  ) throws -> Int {
    let full = prefix + name, checkpoint = register.checkpoint
    if let index = register.indices[full] { return index }
    let own = filePrefix + name
    let names = (preferred.map { [filePrefix + $0] } ?? []) + [own] + alternatives.map { filePrefix + $0 } + elsewhere
    let stored = names.first(where: checkpoint.contains) ?? own
    let tensor = try checkpoint.tensor(stored, shape: shape)
    let isKept = register.keepsMatrices || shape.count != 2
    if !isKept { checkpoint.giveBack(stored) }
    register.parameters.append(
      Parameter(
        name: full, shape: shape, resident: isKept ? tensor : nil, isLearned: isLearned,
        isBlank: checkpoint.isBlank(stored, shape: shape),
        read: { checkpoint.again(stored, shape: shape) },
        giveBack: { checkpoint.giveBack(stored) }))
    let index = register.parameters.count - 1
    register.indices[full] = index
    register.sources.append(stored)
    register.uses.read.insert(stored)
    for other in names { try absorb(other, in: index) }
    return index
  }

  /// Whether a tensor of the file holds the numbers of a parameter; it then counts as read. `name` is from the root on.
  @discardableResult
  func absorb(_ name: String, in index: Int) throws -> Bool {
    if name == register.sources[index] { return true }
    let checkpoint = register.checkpoint, shape = register.parameters[index].shape
    guard checkpoint.contains(name), checkpoint.shape(name) == shape else { return false }
    let (own, other) = (register.parameters[index].tensor, try checkpoint.tensor(name, shape: shape))
    let isSame = own.hasSameNumbers(as: other)
    if !register.keepsMatrices {
      checkpoint.giveBack(name)
      register.parameters[index].giveBack()
    }
    if isSame { register.uses.read.insert(name) }
    return isSame
  }

  /// A parameter before an adapter changed it, under another name; the parameter itself where none did.
  func unadapted(_ name: String, of index: Int) throws -> Int {
    let changed = register.parameters[index], source = register.sources[index]
    guard register.checkpoint.adapter?.unties(source) ?? false, !contains(name) else { return index }
    let tensor = try register.checkpoint.original(source, shape: changed.shape)
    register.parameters.append(Parameter(name: prefix + name, tensor: tensor))
    register.sources.append(source)
    return register.parameters.count - 1
  }

  /// A matrix that the network does not learn, if the file has it.
  func fixed(_ name: String, _ shape: [Int]) throws -> Tensor? {
    guard contains(name) else { return nil }
    register.uses.read.insert(filePrefix + name)
    return try register.checkpoint.tensor(filePrefix + name, shape: shape)
  }

  /// Takes down that a matrix is not the parameter that the configuration says it is.
  func noteUntied(_ name: String, from index: Int) {
    register.uses.untied.append(WeightUses.Pair(own: prefix + name, tied: register.parameters[index].name))
  }

  /// `name.weight` `[width]` and, unless the norm has none, `name.bias` `[width]`.
  package func norm(_ name: String, _ width: Int, bias: Bool = true) throws -> Network.Norm {
    Network.Norm(
      gain: try tensor("\(name).weight", [width], alternatives: ["\(name).gamma"]),
      bias: bias ? try tensor("\(name).bias", [width], alternatives: ["\(name).beta"]) : nil)
  }

  /// `name.weight` `[to, from]` (PyTorch's Linear) and `name.bias` `[to]`; `older` is another name in files.
  package func linear(_ name: String, from: Int, to: Int, bias: Bool = true, older: String? = nil) throws
    -> Network.Projection
  {
    func alternatives(_ leaf: String) -> [String] { older.map { ["\($0).\(leaf)"] } ?? [] }
    return Network.Projection(
      weight: try tensor("\(name).weight", [to, from], alternatives: alternatives("weight")),
      bias: bias ? try tensor("\(name).bias", [to], alternatives: alternatives("bias")) : nil,
      slice: WeightSlice(isInputMajor: false, outputs: 0..<to))
  }

  /// `name.weight` `[from, to · parts]` (GPT-2's Conv1D) and `name.bias`: one projection for each part.
  package func convolution(_ name: String, from: Int, to: Int, parts: Int = 1) throws -> [Network.Projection] {
    let weight = try tensor("\(name).weight", [from, to * parts]), bias = try tensor("\(name).bias", [to * parts])
    return (0..<parts).map { part in
      Network.Projection(
        weight: weight, bias: bias, slice: WeightSlice(isInputMajor: true, outputs: part * to..<(part + 1) * to))
    }
  }
}
