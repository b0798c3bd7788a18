import Synchronization
import Tensors
import Transformers

/// Where every head looks: the attention table of every layer and head over a corpus, what the heads do on repeated
/// tokens, how many of them count, and a few documents' patterns for figures.
///
/// Bidirectional and causal patterns go through the same code. Means are over the query rows that see at least two
/// keys; intervals are bootstrap intervals over documents. Definitions: `AttentionMetrics`.
package struct AttentionAnalysis: Analysis {
  package static let id = "attention"

  let model: Model
  let outputGrams: HeadOutputGrams
  package var thresholds = PatternClass.Thresholds()

  /// Layer by layer, head by head.
  var heads: [HeadSums]
  var repeated: [BootstrapSums]
  var rows = BootstrapSums(width: Denominator.allCases.count)
  var repeatedSequences = BootstrapSums(width: 1)
  var samples = AttentionSamples()
  var longest = 0
  var longest16 = 0
  var documents16 = 0
  var documents64 = 0
  var seenKinds: Set<TokenKind> = []

  /// What the sums of heads are divided by.
  enum Denominator: Int, CaseIterable {
    case rows, rows16, rows64, uniformDistance, sinkRows, tokens, documentsWithGradient
  }

  package init(_ context: AnalysisContext) {
    model = context.model
    outputGrams = HeadOutputGrams(model: context.model)
    let count = model.description.layers * model.description.heads
    heads = [HeadSums](repeating: HeadSums(), count: count)
    repeated = [BootstrapSums](repeating: BootstrapSums(width: 6), count: count)
  }

  var layers: Int { model.description.layers }
  var headsPerLayer: Int { model.description.heads }

  package var needs: Needs {
    var needs = Needs()
    for layer in 0..<layers {
      needs.sites.formUnion([.pattern(layer: layer), .z(layer: layer)])
      needs.repeatedTokenSites.insert(.pattern(layer: layer))
    }
    return needs
  }

  package mutating func observe(_ observation: Observation) throws {
    let patterns = (0..<layers).compactMap { observation.trace[.pattern(layer: $0)] }
    guard patterns.count == layers else { return }
    switch observation.stream {
    case .corpus: observeCorpus(observation, patterns)
    case .repeatedTokens(let start, let half): observeRepeated(observation, patterns, start: start, half: half)
    case .maskedCorpus: break
    }
  }

  private mutating func observeCorpus(_ observation: Observation, _ patterns: [Tensor]) {
    let documents = observation.documents.indices.filter { observation.documents[$0].ids.count > 1 }
    let keys = observation.documents.map(DocumentKeys.init)
    let weights = observation.documents.map { BootstrapWeights(hash: $0.hash) }
    let causal = model.description.isCausal
    let trace = observation.trace
    let hasGradient = (0..<layers).allSatisfy { trace.gradients[.z(layer: $0)] != nil }
    // The loss is a mean over the batch's targets: undone, so that a document counts the same in every batch.
    let targets = observation.documents.reduce(0) { $0 + $1.ids.count - (causal ? 1 : 0) }

    for i in documents {
      add(denominatorsOf: keys[i].length, weights[i], isCausal: causal, hasGradient: hasGradient)
      seenKinds.formUnion(keys[i].kinds)
      samples.offer(observation.documents[i], index: i, patterns: patterns)
    }
    let (perLayer, grams) = (headsPerLayer, outputGrams)
    heads.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let heads = buffer
      forEachPiece(heads.count) { piece in
        let (layer, head) = (piece / perLayer, piece % perLayer)
        let (pattern, z) = (patterns[layer], trace[.z(layer: layer)])
        let gradient = hasGradient ? trace.gradients[.z(layer: layer)] : nil
        let gram = z == nil ? nil : grams[layer: layer, head: head]
        for i in documents {
          let importance = HeadImportance(
            z: z, gradient: gradient, gram: gram, document: i, head: head, length: keys[i].length)
          heads[piece].add(
            pattern: pattern.pointer + (i * perLayer + head) * pattern.shape[2] * pattern.shape[3],
            stride: pattern.shape[3], document: keys[i], isCausal: causal,
            importance: (importance.norm, importance.gradient * Double(targets)), weights: weights[i])
        }
      }
    }
  }

  private mutating func add(
    denominatorsOf length: Int, _ weights: BootstrapWeights, isCausal: Bool, hasGradient: Bool
  ) {
    let count = Double(isCausal ? length - 1 : length)
    var values = [Double](repeating: 0, count: Denominator.allCases.count)
    values[Denominator.rows.rawValue] = count
    values[Denominator.tokens.rawValue] = Double(length)
    values[Denominator.documentsWithGradient.rawValue] = hasGradient ? 1 : 0
    // Σ_q Σ_k |q−k|/n_q: q/2 for a causal row, else by symmetry (T² − 1)/3 in all.
    let t = Double(length)
    values[Denominator.uniformDistance.rawValue] = isCausal ? t * (t - 1) / 4 : (t * t - 1) / 3
    longest = max(longest, length)
    if length >= HeadSums.ruleLength {
      values[Denominator.rows16.rawValue] = count
      values[Denominator.sinkRows.rawValue] = Double(min(length, HeadSums.sinkLength) - 1)
      longest16 = max(longest16, length)
      documents16 += 1
    }
    if length >= HeadSums.longRangeLength {
      values[Denominator.rows64.rawValue] = count
      documents64 += 1
    }
    rows.add(values, weights)
  }

  private mutating func observeRepeated(_ observation: Observation, _ patterns: [Tensor], start: Int, half: Int) {
    let weights = observation.documents.map { BootstrapWeights(hash: $0.hash) }
    for weight in weights { repeatedSequences.add([1], weight) }
    let perLayer = headsPerLayer
    repeated.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let sums = buffer
      forEachPiece(sums.count) { piece in
        let pattern = patterns[piece / perLayer]
        for (i, document) in observation.documents.enumerated() {
          let base = pattern.pointer + (i * perLayer + piece % perLayer) * pattern.shape[2] * pattern.shape[3]
          let scores = RepeatedTokenScores(
            pattern: base, stride: pattern.shape[3], ids: document.ids, start: start, half: half)
          sums[piece].add(scores.values, weights[i])
        }
      }
    }
  }

  package mutating func merge(_ other: AttentionAnalysis) {
    for i in heads.indices {
      heads[i].merge(other.heads[i])
      repeated[i].merge(other.repeated[i])
    }
    rows.merge(other.rows)
    repeatedSequences.merge(other.repeatedSequences)
    samples.merge(other.samples)
    longest = max(longest, other.longest)
    longest16 = max(longest16, other.longest16)
    documents16 += other.documents16
    documents64 += other.documents64
    seenKinds.formUnion(other.seenKinds)
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
  private let known = Mutex<[Int: [Matrix]]>([:])

  init(model: Model) { self.model = model }

  subscript(layer layer: Int, head head: Int) -> Matrix {
    known.withLock { known in
      if let grams = known[layer] { return grams[head] }
      let weights = model.headOutputWeights(layer: layer)
      let grams = (0..<weights.shape[0]).map { Matrix(weights[$0]).gram(ofRows: true) }
      known[layer] = grams
      return grams[head]
    }
  }
}
