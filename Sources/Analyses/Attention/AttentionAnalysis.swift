package import Engine
package import Results
import Support
import Synchronization
import Tensors
import Transformers

/// Where every head looks: the attention table of every layer and head over a corpus, what the heads do on repeated
/// tokens, how many of them count, and a few documents' patterns for figures; of each of the model's kinds of attention.
///
/// Bidirectional, causal and cross patterns go through the same code, some rows at a time while the model runs. Means
/// are over the query rows that see at least two keys; intervals are bootstrap intervals over documents. Definitions:
/// `AttentionMetrics`.
package struct AttentionAnalysis: CorpusAnalysis {
  package static let id = AttentionMetrics.analysis

  let model: Model
  let outputGrams: HeadOutputGrams
  package var thresholds = PatternClass.Thresholds()
  /// Whether means are to have intervals; the classes of heads need none.
  package var hasIntervals = true
  let kinds: [AttentionKind]
  private let gate: AttentionSamples.Gate

  package init(_ context: AnalysisContext) {
    model = context.model
    outputGrams = HeadOutputGrams(model: context.model)
    kinds = AttentionKind.all(of: model.description)
    gate = AttentionSamples.Gate(among: context.examples)
  }

  package var needs: Needs {
    var needs = Needs()
    for kind in kinds {
      // Repeated tokens are short enough for whole patterns.
      if kind.plane == nil && !kind.isCross {
        needs.repeatedTokenSites.formUnion((0..<kind.layers).map(kind.pattern))
      }
    }
    let (kinds, gate, outputGrams) = (kinds, gate, outputGrams)
    needs.watchers = [
      { documents, targets in
        BatchAttention(kinds, documents, targets, choices: documents.map(gate.choose), outputGrams: outputGrams)
      }
    ]
    return needs
  }

  /// A watcher for a batch of which no map is kept and how much heads write is not asked for: it looks at rows alone.
  package func rowWatcher(_ documents: [TokenizedDocument], _ targets: [TokenizedDocument]) -> any AttentionWatcher {
    BatchAttention(
      kinds, documents, targets, choices: documents.map { _ in AttentionSamples.Choice() },
      outputGrams: outputGrams)
  }

  /// Of each kind.
  package var empty: [AttentionTotals] { kinds.map(AttentionTotals.init) }

  package func observe(_ observation: Observation, into state: inout [AttentionTotals]) {
    switch observation.stream {
    case .corpus:
      for case let sums as BatchAttention in observation.watchers {
        for index in kinds.indices { observe(observation, sums, index, into: &state[index]) }
      }
      addImportance(observation, to: &state)
    case .repeatedTokens(let start, let half):
      for (index, kind) in kinds.enumerated() where !kind.isCross {
        state[index].observe(repeated: observation, of: kind, start: start, half: half, weights(observation))
      }
    case .maskedCorpus:
      // A masked language model has its loss here.
      addImportance(observation, to: &state)
    }
  }

  private func addImportance(_ observation: Observation, to state: inout [AttentionTotals]) {
    let weights = weights(observation)
    for (index, kind) in kinds.enumerated() { state[index].observe(importance: observation, of: kind, weights) }
  }

  private func observe(
    _ observation: Observation, _ sums: BatchAttention, _ index: Int, into state: inout AttentionTotals
  ) {
    for (choice, document) in zip(sums.choices, observation.documents) { state.samples.consider(document, choice) }
    let documents = observation.documents.indices.filter { sums.counts(kind: index, document: $0) }
    guard documents.allSatisfy({ !sums.cell(kind: index, head: 0, document: $0).sums.isEmpty }) else { return }
    let weights = weights(observation)
    for i in documents {
      state.add(
        denominatorsOf: sums.keys(kind: index, document: i).length, queries: sums.queryCount(kind: index, document: i),
        of: kinds[index], weights[i])
      state.see(sums.keys(kind: index, document: i).kinds)
      state.keepMaps(sums, index, of: kinds[index], document: i, observation)
      if kinds[index].isCross, observation.targets[i].prediction?.alignment?.isCut == true { state.cutAlignments += 1 }
    }
    forEachElement(of: &state.heads) { tally, piece in
      for i in documents {
        tally.add(
          sums.cell(kind: index, head: piece, document: i), document: sums.keys(kind: index, document: i),
          weights: weights[i])
      }
    }
  }

  private func weights(_ observation: Observation) -> [BootstrapWeights] {
    hasIntervals ? observation.weights : observation.documents.map { _ in .none }
  }
}

/// `Σ_t ‖z_t W_O‖` of one head on one document: `z` is `[B, T, H, D]`, `gram` the head's `W_O W_Oᵀ`.
func outputNorm(_ z: Tensor, gram: Matrix, document: Int, head: Int, length: Int) -> Double {
  let (heads, width) = (z.shape[2], z.shape[3])
  var norm = 0.0
  // Some rows at a time, so that a long document is never there in double.
  for start in stride(from: 0, to: length, by: 512) {
    let rows = start..<min(length, start + 512)
    var vectors = Matrix(rows: rows.count, columns: width)
    for (row, t) in rows.enumerated() {
      let source = z.pointer + ((document * z.shape[1] + t) * heads + head) * width
      for d in 0..<width { vectors.values[row * width + d] = Double(source[d]) }
    }
    let projected = Matrix.product(vectors, gram)
    for row in 0..<rows.count {
      var square = 0.0
      for d in 0..<width { square += vectors.values[row * width + d] * projected.values[row * width + d] }
      norm += square < 0 ? 0 : square.squareRoot()
    }
  }
  return norm
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

  subscript(stack: Component.Stack, layer layer: Int) -> [Matrix] {
    let key = Key(stack: stack, layer: layer)
    return known.withLock { known in
      if let grams = known[key] { return grams }
      let weights = model.headOutputWeights(layer: layer, ofEncoder: stack == .encoder, isCross: stack == .cross)
      let grams = (0..<weights.shape[0]).map { Matrix(weights[$0]).gram(ofRows: true) }
      known[key] = grams
      return grams
    }
  }
}
