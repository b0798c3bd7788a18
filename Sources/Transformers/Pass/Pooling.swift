package import Foundation
import Support
package import Tensors

/// How a sentence-transformers directory makes one vector of a text (Reimers & Gurevych 2019): `modules.json` names the
/// steps behind the model, `…_Pooling/config.json` the ways in which token vectors become one.
package struct Pooling: Sendable {
  /// `x_t` are the last hidden states of the `n` unpadded positions, special tokens among them.
  package enum Mode: String, CaseIterable, Sendable {
    /// `x_0`.
    case cls = "cls_token"
    /// `max_t x_t` of each feature.
    case max = "max_tokens"
    /// `Σ x_t / n`.
    case mean = "mean_tokens"
    /// `Σ x_t / √n`.
    case meanOfRoot = "mean_sqrt_len_tokens"
    /// `Σ t·x_t / Σ t`, `t` from 1.
    case weightedMean = "weightedmean_tokens"
    /// `x_{n−1}`.
    case last = "lasttoken"
  }

  /// What is done to the pooled vector.
  package enum Step: Sendable {
    /// `x / ‖x‖`.
    case normalize
    /// `activation(x·Wᵀ + b)`, `W` `[out, in]`; the activation is the identity where nil.
    case dense(weight: Tensor, bias: Tensor?, activation: ActivationFunction?)
  }

  /// What they give is put one behind the other.
  package var modes: [Mode]
  package var steps: [Step]
  /// To how many tokens texts are cut.
  package var maximumLength: Int?
  /// Whether capitals become small letters before the tokenizer sees a text.
  package var lowercases: Bool

  package init(modes: [Mode], steps: [Step] = [], maximumLength: Int? = nil, lowercases: Bool = false) {
    self.modes = modes
    self.steps = steps
    self.maximumLength = maximumLength
    self.lowercases = lowercases
  }

  /// The pooling of a directory; nil where it has no `modules.json`.
  ///
  /// - Throws: `InputError` for files that cannot be read and steps that are not known.
  package init?(directory: URL) throws {
    guard let steps = try SentenceModules(directory) else { return nil }
    var modes: [Mode] = []
    var later: [Step] = []
    for step in steps.all.dropFirst() {
      switch step.kind {
      case "Pooling": modes = try Pooling.modes(Configuration(step.folder.appending(path: "config.json")))
      case "Normalize": later.append(.normalize)
      case "Dense": later.append(try Step(dense: step.folder))
      default:
        throw InputError(
          at: steps.path, phrase("error.hasStepNot"), expected: phrase("expected.transformerPoolingDense"),
          found: step.kind)
      }
    }
    guard !modes.isEmpty else { throw InputError(at: steps.path, phrase("error.hasNoStep"), expected: "Pooling") }
    let settings = try Self.settingsNames.map { steps.transformer.appending(path: $0) }
      .first { (try? $0.checkResourceIsReachable()) == true }.map { try Configuration($0) }
    self.init(
      modes: modes, steps: later,
      maximumLength: try settings.flatMap { $0.has("max_seq_length") ? try $0.positions("max_seq_length") : nil },
      lowercases: try settings?.flag("do_lower_case", default: false) ?? false)
  }

  /// Older directories name the file after the model's family.
  private static let settingsNames = ["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"]
    .map { "sentence_\($0)_config.json" }

  private static func modes(_ config: Configuration) throws -> [Mode] {
    if config.has("pooling_mode") {
      let names = ["cls": Mode.cls, "max": .max, "mean": .mean, "mean_sqrt_len_tokens": .meanOfRoot]
        .merging(["weightedmean": .weightedMean, "lasttoken": .last]) { first, _ in first }
      let name = try config.text("pooling_mode")
      guard let mode = names[name] else {
        throw InputError(
          at: "\(config.path): \"pooling_mode\"", phrase("error.isNotKnown"),
          expected: names.keys.sorted().joined(separator: ", "),
          found: "\"\(name)\"")
      }
      return [mode]
    }
    return try Mode.allCases.filter { try config.flag("pooling_mode_\($0.rawValue)", default: false) }
  }

  /// - Throws: `InputError` where a layer does not fit what comes before it, hidden states of a width first.
  func check(_ width: Int, at place: String) throws {
    var width = modes.count * width
    for case .dense(let weight, _, _) in steps {
      guard weight.shape[1] == width else {
        throw InputError(
          at: place, phrase("error.hasDenseLayer"), expected: phrase("expected.widthInputs", ["width": width]),
          found: "\(weight.shape[1])")
      }
      width = weight.shape[0]
    }
  }

  /// How wide the vectors are, of hidden states of a width.
  package func width(of width: Int) -> Int {
    steps.reduce(modes.count * width) { width, step in
      if case .dense(let weight, _, _) = step { weight.shape[0] } else { width }
    }
  }

  /// `[B, width]` of the last hidden states `[B, T, C]`; `mask` `[B, T]` is 0 for padding.
  package func vectors(of states: Tensor, mask: [UInt8]) -> Tensor {
    vectors(Tape(isRecording: false), Variable(states), mask: mask).value
  }

  /// The same on a tape.
  func vectors(_ tape: Tape, _ x: Variable, mask: [UInt8]) -> Variable {
    let (batch, length, width) = (x.shape[0], x.shape[1], x.shape[2])
    let pooled = modes.map { mode in
      mode == .max ? tape.largest(x, mask: mask) : tape.pool(x, weights: mode.weights(mask, batch, length))
    }
    let joined = pooled.count == 1 ? pooled[0] : tape.reshape(tape.joined(pooled), [batch, modes.count * width])
    return steps.reduce(joined) { $1.applied(tape, to: $0) }
  }

  /// "mean pooling, normalised".
  package var name: String {
    modes.map { $0.rawValue.replacing("_tokens", with: "").replacing("_", with: " ") }.joined(separator: " + ")
      + " pooling"
      + steps.map { if case .normalize = $0 { ", normalised" } else { phrase("pooling.aDenseLayer") } }.joined()
  }
}

extension Pooling.Step {
  /// A layer's folder: `config.json` with its sizes and activation, and its weights.
  ///
  /// - Throws: `InputError` for weights that are missing or of another shape, and an activation that is not known.
  fileprivate init(dense folder: URL) throws {
    let config = try Configuration(folder.appending(path: "config.json"))
    let (inputs, outputs) = (try config.count("in_features"), try config.count("out_features"))
    let name = try config.text("activation_function", default: "Tanh")
    let known: [(name: String, function: ActivationFunction?)] = [
      ("Tanh", .tanh), ("ReLU", .relu), ("GELU", .gelu), ("SiLU", .silu), ("Identity", nil),
    ]
    guard let activation = known.first(where: { name.hasSuffix($0.name) }) else {
      throw InputError(
        at: "\(config.path): \"activation_function\"", phrase("error.isNotKnown"),
        expected: known.map(\.name).joined(separator: ", "), found: "\"\(name)\"")
    }
    let weights = try Checkpoint(folder)
    self = .dense(
      weight: try weights.tensor("linear.weight", shape: [outputs, inputs]),
      bias: try config.flag("bias", default: true) ? weights.tensor("linear.bias", shape: [outputs]) : nil,
      activation: activation.function)
  }

  /// Of vectors `[B, in]`.
  fileprivate func applied(_ tape: Tape, to x: Variable) -> Variable {
    switch self {
    case .normalize: return tape.unitLength(x)
    case .dense(let weight, let bias, let activation):
      let y = tape.linear(
        x, weight: Variable(weight), bias: bias.map { Variable($0) },
        slice: WeightSlice(isInputMajor: false, outputs: 0..<weight.shape[0]))
      return activation.map { tape.activate(y, $0) } ?? y
    }
  }
}

extension Pooling.Mode {
  /// What each position is multiplied with, `[B, T]`; 0 for padding.
  fileprivate func weights(_ mask: [UInt8], _ batch: Int, _ length: Int) -> [Double] {
    var weights = [Double](repeating: 0, count: batch * length)
    for b in 0..<batch {
      let real = (b * length..<(b + 1) * length).filter { mask[$0] != 0 }
      for (t, place) in real.enumerated() { weights[place] = weight(t, of: real.count) }
    }
    return weights
  }

  /// What position `t` of `n` is multiplied with.
  private func weight(_ t: Int, of n: Int) -> Double {
    switch self {
    case .cls: t == 0 ? 1 : 0
    case .last: t == n - 1 ? 1 : 0
    case .mean, .max: 1 / Double(n)
    case .meanOfRoot: 1 / Double(n).squareRoot()
    case .weightedMean: Double(t + 1) / (Double(n) * Double(n + 1) / 2)
    }
  }
}

/// The steps that a sentence-transformers directory lists in `modules.json`.
struct SentenceModules {
  struct Step {
    /// The last word of its class: "Transformer", "Pooling".
    var kind: String
    var folder: URL
  }

  let path: String
  let all: [Step]

  /// Nil where the directory has no such list.
  ///
  /// - Throws: `InputError` where it is no list of modules that begins with a Transformer.
  init?(_ directory: URL) throws {
    let url = directory.appending(path: "modules.json")
    guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else { return nil }
    path = url.relativePath
    let expected = phrase("pooling.listModulesType")
    guard let list = try JSON(contentsOf: url).elements else {
      throw InputError(at: path, phrase("error.isNotReadable"), expected: expected)
    }
    all = list.compactMap { step in
      guard let type = step["type"]?.string, let place = step["path"]?.string, !place.contains("..") else {
        return nil
      }
      return Step(
        kind: type.split(separator: ".").last.map(String.init) ?? type,
        folder: place.isEmpty ? directory : directory.appending(path: place))
    }
    guard all.count == list.count, all.first?.kind == "Transformer" else {
      throw InputError(at: path, phrase("error.listsNoSuch"), expected: expected, found: all.first?.kind)
    }
  }

  /// Where the model itself lies: older directories have it in a folder of its own.
  var transformer: URL { all[0].folder }
}
