import Analyses
import Corpora
import Engine
import Foundation
import Results
import Support
import TestSupport
import Testing
import Transformers

@Suite("Accumulators stream and merge")
struct AccumulatorTests {
  static let models = ["gpt2", "bert_mlm"]

  /// Halves merged, and the same batches in one.
  private func halves<A: CorpusAnalysis>(_ type: A.Type, _ corpus: SmallCorpus) throws -> (
    merged: Accumulator<A>, whole: Accumulator<A>
  ) {
    let batches = corpus.batches(of: 5)
    var merged = try corpus.accumulated(type, batches: Array(batches[..<2]))
    merged.merge(try corpus.accumulated(type, batches: Array(batches[2...])))
    return (merged, try corpus.accumulated(type, batches: batches))
  }

  private func compare<A: CorpusAnalysis>(_ type: A.Type, _ corpus: SmallCorpus) throws {
    let (merged, whole) = try halves(type, corpus)
    #expect(try differences(merged.result(), whole.result()) == [])
    var other = Accumulator(A(corpus.context))
    other.merge(whole)
    #expect(try differences(other.result(), whole.result()) == [])
    var emptyLast = whole
    emptyLast.merge(Accumulator(A(corpus.context)))
    #expect(try differences(emptyLast.result(), whole.result()) == [])
  }

  /// Those that concern the corpus's model.
  private func all(_ corpus: SmallCorpus) -> [any Analysis.Type] {
    AnalysisSuite.chosen(AnalysisSuite.all.map { $0.id }, for: corpus.model.description)
  }

  @Test("Every analysis alone gets the corpus, but those of weights and tasks, which read none")
  func needs() throws {
    let corpus = try SmallCorpus("gpt2", documents: 1)
    for type in all(corpus) {
      #expect(
        type.init(corpus.context).needs.readsCorpus
          == ![WeightAnalysis.id, WeightCensus.id, CausalAnalysis.id].contains(type.id), "\(type.id)")
      #expect(type.readsCorpus == type.init(corpus.context).needs.readsCorpus, "\(type.id)")
    }
  }

  @Test("Two halves merge into the whole", arguments: models)
  func merging(_ name: String) throws {
    let corpus = try SmallCorpus(name)
    try compare(AttentionAnalysis.self, corpus)
    try compare(GradientAnalysis.self, corpus)
    try compare(InContextAnalysis.self, corpus)
    try compare(PerStack<RepresentationAnalysis>.self, corpus)
    try compare(PerStack<SimilarityAnalysis>.self, corpus)
    try compare(WeightAnalysis.self, corpus)
  }

  @Test("The order of halves does not matter", arguments: models)
  func order(_ name: String) throws {
    let corpus = try SmallCorpus(name)
    func check<A: CorpusAnalysis>(_ type: A.Type) throws {
      let batches = corpus.batches(of: 6)
      var forward = try corpus.accumulated(type, batches: Array(batches[..<2]))
      let second = try corpus.accumulated(type, batches: Array(batches[2...]))
      var backward = second
      backward.merge(forward)
      forward.merge(second)
      #expect(try differences(forward.result(), backward.result()) == [])
    }
    try check(AttentionAnalysis.self)
    try check(GradientAnalysis.self)
    try check(PerStack<RepresentationAnalysis>.self)
    try check(PerStack<SimilarityAnalysis>.self)
  }

  @Test("A document counts the same in any batch", arguments: models)
  func batches(_ name: String) throws {
    let corpus = try SmallCorpus(name)
    func check<A: CorpusAnalysis>(_ type: A.Type, _ tolerance: Double) throws {
      let alone = try corpus.accumulated(type, batches: corpus.batches(of: 1))
      let together = try corpus.accumulated(type, batches: corpus.batches(of: 24))
      #expect(try differences(alone.result(), together.result(), tolerance: tolerance) == [])
    }
    // Float32 sums of the engine may differ in the last digits.
    try check(AttentionAnalysis.self, 2e-4)
    try check(PerStack<RepresentationAnalysis>.self, 2e-4)
    try check(PerStack<SimilarityAnalysis>.self, 2e-4)
  }

  @Test("The result is the same for one thread, for two and for five")
  func threads() throws {
    let corpus = try SmallCorpus("gpt2")
    var context = corpus.context
    let pairs = try PairsFile(path: Fixtures.url("causal/gpt2/pairs.jsonl").path(percentEncoded: false))
    context.tasks = [try TokenizedTask(pairs, nil, corpus.model.description)]
    func run(_ threads: Int) throws -> [AnalysisResult] {
      try Workers.with(threads: threads) {
        var sums = Accumulators(all(corpus), context)
        let repeated = try #require(
          RepeatedTokens(
            ordinary: Array(4..<120), opening: [], closing: [], longest: 40, seed: 1, spelled: { "t\($0)" }))
        try sums.observe(try corpus.observation(repeated.documents, sums.needs, stream: repeated.stream))
        try sums.observe(try corpus.observation(corpus.documents, sums.needs))
        return try sums.results(Runner(corpus.model))
      }
    }
    let one = try run(1)
    #expect(one.map(\.id) == all(corpus).map { $0.id })
    for threads in [2, 5] {
      for (a, b) in zip(one, try run(threads)) { #expect(differences(a, b, tolerance: 0) == []) }
    }
    for result in one { #expect(result.notApplicable == nil, "\(result.id)") }
    let scores = try #require(one.compactMap { $0[AttentionMetrics.inductionScore] }.first)
    #expect(scores.rows.count == 12 && scores.rows.allSatisfy { $0.quantity.n == 16 })
  }

  @Test("Bootstrap intervals hold the mean and shrink with the number of documents")
  func intervals() {
    func interval(_ count: Int) -> (mean: Double, interval: ClosedRange<Double>)? {
      var generator = SeededGenerator(seed: 9)
      var sums = BootstrapSums(width: 2)
      for i in 0..<count { sums.add([generator.normal(), 1], BootstrapWeights(hash: stableHash("doc-\(i)"))) }
      let quantity = sums.ratio(0, to: sums, 1)
      return quantity.interval.map { (quantity.number, $0) }
    }
    guard let few = interval(25), let many = interval(2_500) else {
      Issue.record("no interval")
      return
    }
    #expect(few.interval.contains(few.mean) && many.interval.contains(many.mean))
    // The 95 % interval of a mean of N normal numbers is ±1.96/√N.
    #expect(abs((few.interval.upperBound - few.interval.lowerBound) / (2 * 1.96 / 5) - 1) < 0.35)
    #expect(abs((many.interval.upperBound - many.interval.lowerBound) / (2 * 1.96 / 50) - 1) < 0.25)
    let counts = (0..<500).flatMap { BootstrapWeights(hash: stableHash("\($0)")).counts }
    let mean = counts.reduce(0, +) / Double(counts.count)
    #expect(abs(mean - 1) < 0.01)
    #expect(abs(counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(counts.count) - 1) < 0.02)
  }

  @Test("Sums without weights have means and no intervals, and merge like all others")
  func unweighted() {
    func sums(_ values: [Double], _ weights: (Int) -> BootstrapWeights) -> BootstrapSums {
      var sums = BootstrapSums(width: 2)
      for (index, value) in values.enumerated() { sums.add([value, 1], weights(index)) }
      return sums
    }
    let values = (0..<40).map { Double($0 % 7) }
    var (halves, empty) = (sums(Array(values[..<20])) { _ in .none }, BootstrapSums(width: 2))
    halves.merge(sums(Array(values[20...])) { _ in .none })
    let mean = halves.ratio(0, to: halves, 1)
    #expect(mean.value == values.reduce(0, +) / 40 && mean.interval == nil && halves.documents == 40)
    let weighted = sums(values) { BootstrapWeights(hash: UInt64($0)) }
    empty.merge(weighted)
    #expect(empty.ratio(0, to: empty, 1) == weighted.ratio(0, to: weighted, 1))
    #expect(empty.ratio(0, to: empty, 1).interval != nil)
  }

  @Test("Repeated-token sequences hold two copies of different tokens between the family's own")
  func repeatedTokens() throws {
    let repeated = try #require(
      RepeatedTokens(
        ordinary: Array(10..<200), opening: [1], closing: [2], longest: 512, seed: 0, spelled: { "\($0)" }))
    #expect(repeated.half == 50 && repeated.start == 1 && repeated.documents.count == 16 && repeated.note == nil)
    for document in repeated.documents {
      #expect(document.ids.count == 102 && document.ids.first == 1 && document.ids.last == 2)
      #expect(Set(document.ids[1...50]).count == 50)
      #expect(document.ids[1...50] == document.ids[51...100].withIndices(1...50))
      #expect(document.kinds.first == .opening && document.kinds.last == .closing)
    }
    #expect(Set(repeated.documents.map(\.ids)).count == 16)
    let short = try #require(
      RepeatedTokens(ordinary: [5, 6, 7], opening: [], closing: [], longest: 64, seed: 0, spelled: { "\($0)" }))
    #expect(short.half == 31 && short.note != nil)
    #expect(RepeatedTokens(ordinary: [5], opening: [1], closing: [2], longest: 4, seed: 0, spelled: { "\($0)" }) == nil)
  }
}

extension ArraySlice {
  /// The same elements under other indices.
  fileprivate func withIndices(_ range: ClosedRange<Int>) -> ArraySlice {
    (Array(repeating: self[startIndex], count: range.lowerBound) + self)[range]
  }
}
