import CKernels
import Corpora
import Engine
import Foundation
package import Results
import Support
package import Transformers

extension AttentionAnalysis {
  package func result(of state: [AttentionTotals]) throws -> AnalysisResult {
    let kinds = zip(kinds, state).map(MeasuredKind.init)
    guard kinds.contains(where: { $0.rows.documents > 0 }) else {
      return AnalysisResult(id: AttentionAnalysis.id, notApplicable: Message("note.attention.none"))
    }
    var result = AnalysisResult(id: AttentionAnalysis.id, tables: [])
    let copying = copyingScores(of: model)
    for sums in kinds {
      let stack = sums.kind.stack
      let readsOut = stack == .only || stack == .decoder
      let tables = sums.tables(
        copying: readsOut ? copying : [Quantity](repeating: .notApplicable, count: sums.heads.count))
      for table in tables {
        if let known = result.tables.firstIndex(where: { $0.metric.id == table.metric.id }) {
          result.tables[known].rows += table.rows
        } else {
          result.tables.append(table)
        }
      }
      let own = AnalysisResult(id: AttentionAnalysis.id, tables: tables)
      result.set(
        classes: sums.heads.indices.map { head in
          // A head without numbers has no class.
          own[AttentionMetrics.entropy]?.rows[head].quantity.value == nil
            ? nil : sums.patternClass(head, own, thresholds)
        }, of: stack)
      result.notes += sums.notes.map { Note($0.message, stack: stack, about: $0.subject) }
      sums.addMaps(to: &result)
    }
    return result
  }
}

extension AttentionAnalysis {
  /// The class of every head, under the sites of its layer's pattern; of a kind of attention of which nothing was seen
  /// there is none.
  package func classes(of state: [AttentionTotals]) -> [Site: [PatternClass]] {
    var classes: [Site: [PatternClass]] = [:]
    for sums in zip(kinds, state).map(MeasuredKind.init) where sums.rows.documents > 0 {
      let tables = AnalysisResult(id: AttentionAnalysis.id, tables: sums.classTables())
      let all = sums.heads.indices.map { sums.patternClass($0, tables, thresholds) }
      for layer in 0..<sums.kind.layers {
        classes[sums.kind.pattern(layer: layer)] = Array(all[sums.layerHeads(layer)])
      }
    }
    return classes
  }
}

/// A kind of attention with what was added up of it.
private struct MeasuredKind {
  typealias Denominator = AttentionTotals.Denominator

  let kind: AttentionKind
  let sums: AttentionTotals

  var heads: [HeadTotals] { sums.heads }
  var repeated: [BootstrapSums] { sums.repeated }
  var rows: BootstrapSums { sums.rows }
  var repeatedSequences: BootstrapSums { sums.repeatedSequences }
  var samples: AttentionSamples { sums.samples }
  var longest: Int { sums.longest }
  var longest16: Int { sums.longest16 }
  var documents16: Int { sums.documents16 }
  var documents64: Int { sums.documents64 }
  var seenKinds: [TokenKind] { sums.seenKinds }
  var cutAlignments: Int { sums.cutAlignments }
}

extension MeasuredKind {
  /// Every table of the analysis, with the rows of this kind.
  fileprivate func tables(copying: [Quantity]) -> [MetricTable] {
    return classTables() + [
      table(AttentionMetrics.copyingScore) { copying[$0] },
      table(AttentionMetrics.keyMarginalEntropy) { marginalEntropy(heads[$0].marginal, longest, .rows) },
      table(AttentionMetrics.keyMarginalOrdinary) { ordinaryPeak(heads[$0]) },
      ratioTable(AttentionMetrics.normalisedEntropy16, HeadTotals.Extra.normalised16.index, .rows16),
      ratioTable(AttentionMetrics.maxWeight16, HeadTotals.Extra.maximum16.index, .rows16),
      table(AttentionMetrics.keyMarginalEntropy16) { marginalEntropy(heads[$0].marginal16, longest16, .rows16) },
      ratioTable(AttentionMetrics.specialAndFirstShare16, HeadTotals.Extra.specialAndFirst16.index, .rows16),
      kind.isCross
        ? table(AttentionMetrics.longRangeShare64) { _ in .notApplicable }
        : ratioTable(AttentionMetrics.longRangeShare64, HeadTotals.Extra.longRange64.index, .placedRows64),
      table(AttentionMetrics.importanceShare) { share($0, \.importanceWeight) },
      table(AttentionMetrics.outputShare) { share($0, \.outputWeight) },
      layerTable(AttentionMetrics.effectiveHeads) { effectiveHeads(layer: $0, \.importanceWeight) },
      layerTable(AttentionMetrics.effectiveHeadsByOutput) { effectiveHeads(layer: $0, \.outputWeight) },
      MetricTable(AttentionMetrics.sinkRate, [MetricTable.Row(Component(.model, stack: kind.stack), sinkRate())]),
    ] + (isAligned ? [table(AttentionMetrics.alignmentErrorRate) { errorRate(heads[$0].agreement) }] : [])
  }

  fileprivate var isAligned: Bool { heads.contains { $0.agreement.documents > 0 } }

  /// `1 − (|A∩S| + |A∩P|)/(|A| + |S|)` over all documents.
  private func errorRate(_ agreement: BootstrapSums) -> Quantity {
    var quantity = agreement.ratio(0, to: agreement, 1, n: agreement.documents)
    quantity.number = 1 - quantity.number
    quantity.interval = quantity.interval.map { 1 - $0.upperBound...1 - $0.lowerBound }
    return quantity
  }

  /// Row means and the scores on repeated tokens, among them all that classes go by.
  fileprivate func classTables() -> [MetricTable] {
    rowMeanTables()
      + zip(AttentionMetrics.repeatedTokenScores.indices, AttentionMetrics.repeatedTokenScores).map { i, metric in
        table(metric) { repeated[$0].ratio(i, to: repeatedSequences, 0) }
      }
  }

  fileprivate func addMaps(to result: inout AnalysisResult) {
    AttentionSample.write(samples.samples.map(sample), to: &result, stack: kind.stack)
    guard let pooled = samples.pooled else { return }
    let shape = [kind.layers, kind.heads, pooled.blocks, pooled.blocks]
    PooledAttention(
      id: pooled.rank.id, length: pooled.length, size: pooled.size,
      mean: NumericArray(shape: shape, values: pooled.mean),
      maximum: NumericArray(shape: shape, values: pooled.maximum)
    ).write(to: &result, stack: kind.stack)
  }

  private func sample(_ kept: AttentionSamples.Sample) -> AttentionSample {
    func names(_ names: AttentionSamples.Names) -> AttentionSample.Names {
      AttentionSample.Names(names.tokens, entries: names.entries)
    }
    let (keys, queries) = (kept.keys.tokens.count, (kept.queries ?? kept.keys).tokens.count)
    let alignment = kept.alignment.map { alignment in
      AttentionSample.Alignment(
        keys: Array(alignment.source.prefix(keys)), queries: Array(alignment.target.prefix(queries)),
        links: alignment.gold.links.map { .init(source: $0.source, target: $0.target, isSure: $0.isSure) })
    }
    return AttentionSample(
      id: kept.rank.id, keys: names(kept.keys), queries: kept.queries.map(names),
      alignment: kept.queries == nil ? nil : alignment,
      pattern: NumericArray(shape: [kind.layers, kind.heads, queries, keys], values: kept.pattern))
  }

  private func component(_ index: Int) -> Component {
    Component(.head(layer: index / kind.heads, head: index % kind.heads), stack: kind.stack)
  }

  private func table(_ metric: Metric, _ quantity: (Int) -> Quantity) -> MetricTable {
    let isOfPatches = kind.plane != nil && metric.unit == "tokens"
    return MetricTable(
      isOfPatches ? metric.measured(in: "patches") : metric,
      heads.indices.map { MetricTable.Row(component($0), quantity($0)) })
  }

  private func layerTable(_ metric: Metric, _ quantity: (Int) -> Quantity) -> MetricTable {
    MetricTable(
      metric, (0..<kind.layers).map { MetricTable.Row(Component(.layer($0), stack: kind.stack), quantity($0)) })
  }

  private func ratioTable(_ metric: Metric, _ index: Int, _ denominator: Denominator) -> MetricTable {
    table(metric) { heads[$0].means.ratio(index, to: rows, denominator.rawValue) }
  }

  private func rowMeanTables() -> [MetricTable] {
    // What a line of positions has, what a plane has too, and what kinds of tokens there are.
    let inLine = !kind.isCross && kind.plane == nil, hasDistances = !kind.isCross
    let sources: [(Metric, Int, applies: Bool)] = [
      (AttentionMetrics.entropy, TK_ATTENTION_ENTROPY, true),
      (AttentionMetrics.normalisedEntropy, TK_ATTENTION_NORMALISED, true),
      (AttentionMetrics.effectiveTokens, TK_ATTENTION_EFFECTIVE, true),
      (AttentionMetrics.maxWeight, TK_ATTENTION_MAXIMUM, true),
      (AttentionMetrics.distance, TK_ATTENTION_DISTANCE, hasDistances),
      (AttentionMetrics.localShare, TK_ATTENTION_LOCAL, hasDistances),
      (AttentionMetrics.longRangeShare, TK_ATTENTION_LONG_RANGE, hasDistances),
      (AttentionMetrics.selfShare, TK_ATTENTION_SELF, hasDistances),
      (AttentionMetrics.previousShare, TK_ATTENTION_PREVIOUS, inLine),
      (AttentionMetrics.nextShare, TK_ATTENTION_NEXT, inLine && !kind.isCausal),
      (AttentionMetrics.firstShare, TK_ATTENTION_FIRST, true),
      (AttentionMetrics.openingShare, TK_ATTENTION_OPENING, seenKinds.contains(.opening)),
      (AttentionMetrics.closingShare, TK_ATTENTION_CLOSING, seenKinds.contains(.closing)),
      (AttentionMetrics.punctuationShare, TK_ATTENTION_PUNCTUATION, seenKinds.contains(.punctuation)),
      (
        AttentionMetrics.separatorShare, HeadTotals.Extra.separator.index,
        kind.plane == nil && seenKinds != [.ordinary]
      ),
      (AttentionMetrics.padShare, TK_ATTENTION_PAD, true),
      (AttentionMetrics.diagonalScore, TK_ATTENTION_DIAGONAL, hasDistances),
      (AttentionMetrics.uniformScore, TK_ATTENTION_UNIFORM, true),
      (AttentionMetrics.hierarchicalScore, TK_ATTENTION_HIERARCHICAL, hasDistances),
    ]
    let ofDistances: Set = [
      TK_ATTENTION_DISTANCE, TK_ATTENTION_LOCAL, TK_ATTENTION_LONG_RANGE, TK_ATTENTION_SELF, TK_ATTENTION_DIAGONAL,
      TK_ATTENTION_HIERARCHICAL,
    ]
    var tables = sources.map { metric, index, applies in
      applies
        ? ratioTable(metric, index, ofDistances.contains(index) ? .placedRows : .rows)
        : table(metric) { _ in .notApplicable }
    }
    tables.insert(
      table(AttentionMetrics.distanceRatio) {
        heads[$0].means.ratio(
          TK_ATTENTION_DISTANCE, to: heads[$0].means, TK_ATTENTION_UNIFORM_DISTANCE, n: rowCount(.placedRows))
      }, at: 5)
    tables.append(table(AttentionMetrics.fixedOffsetShare) { inLine ? bestOffset(heads[$0]) : .notApplicable })
    return tables
  }

  private func rowCount(_ denominator: Denominator) -> Int { Int(rows.totals[denominator.rawValue]) }

  /// The largest share that lies on one offset of two or more.
  private func bestOffset(_ head: HeadTotals) -> Quantity {
    let best = (Array(head.behind.dropFirst(2)) + head.ahead.dropFirst(2)).max()
    guard let best, rowCount(.rows) > 0 else { return .notApplicable }
    let sum = head.behind.reduce(0, +) + head.ahead.reduce(0, +)
    return Quantity(sum.isNaN ? .nan : best / Double(rowCount(.rows)), n: rowCount(.rows))
  }

  private func marginalEntropy(_ marginal: [Double], _ longest: Int, _ denominator: Denominator) -> Quantity {
    guard longest > 1, rowCount(denominator) > 0 else { return .notApplicable }
    let value = marginal.contains { !$0.isFinite } ? .nan : entropy(ofShares: marginal) / log(Double(longest))
    return Quantity(value, n: rowCount(denominator))
  }

  /// Of the mass at the key that all queries like best, the part on ordinary tokens after the first position.
  private func ordinaryPeak(_ head: HeadTotals) -> Quantity {
    guard let peak = head.marginal16.indices.max(by: { head.marginal16[$0] < head.marginal16[$1] }) else {
      return .notApplicable
    }
    let ordinary = peak < head.ordinary16.count ? head.ordinary16[peak] : 0
    return Quantity(ordinary / head.marginal16[peak], n: rowCount(.rows16))
  }

  fileprivate func layerHeads(_ layer: Int) -> Range<Int> { layer * kind.heads..<(layer + 1) * kind.heads }

  /// Of a layer's weights the part that one head has; not applicable where there are none or all are 0.
  private func share(_ index: Int, _ weight: KeyPath<HeadTotals, HeadTotals.Weight>) -> Quantity {
    let layer = layerHeads(index / kind.heads).map { heads[$0][keyPath: weight] }
    let all = layer.reduce(0) { $0 + $1.total }, own = heads[index][keyPath: weight]
    guard own.documents > 0, all != 0 else { return .notApplicable }
    var sums = [Double](repeating: 0, count: own.replicates.count)
    for other in layer {
      for (r, value) in other.replicates.enumerated() { sums[r] += value }
    }
    return Quantity(
      own.total / all, n: own.documents,
      interval: own.documents > 1 ? interval95(zip(own.replicates, sums).compactMap { $1 > 0 ? $0 / $1 : nil }) : nil)
  }

  private func effectiveHeads(layer: Int, _ weight: KeyPath<HeadTotals, HeadTotals.Weight>) -> Quantity {
    let weights = layerHeads(layer).map { heads[$0][keyPath: weight] }, documents = weights[0].documents
    let totals = weights.map(\.total)
    guard documents > 0, totals.contains(where: { $0 != 0 }) else { return .notApplicable }
    let values = weights[0].replicates.indices.map { r in exp(entropy(ofShares: weights.map { $0.replicates[r] })) }
    return Quantity(
      exp(entropy(ofShares: totals)), n: documents, interval: documents > 1 ? interval95(values) : nil)
  }

  /// The fraction of heads whose mean first-token mass exceeds 0.3.
  private func sinkRate() -> Quantity {
    let below = rows.totals[Denominator.sinkRows.rawValue]
    guard below > 0 else { return .notApplicable }
    let index = HeadTotals.Extra.sink.index
    func rate(_ sums: [Double], _ rows: Double) -> Double {
      if sums.contains(where: \.isNaN) { return .nan }
      return Double(sums.count { $0 / rows > 0.3 }) / Double(sums.count)
    }
    let denominators = rows.replicates(Denominator.sinkRows.rawValue)
    let replicates = heads.map { $0.means.replicates(index) }
    let values = denominators.indices.filter { denominators[$0] > 0 }.map { r in
      rate(replicates.map { $0[r] }, denominators[r])
    }
    return Quantity(
      rate(heads.map { $0.means.totals[index] }, below), n: Int(below),
      interval: documents16 > 1 ? interval95(values) : nil)
  }

  fileprivate func patternClass(_ index: Int, _ result: AnalysisResult, _ thresholds: PatternClass.Thresholds)
    -> PatternClass
  {
    PatternClass(thresholds) { result[$0]?.rows[index].quantity.value }
  }

  /// Without the stack, which is this kind's.
  fileprivate var notes: [Note] {
    var notes: [Note] = [
      Note(
        Message(
          "note.attention.longDocuments",
          [
            "documents16": documents16, "documents": rows.documents, "ruleLength": HeadTotals.ruleLength,
            "documents64": documents64, "longRangeLength": HeadTotals.longRangeLength,
          ]))
    ]
    if repeatedSequences.documents > 0 {
      notes.append(
        Note(
          Message("note.attention.repeatedTokens", ["documents": repeatedSequences.documents]),
          about: .repeatedTokens))
    }
    let aligned = heads.first?.agreement.documents ?? 0
    if aligned > 0 || cutAlignments > 0 {
      notes.append(
        Note(Message("note.attention.alignments", ["aligned": aligned, "cutAlignments": cutAlignments])))
    }
    if let plane = kind.plane {
      notes.append(
        Note(
          Message(
            "note.attention.patches", ["patches": plane.patches, "formatted": plane.far.formatted()])))
    }
    for sample in samples.samples where sample.keys.tokens.count < sample.length {
      notes.append(
        Note(
          Message(
            "note.attention.shortened",
            ["rank": sample.rank.id, "tokens": sample.keys.tokens.count, "length": sample.length]),
          about: .document(sample.rank.id)))
    }
    if let pooled = samples.pooled {
      notes.append(
        Note(
          Message(
            "note.attention.pooled",
            ["rank": pooled.rank.id, "length": pooled.length, "size": pooled.size]), about: .document(pooled.rank.id)))
    }
    return notes
  }
}

extension HeadTotals {
  /// What a head is weighed by against the others of its layer: the sum over documents, and of every replicate.
  fileprivate struct Weight {
    var total: Double
    var replicates: [Double]
    var documents: Int

    init(_ sums: BootstrapSums, _ index: Int) {
      total = sums.totals[index]
      replicates = sums.replicates(index)
      documents = sums.documents
    }
  }

  fileprivate var importanceWeight: Weight { Weight(importance, 0) }
  fileprivate var outputWeight: Weight { Weight(means, Extra.outputNorm.index) }
}
