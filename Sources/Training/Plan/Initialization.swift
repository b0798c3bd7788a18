import Analyses
import Engine
import Support
import Tensors
package import Transformers

/// How weights begin that no file has. Biases begin at 0, the gains of norms at 1, embeddings normal with deviation
/// `deviation`; matrices `[in, out]` by the scheme.
package struct Initialization: Hashable, Sendable {
  package enum Scheme: String, CaseIterable, Sendable {
    /// Normal with deviation `deviation`.
    case normal
    /// Uniform within `±√(6/(in + out))` (Glorot & Bengio 2010).
    case xavier
    /// Normal with deviation `√(2/in)` (He 2015).
    case he
    /// Orthonormal rows or columns, whichever are fewer (Saxe 2014).
    case orthogonal
    /// Normal; what writes to the stream is divided by `√(2·layers)` (Radford 2019).
    case scaledResidual = "scaled_residual"
  }

  package var scheme: Scheme
  package var deviation: Double

  package init(_ scheme: Scheme = .normal, deviation: Double = 0.02) {
    self.scheme = scheme
    self.deviation = deviation
  }

  /// Fills the blank parameters. Each has random numbers of its own, by seed and name.
  package func fill(_ weights: TrainableWeights, seed: UInt64) {
    let model = weights.model
    let roles = Roles(model)
    for (index, parameter) in model.parameters.enumerated() where parameter.isBlank && parameter.isLearned {
      var generator = SeededGenerator(seed: seed ^ stableHash(parameter.name))
      let tensor = parameter.tensor
      if let gain = roles.gains[index] {
        tensor.pointer.update(repeating: gain, count: tensor.count)
      } else if let matrices = roles.matrices[index] {
        for matrix in matrices { fill(tensor, matrix, &generator) }
      } else if roles.biases.contains(index) {
        tensor.pointer.update(repeating: 0, count: tensor.count)
      } else {
        for i in 0..<tensor.count { tensor.pointer[i] = Float(generator.normal() * deviation) }
      }
    }
  }

  private func fill(_ tensor: Tensor, _ matrix: Roles.Matrix, _ generator: inout SeededGenerator) {
    let outputs = matrix.slice.parts.flatMap { Array($0) }
    let stride = matrix.slice.isInputMajor ? tensor.shape[1] : tensor.count / tensor.shape[0]
    let inputs = matrix.slice.isInputMajor ? tensor.shape[0] : stride
    func set(_ value: (_ input: Int, _ output: Int) -> Double) {
      for (number, output) in outputs.enumerated() {
        for input in 0..<inputs {
          tensor.pointer[matrix.slice.isInputMajor ? input * stride + output : output * stride + input] = Float(
            value(input, number))
        }
      }
    }
    switch scheme {
    case .normal: set { _, _ in generator.normal() * deviation }
    case .scaledResidual: set { _, _ in generator.normal() * deviation * matrix.residualScale }
    case .he:
      let deviation = (2 / Double(inputs)).squareRoot()
      set { _, _ in generator.normal() * deviation }
    case .xavier:
      let bound = (6 / Double(inputs + outputs.count)).squareRoot()
      set { _, _ in (2 * generator.uniform() - 1) * bound }
    case .orthogonal:
      let isWide = outputs.count > inputs
      let rows = orthonormal(rows: min(inputs, outputs.count), columns: max(inputs, outputs.count), &generator)
      set { input, output in isWide ? rows[input][output] : rows[output][input] }
    }
  }
}

/// Random orthonormal rows: normal numbers, each row freed of those before it, twice for the sake of rounding.
private func orthonormal(rows: Int, columns: Int, _ generator: inout SeededGenerator) -> [[Double]] {
  var basis: [[Double]] = []
  while basis.count < rows {
    var row = (0..<columns).map { _ in generator.normal() }
    for _ in 0..<2 {
      for earlier in basis {
        var product = 0.0
        for i in 0..<columns { product += row[i] * earlier[i] }
        for i in 0..<columns { row[i] -= product * earlier[i] }
      }
    }
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    if norm > 1e-6 { basis.append(row.map { $0 / norm }) }
  }
  return basis
}

/// What part each parameter of a model plays, by index.
private struct Roles {
  struct Matrix {
    var slice: WeightSlice
    /// What the deviation is multiplied with under `scaledResidual`.
    var residualScale: Double
  }

  var matrices: [Int: [Matrix]] = [:]
  var gains: [Int: Float] = [:]
  var biases: Set<Int> = []

  init(_ model: Model) {
    let network = model.network
    let stacks = [(model.description.encoder, network.encoder), (model.description.stack, network.stack)]
    let embeddings = Set(stacks.compactMap { $1?.embedding.tokens })
    for case (let d?, let stack?) in stacks {
      let shift: Float = if case .rms(let shift) = d.norm { shift } else { 0 }
      let scale = 1 / (2 * Double(d.layers)).squareRoot()
      for case let p? in [
        stack.embedding.patches, stack.embedding.tokenProjection, stack.embedding.projection, stack.projection,
      ] { add(p) }
      for case let n? in [stack.embedding.norm, stack.finalNorm] { add(n, shift) }
      for block in stack.blocks {
        for case let n? in [block.attentionNorm, block.crossNorm, block.mlpNorm, block.mlpOutputNorm] { add(n, shift) }
        if let router = block.router { add(router) }
        for case let a? in [block.attention, block.cross] {
          for p in [a.query, a.key, a.value] { add(p) }
          add(a.output, scale)
          for case let n? in [a.queryNorm, a.keyNorm, a.outputNorm] { add(n, shift) }
        }
        for mlp in block.experts {
          for case let p? in [mlp.gate, mlp.up] { add(p) }
          add(mlp.down, scale)
        }
      }
      switch network.head {
      case .none: break
      case .unembedding(let p):
        if !embeddings.contains(p.weight) { add(p) } else { p.bias.map { _ = biases.insert($0) } }
      case .masked(let transform, _, let norm, let p):
        add(transform)
        add(norm, shift)
        if !embeddings.contains(p.weight) { add(p) } else { p.bias.map { _ = biases.insert($0) } }
      case .classifier(let pooler, _, let classifier):
        for case let p? in [pooler, classifier] { add(p) }
      case .tokenClassifier(let classifier): add(classifier)
      }
    }
  }

  private mutating func add(_ p: Network.Projection, _ scale: Double = 1) {
    if !(matrices[p.weight] ?? []).contains(where: { $0.slice == p.slice }) {
      matrices[p.weight, default: []].append(Matrix(slice: p.slice, residualScale: scale))
    }
    if let bias = p.bias { biases.insert(bias) }
  }

  private mutating func add(_ n: Network.Norm, _ shift: Float) {
    guard let gain = n.gain else { return }
    gains[gain] = 1 - shift
    if let bias = n.bias { biases.insert(bias) }
  }
}
