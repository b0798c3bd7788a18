import Results
import Synchronization
import Tensors
import Transformers

/// Where every head looks: the attention table of every layer and head over a corpus, what the heads do on repeated
/// tokens, how many of them count, and a few documents' patterns for figures; of each of the model's kinds of attention.
///
/// Bidirectional, causal and cross patterns go through the same code, some rows at a time while the model runs. Means
/// are over the query rows that see at least two keys; intervals are bootstrap intervals over documents. Definitions:
/// `AttentionMetrics`.
package struct AttentionAnalysis: Analysis {
  package static let id = "attention"

  let model: Model
  let outputGrams: HeadOutputGrams
  package var thresholds = PatternClass.Thresholds()
  var kinds: [KindSums]
  private let gate = AttentionSamples.Gate()

  package init(_ context: AnalysisContext) {
    model = context.model
    outputGrams = HeadOutputGrams(model: context.model)
    kinds = AttentionKind.all(of: model.description).map(KindSums.init)
  }

  package var needs: Needs {
    var needs = Needs()
    for kind in kinds.map(\.kind) {
      needs.sites.formUnion((0..<kind.layers).map(kind.z))
      // Repeated tokens are short enough for whole patterns.
      if kind.plane == nil && !kind.isCross {
        needs.repeatedTokenSites.formUnion((0..<kind.layers).map(kind.pattern))
      }
    }
    let (kinds, gate) = (kinds.map(\.kind), gate)
    needs.watchers = [
      { documents, targets in AttentionSums(kinds, documents, targets, choices: documents.map(gate.choose)) }
    ]
    return needs
  }

  package mutating func observe(_ observation: Observation) throws {
    switch observation.stream {
    case .corpus:
      for case let sums as AttentionSums in observation.watchers {
        for index in kinds.indices { observe(observation, sums, index) }
      }
    case .repeatedTokens(let start, let half):
      for index in kinds.indices where !kinds[index].kind.isCross {
        kinds[index].observe(repeated: observation, start: start, half: half)
      }
    case .maskedCorpus: break
    }
  }

  private mutating func observe(_ observation: Observation, _ sums: AttentionSums, _ index: Int) {
    let kind = kinds[index].kind
    let documents = observation.documents.indices.filter { sums.counts(kind: index, document: $0) }
    guard documents.allSatisfy({ !sums.cell(kind: index, head: 0, document: $0).sums.isEmpty }) else { return }
    let weights = observation.documents.map { BootstrapWeights(hash: $0.bootstrapHash) }
    let trace = observation.trace
    let hasGradient = (0..<kind.layers).allSatisfy { trace.gradients[kind.z(layer: $0)] != nil }
    // The loss is a mean over the batch's targets: undone, so that a document counts the same in every batch.
    let shift = model.description.head == .languageModel ? 1 : 0
    let predicted = observation.targets.isEmpty ? observation.documents : observation.targets
    let targets = predicted.reduce(0) { $0 + $1.ids.count - shift }

    for i in documents {
      kinds[index].add(
        denominatorsOf: sums.keys(kind: index, document: i).length, queries: sums.queryCount(kind: index, document: i),
        weights[i], hasGradient: hasGradient)
      kinds[index].seenKinds.formUnion(sums.keys(kind: index, document: i).kinds)
      kinds[index].keepMaps(sums, index, document: i, observation)
    }
    let grams = outputGrams
    kinds[index].heads.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let heads = buffer
      forEachPiece(heads.count) { piece in
        let (layer, head) = (piece / kind.heads, piece % kind.heads)
        let z = trace[kind.z(layer: layer)]
        let gradient = hasGradient ? trace.gradients[kind.z(layer: layer)] : nil
        let gram = z == nil ? nil : grams[kind.stack, layer: layer, head: head]
        for i in documents {
          let importance = HeadImportance(
            z: z, gradient: gradient, gram: gram, document: i, head: head,
            length: sums.queryCount(kind: index, document: i))
          heads[piece].add(
            sums.cell(kind: index, head: piece, document: i), document: sums.keys(kind: index, document: i),
            importance: (importance.norm, importance.gradient * Double(targets)), weights: weights[i])
        }
      }
    }
  }

  package mutating func merge(_ other: AttentionAnalysis) {
    for index in kinds.indices { kinds[index].merge(other.kinds[index]) }
  }
}

/// What one head contributes on one document: `Σ_t ‖z_t W_O‖` and `|Σ_t z_t·∂L/∂z_t|` (Michel 2019).
struct HeadImportance {
  var norm = 0.0
  var gradient = 0.0

  /// `z` and its gradient are `[B, T, H, D]`; `gram` is the head's `W_O W_Oᵀ`.
  init(z: Tensor?, gradient: Tensor?, gram: Matrix?, document: Int, head: Int, length: Int) {
    guard let z, let gram else { return }
    let (heads, width) = (z.shape[2], z.shape[3])
    var vectors = Matrix(rows: length, columns: width)
    var product = 0.0
    for t in 0..<length {
      let offset = ((document * z.shape[1] + t) * heads + head) * width
      let source = z.pointer + offset
      for d in 0..<width { vectors.values[t * width + d] = Double(source[d]) }
      if let gradient {
        let slope = gradient.pointer + offset
        for d in 0..<width { product += Double(source[d]) * Double(slope[d]) }
      }
    }
    let projected = Matrix.product(vectors, gram)
    for t in 0..<length {
      var square = 0.0
      for d in 0..<width { square += vectors.values[t * width + d] * projected.values[t * width + d] }
      norm += square < 0 ? 0 : square.squareRoot()
    }
    self.gradient = abs(product)
  }
}

/// `W_O W_Oᵀ` of every head, `[D, D]`, computed when a layer is first asked for and shared by all copies of an analysis.
final class HeadOutputGrams: Sendable {
  private let model: Model
  private struct Key: Hashable {
    let stack: Component.Stack
    let layer: Int
  }
  private let known = Mutex<[Key: [Matrix]]>([:])

  init(model: Model) { self.model = model }

  subscript(stack: Component.Stack, layer layer: Int, head head: Int) -> Matrix {
    let key = Key(stack: stack, layer: layer)
    return known.withLock { known in
      if let grams = known[key] { return grams[head] }
      let weights = model.headOutputWeights(layer: layer, ofEncoder: stack == .encoder, isCross: stack == .cross)
      let grams = (0..<weights.shape[0]).map { Matrix(weights[$0]).gram(ofRows: true) }
      known[key] = grams
      return grams[head]
    }
  }
}
