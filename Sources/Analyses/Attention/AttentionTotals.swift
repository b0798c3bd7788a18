import CKernels
import Engine
import Support
import Tensors
import Transformers

/// What the attention analysis adds up of one kind of attention.
package struct AttentionTotals: AnalysisState {
  /// Layer by layer, head by head.
  var heads: [HeadTotals]
  var repeated: [BootstrapSums]
  var rows = BootstrapSums(width: Denominator.allCases.count)
  var repeatedSequences = BootstrapSums(width: 1)
  var samples = AttentionSamples()
  var longest = 0
  var longest16 = 0
  var documents16 = 0
  var documents64 = 0
  /// In the order of their first token.
  var seenKinds: [TokenKind] = []
  /// Documents whose words people aligned but which were cut.
  var cutAlignments = 0

  /// What the sums of heads are divided by.
  enum Denominator: Int, CaseIterable {
    /// Rows that see two keys; those of them whose query has a place (patches of an image, every token).
    case rows, placedRows
    case rows16, placedRows64, sinkRows, tokens
  }

  init(_ kind: AttentionKind) {
    let count = kind.layers * kind.heads
    heads = [HeadTotals](repeating: HeadTotals(), count: count)
    repeated = [BootstrapSums](repeating: BootstrapSums(width: 6), count: count)
  }

  /// Adds a document of `length` keys.
  mutating func add(
    denominatorsOf length: Int, queries: Int, of kind: AttentionKind, _ weights: BootstrapWeights
  ) {
    let count = Double(kind.rows(queries: queries, keys: length))
    let placed = kind.plane.map { Double($0.patches) } ?? count
    var values = [Double](repeating: 0, count: Denominator.allCases.count)
    values[Denominator.rows.rawValue] = count
    values[Denominator.placedRows.rawValue] = placed
    values[Denominator.tokens.rawValue] = Double(queries)
    longest = max(longest, length)
    if length >= HeadTotals.ruleLength {
      values[Denominator.rows16.rawValue] = count
      values[Denominator.sinkRows.rawValue] = Double(min(queries, HeadTotals.sinkLength) - 1)
      longest16 = max(longest16, length)
      documents16 += 1
    }
    if length >= HeadTotals.longRangeLength {
      values[Denominator.placedRows64.rawValue] = placed
      documents64 += 1
    }
    rows.add(values, weights)
  }

  /// Adds how much masking each head would change the documents' loss, where the trace has its gradient.
  mutating func observe(
    importance observation: Observation, of kind: AttentionKind, _ weights: [BootstrapWeights]
  ) {
    let seen = observation.gradients
    let effects = (0..<kind.layers).compactMap { seen?.maskEffects[kind.z(layer: $0)] }
    guard effects.count == kind.layers else { return }
    let queries = kind.queries(observation.documents, observation.targets).map(\.ids.count)
    let keys = kind.keys(observation.documents, observation.targets).map(\.ids.count)
    let usable = observation.documents.indices.filter { kind.rows(queries: queries[$0], keys: keys[$0]) > 0 }
    // The loss is a mean over the batch's labels: undone, so that a document counts the same in every batch.
    let labels = Double(observation.trace.labelCount), perLayer = kind.heads
    forEachElement(of: &heads) { tally, index in
      let (layer, head) = (index / perLayer, index % perLayer)
      for i in usable {
        tally.importance.add([effects[layer][i * perLayer + head] * labels], weights[i])
      }
    }
  }

  mutating func observe(
    repeated observation: Observation, of kind: AttentionKind, start: Int, half: Int, _ weights: [BootstrapWeights]
  ) {
    let patterns = (0..<kind.layers).compactMap { observation.trace[kind.pattern(layer: $0)] }
    // A decoder reads the same tokens behind its own first one.
    let documents = kind.queries(observation.documents, observation.targets)
    guard patterns.count == kind.layers, documents.count == observation.documents.count else { return }
    let starts = zip(observation.documents, documents).map { source, read in
      let x = source.ids[start..<start + half]
      return (0...max(0, read.ids.count - 2 * half)).first { read.ids.dropFirst($0).starts(with: x) }
    }
    let usable = documents.indices.filter { starts[$0].map { $0 + 2 * half } ?? .max <= documents[$0].ids.count }
    for i in usable { repeatedSequences.add([1], weights[i]) }
    let perLayer = kind.heads
    forEachElement(of: &repeated) { sums, head in
      let pattern = patterns[head / perLayer]
      for i in usable {
        guard let start = starts[i] else { continue }
        let base = pattern.pointer + (i * perLayer + head % perLayer) * pattern.shape[2] * pattern.shape[3]
        let scores = RepeatedTokenScores(
          pattern: base, stride: pattern.shape[3], ids: documents[i].ids, start: start, half: half)
        sums.add(scores.values, weights[i])
      }
    }
  }

  /// Offers what was kept of a document's maps.
  mutating func keepMaps(
    _ sums: BatchAttention, _ index: Int, of kind: AttentionKind, document i: Int, _ observation: Observation
  ) {
    let choice = sums.choices[i], document = observation.documents[i], rank = AttentionSamples.Rank(document)
    let cells = heads.indices.map { sums.cell(kind: index, head: $0, document: i) }
    if choice.isShown {
      let keys = kind.keys(observation.documents, observation.targets)[i]
      // A row of cross-attention belongs to the token that is predicted there.
      let predicted = kind.isCross ? observation.targets[i].prediction : nil
      samples.offer(
        AttentionSamples.Sample(
          rank: rank, keys: .init(keys.tokens, keys.entries),
          queries: kind.isCross
            ? .init(predicted?.tokens ?? observation.targets[i].tokens, predicted?.entries ?? []) : nil,
          alignment: kind.isCross ? sums.alignment(document: i) : nil, pattern: cells.flatMap(\.map),
          length: keys.ids.count))
    }
    if let first = cells.first?.pooled {
      let length = sums.keys(kind: index, document: i).length
      samples.offer(
        AttentionSamples.Pooled(
          rank: rank, length: length, size: first.size, blocks: first.blocks,
          mean: cells.flatMap { $0.pooled?.means(length: length, isCausal: kind.isCausal) ?? [] },
          maximum: cells.flatMap { $0.pooled?.maximum ?? [] }))
    }
  }

  mutating func see(_ kinds: [TokenKind]) {
    for kind in kinds where !seenKinds.contains(kind) { seenKinds.append(kind) }
  }

  package mutating func merge(_ later: AttentionTotals) {
    heads.merge(later.heads)
    repeated.merge(later.repeated)
    rows.merge(later.rows)
    repeatedSequences.merge(later.repeatedSequences)
    samples.merge(later.samples)
    longest = max(longest, later.longest)
    longest16 = max(longest16, later.longest16)
    documents16 += later.documents16
    documents64 += later.documents64
    see(later.seenKinds)
    cutAlignments += later.cutAlignments
  }

  package func fits(_ later: AttentionTotals) -> Bool {
    heads.fits(later.heads) && repeated.fits(later.repeated) && rows.fits(later.rows)
      && repeatedSequences.fits(later.repeatedSequences) && samples.fits(later.samples)
  }
}
