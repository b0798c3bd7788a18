import Foundation
import Support
import Tensors

/// A LoRA adapter (Hu 2021) in PEFT's layout, merged into the weights of its base as they are read.
///
/// A matrix `W` becomes `W + s·B·A`, `s = alpha/r`, or `alpha/√r` for rsLoRA (Kalajdzievski 2023); with magnitudes `m`
/// (DoRA, Liu 2024) each output's row of that is brought to the length `m`. Tensors that the adapter has whole (heads,
/// biases) take the place of the base's, or are added to them.
struct Adapter: Sendable {
  /// `s·B·A`, by the names of the adapter's tensors.
  struct LowRank: Sendable {
    var a: String
    var b: String
    var magnitudes: String?
    var scale: Float
    /// Whether it is added to a table of embeddings, which is the transpose of what it is a product for.
    var isEmbedding: Bool
  }

  /// What becomes of a tensor of the base.
  struct Change: Sendable {
    var replacement: String?
    var lowRank: LowRank?
    /// What is added to a bias, and the factor.
    var bias: String?
    var biasScale: Float = 1
  }

  let note: WeightNote
  /// Names of tensors that the base does not have.
  let added: [String]
  private let weights: any WeightFile
  private let changes: [String: Change]
  /// Whether matrices are stored `[in, out]`, which the shape of a square one does not show.
  private let isInputMajor: Bool
  private let keepsTies: Bool

  /// - Throws: `InputError` where its file was changed since it was opened.
  func check() throws { try weights.check() }

  func changes(_ name: String) -> Bool { changes[name] != nil }

  /// Whether a tensor is changed while others that are tied to it stay as they were.
  func unties(_ name: String) -> Bool { !keepsTies && changes(name) }

  /// Nil for a tensor that is not replaced.
  func shape(_ name: String) -> [Int]? { changes[name]?.replacement.flatMap(weights.shape) }

  /// - Parameter names: those of the base's tensors.
  /// - Throws: `InputError` for weights that cannot be read, and for a tensor that has no place in the base.
  init(_ files: AdapterFiles, baseNames names: [String], isInputMajor: Bool) throws {
    let settings = files.settings, weights = try files.openWeights()
    var reading = AdapterReading(weights, settings, names, base: files.base.relativePath)
    for name in weights.names { try reading.read(name) }
    let (changes, added) = (reading.changes, reading.added)
    guard !changes.isEmpty else { throw InputError(at: weights.url.relativePath, phrase("error.changesNothingBase")) }
    self.weights = weights
    self.changes = changes
    self.added = added
    self.isInputMajor = isInputMajor
    keepsTies = settings.keepsTies
    note = WeightNote(
      .merged, names.filter { changes[$0] != nil } + added,
      count: weights.names.reduce(0) { $0 + (weights.shape($1)?.reduce(1, *) ?? 0) },
      detail: phrase(
        "adapter.rankRankAlpha",
        ["rank": settings.rank, "formatted": settings.alpha.formatted(), "base": files.base.lastPathComponent]))
  }

  /// A tensor of the base as the adapter makes it; `base` reads the original.
  ///
  /// - Throws: `InputError` where matrices do not fit it.
  func tensor(_ name: String, base: () throws -> Tensor) throws -> Tensor {
    guard let change = changes[name] else { return try base() }
    let original = try change.replacement.map(weights.tensor) ?? base()
    guard change.bias != nil || change.lowRank != nil else { return original }
    let result = Tensor(uninitialized: original.shape)
    result.pointer.update(from: original.pointer, count: original.count)
    if let bias = change.bias {
      let addend = try weights.tensor(bias)
      guard addend.shape == result.shape else { throw misfit(bias, result.shape) }
      for index in 0..<result.count { result.pointer[index] += change.biasScale * addend.pointer[index] }
    }
    if let lowRank = change.lowRank { try add(lowRank, to: result) }
    return result
  }

  private func add(_ change: LowRank, to matrix: Tensor) throws {
    let (a, b) = (try weights.tensor(change.a), try weights.tensor(change.b))
    guard a.shape.count == 2, b.shape.count == 2, b.shape[1] == a.shape[0], matrix.shape.count == 2 else {
      throw misfit(change.a, matrix.shape)
    }
    let (outputs, inputs) = (b.shape[0], a.shape[1])
    let looksTransposed = outputs == inputs ? isInputMajor : matrix.shape == [inputs, outputs]
    let isTransposed = change.isEmbedding || looksTransposed
    guard matrix.shape == (isTransposed ? [inputs, outputs] : [outputs, inputs]) else {
      throw misfit(change.a, matrix.shape)
    }
    withExtendedLifetime((a, b)) {
      let rows = isTransposed ? a.matrix.transposed : b.matrix, columns = isTransposed ? b.matrix.transposed : a.matrix
      multiply(rows, columns, into: matrix.matrix, scale: change.scale, adding: true)
    }
    guard let magnitudes = try change.magnitudes.map(weights.tensor) else { return }
    guard magnitudes.count == outputs, !change.isEmbedding else { throw misfit(change.magnitudes ?? "", matrix.shape) }
    for output in 0..<outputs {
      let (start, step) = isTransposed ? (output, outputs) : (output * inputs, 1)
      let squares = (0..<inputs).reduce(0.0) { sum, input in
        let weight = Double(matrix.pointer[start + input * step])
        return sum + weight * weight
      }
      let factor = Float(Double(magnitudes.pointer[output]) / squares.squareRoot())
      for input in 0..<inputs { matrix.pointer[start + input * step] *= factor }
    }
  }

  private func misfit(_ name: String, _ shape: [Int]) -> InputError {
    InputError(
      at: "\(weights.url.relativePath): tensor \(name.quotedForMessage)", phrase("error.doesNotFit"),
      expected: phrase("expected.oneForShape", ["shape": shape]), found: "\(weights.shape(name) ?? [])")
  }
}

/// Finds out what each tensor of an adapter does to its base.
struct AdapterReading {
  private(set) var changes: [String: Adapter.Change] = [:]
  private(set) var added: [String] = []
  private let weights: any WeightFile
  private let settings: AdapterSettings
  /// The base's tensors by the last two parts of their names.
  private let leaves: [String: [String]]
  /// The adapter's tensors by module and part.
  private let parts: [String: [String: String]]
  private let base: String

  init(_ weights: any WeightFile, _ settings: AdapterSettings, _ names: [String], base: String) {
    self.weights = weights
    self.settings = settings
    self.base = base
    leaves = Dictionary(grouping: names, by: Self.leaf)
    var parts: [String: [String: String]] = [:]
    for name in weights.names {
      let (module, part) = Self.split(name)
      if let part { parts[module, default: [:]][part] = name }
    }
    self.parts = parts
  }

  mutating func read(_ name: String) throws {
    let (module, part) = Self.split(name)
    switch part {
    case "lora_A"?, "lora_embedding_A"?:
      let b = name.replacing("lora_A", with: "lora_B").replacing("lora_embedding_A", with: "lora_embedding_B")
      guard let rank = weights.shape(name)?.first, weights.shape(b)?.last == rank else {
        throw error(name, phrase("adapter.hasNoB"))
      }
      let target = try place(of: "\(module).weight", for: name)
      let lowRank = Adapter.LowRank(
        a: name, b: b, magnitudes: parts[module]?["lora_magnitude_vector"],
        scale: try settings.scale(of: module, rank: rank), isEmbedding: part == "lora_embedding_A")
      changes[target, default: Adapter.Change()].lowRank = lowRank
    case "lora_B"? where name.hasSuffix(".bias"):
      let target = try place(of: "\(module).bias", for: name)
      let rank = weights.shape(String(name.dropLast("bias".count)) + "weight")?.last ?? 0
      let scale = try settings.scale(of: module, rank: rank)
      changes[target, default: Adapter.Change()].bias = name
      changes[target]?.biasScale = scale
    case "lora_B"?, "lora_embedding_B"?, "lora_magnitude_vector"?:
      guard parts[module]?[part == "lora_embedding_B" ? "lora_embedding_A" : "lora_A"] != nil else {
        throw error(name, phrase("adapter.hasNoGoes"))
      }
    case nil:
      let target = try counterpart(of: module)
      changes[target ?? module, default: Adapter.Change()].replacement = name
      if target == nil { added.append(module) }
    default:
      throw error(
        name, phrase("adapter.kindNotSupported"),
        expected: phrase("adapter.lorasBMagnitudes"))
    }
  }

  private func place(of target: String, for name: String) throws -> String {
    if let place = try counterpart(of: target) { return place }
    throw error(
      name, phrase("adapter.hasNoPlace"),
      expected: phrase("adapter.quotedformessageInBase", ["quotedForMessage": target.quotedForMessage, "base": base]))
  }

  /// The base's tensor of a name; either side may leave out the name of the trunk.
  private func counterpart(of name: String) throws -> String? {
    let alike = leaves[Self.leaf(name)] ?? []
    if alike.contains(name) { return name }
    let found = alike.filter { $0.hasSuffix(".\(name)") || name.hasSuffix(".\($0)") }
    guard found.count < 2 else {
      throw error(name, phrase("adapter.fitsSeveralTensors"), expected: "one", found: found.joined(separator: ", "))
    }
    return found.first
  }

  private func error(_ name: String, _ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(
      at: "\(weights.url.relativePath): tensor \(name.quotedForMessage)", problem, expected: expected, found: found)
  }

  /// `base_model.model.m.q_proj.lora_A.weight` → `m.q_proj` and `lora_A`; of a whole tensor its name in the base.
  private static func split(_ name: String) -> (module: String, part: String?) {
    let wrapper = "base_model.model."
    var parts = (name.hasPrefix(wrapper) ? String(name.dropFirst(wrapper.count)) : name).split(separator: ".")
    parts.removeAll { ["default", "base_layer", "modules_to_save"].contains($0) }
    let place = parts.firstIndex { part in
      ["lora_", "token_adapter", "trainable_tokens"].contains { part.hasPrefix($0) }
    }
    return (parts[..<(place ?? parts.endIndex)].joined(separator: "."), place.map { String(parts[$0]) })
  }

  private static func leaf(_ name: String) -> String { name.split(separator: ".").suffix(2).joined(separator: ".") }
}
