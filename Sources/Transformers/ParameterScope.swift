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
  /// `isNamed` says whether Hugging Face's class for this model names it, `probe` is a tensor that tells the two apart.
  package func trunk(_ name: String, isNamed: Bool, probe: String) -> ParameterScope {
    let inFile = register.checkpoint.contains("\(filePrefix)\(name).\(probe)")
    return ParameterScope(
      register, prefix: isNamed ? "\(prefix)\(name)." : prefix,
      filePrefix: inFile ? "\(filePrefix)\(name)." : filePrefix)
  }

  package func contains(_ name: String) -> Bool { register.checkpoint.contains(filePrefix + name) }

  /// Registers a tensor; `alternatives` are older names for it in files.
  package func tensor(_ name: String, _ shape: [Int], alternatives: [String] = [], isLearned: Bool = true) throws
    -> Int
  {
    let full = prefix + name
    if let index = register.indices[full] { return index }
    let inFile = ([name] + alternatives).first { contains($0) } ?? name
    let stored = filePrefix + inFile, checkpoint = register.checkpoint
    let tensor = try checkpoint.tensor(stored, shape: shape)
    let isKept = register.keepsMatrices || shape.count != 2
    if !isKept { checkpoint.giveBack(stored) }
    register.parameters.append(
      Parameter(
        name: full, shape: shape, resident: isKept ? tensor : nil, isLearned: isLearned,
        isBlank: checkpoint.isBlank(stored, shape: shape),
        // It could be read before; should the file have gone since, there are no numbers.
        read: { (try? checkpoint.tensor(stored, shape: shape)) ?? Tensor(repeating: .nan, shape: shape) },
        giveBack: { checkpoint.giveBack(stored) }))
    register.indices[full] = register.parameters.count - 1
    return register.parameters.count - 1
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

  /// The output matrix `[vocabulary, width]` of a head: its own, or the table of embeddings.
  package func unembedding(
    _ d: ModelDescription, width: Int? = nil, tiedTo tokens: Int? = nil, bias: Int? = nil
  ) throws -> Network.Projection {
    Network.Projection(
      weight: try tokens
        ?? tensor("lm_head.weight", [d.vocabulary, width ?? d.width], alternatives: ["embed_out.weight"]),
      bias: bias, slice: WeightSlice(isInputMajor: false, outputs: 0..<d.vocabulary))
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
