import Engine
import Foundation
import Results
import Support
import TestSupport
import Testing
import Transformers

@testable import Analyses

@Suite("Repetition")
struct RepetitionTests {
  @Test("Of n-grams that are there again all but the first are repeated")
  func ngrams() {
    #expect(repetitions(of: 1, in: [5, 6, 5, 5]) == [false, false, true, true])
    #expect(repetitions(of: 2, in: [1, 2, 3, 1, 2, 3]) == [false, false, false, true, true])
    #expect(repetitions(of: 4, in: [1, 1, 1, 1, 1, 1]) == [false, true, true])
    #expect(repetitions(of: 4, in: [1, 2, 3]).isEmpty)
  }

  @Test("A loop is a phrase of two tokens or more, three times at the end")
  func loops() {
    #expect(endsInLoop([9, 1, 2, 1, 2, 1, 2]))
    #expect(endsInLoop([4, 5, 6, 4, 5, 6, 4, 5, 6]))
    #expect(endsInLoop([7, 7, 7, 7, 7, 7]))
    #expect(!endsInLoop([7, 7, 7, 7, 7]))
    #expect(!endsInLoop([1, 2, 1, 2, 1, 2, 9]))
    #expect(!endsInLoop([1, 2, 3, 4, 5, 6, 7, 8, 9]))
    #expect(!endsInLoop([]))
  }

  @Test("Rates pool the n-grams of all texts, by length and along the text")
  func rates() throws {
    var counts = RepetitionCounts()
    let texts: [[Int32]] = [Array(repeating: 3, count: 12), [1, 2, 3, 4, 5, 6], [8]]
    for (index, text) in texts.enumerated() { counts.add(text, BootstrapWeights(hash: UInt64(index))) }
    #expect(counts.rate(of: 1).value == 11.0 / 19)
    #expect(counts.rate(of: 4).value == 8.0 / 12 && counts.rate(of: 4).n == 3)
    // 4-grams that end in tokens 0 … 7: five of the first text, of which four are repeated, and three of the second.
    #expect(counts.rate(inStretch: 0).value == 4.0 / 8)
    #expect(counts.rate(inStretch: 1).value == 1)
    #expect(counts.rate(inStretch: 2).state == .notApplicable)
    #expect(counts.loops.value == 1.0 / 3)
    #expect(counts.length.value == 19.0 / 3)
  }

  @Test("What the model continues does not depend on how the corpus is cut", arguments: ["gpt2", "mistral"])
  func merging(name: String) throws {
    let corpus = try SmallCorpus(name, documents: 40)
    let whole = try corpus.accumulated(RepetitionAnalysis.self, batches: [corpus.documents])
    var parts = try corpus.accumulated(RepetitionAnalysis.self, batches: Array(corpus.batches(of: 7).prefix(3)))
    parts.merge(try corpus.accumulated(RepetitionAnalysis.self, batches: Array(corpus.batches(of: 7).dropFirst(3))))
    let (a, b) = (try whole.finish(Runner(corpus.model)), try parts.finish(Runner(corpus.model)))
    #expect(differences(a, b, tolerance: 0).isEmpty)
    #expect(a.notApplicable == nil && a[RepetitionMetrics.rate]?[.model]?.n == RepetitionAnalysis.prompts)
    let rate = try #require(a[RepetitionMetrics.rate]?[.model]?.value)
    #expect((0...1).contains(rate))
    #expect(a[RepetitionMetrics.corpusRate]?[.model]?.value == 0)
  }

  @Test("The rate is that of the continuations of the documents' first halves")
  func rateOfContinuations() throws {
    let corpus = try SmallCorpus("llama", documents: 12)
    let result = try corpus.accumulated(RepetitionAnalysis.self, batches: [corpus.documents]).finish(
      Runner(corpus.model))
    let prompts = corpus.documents.map { Array($0.ids.prefix($0.ids.count / 2)) }
    let texts = try corpus.model.continuations(of: prompts, GenerationRequest(maximumTokens: 64)).map { text in
      text.last == 2 ? Array(text.dropLast()) : text
    }
    let flags = texts.flatMap { repetitions(of: 4, in: $0) }
    #expect(result[RepetitionMetrics.rate]?[.model]?.value == Double(flags.count { $0 }) / Double(flags.count))
    let mean = Double(texts.reduce(0) { $0 + $1.count }) / Double(texts.count)
    #expect(result[RepetitionMetrics.length]?[.model]?.value == mean)
  }

  @Test(
    "It does not apply to a model that writes no text, and needs nothing of it", arguments: ["bert_mlm", "bert_cls"])
  func notApplicable(name: String) throws {
    let corpus = try SmallCorpus(name, documents: 4)
    let analysis = Accumulator(RepetitionAnalysis(corpus.context))
    #expect(!analysis.needs.documents && analysis.needs.sites.isEmpty)
    #expect(try analysis.finish(Runner(corpus.model)).notApplicable?.text.contains("does not generate text") == true)
  }

  @Test("An encoder–decoder's targets stand beside those of the corpus, where these are not its own")
  func targets() throws {
    let corpus = try SmallCorpus("t5", documents: 6)
    let texts = try corpus.model.targets(of: corpus.documents.map(\.ids), GenerationRequest(maximumTokens: 64))
    func observed(_ targets: [[Int32]]) throws -> AnalysisResult {
      var analysis = Accumulator(RepetitionAnalysis(corpus.context))
      let documents = zip(corpus.documents, targets).map { document, ids in
        var target = document
        target.ids = [1] + ids
        target.kinds = target.ids.map { $0 == 2 ? .closing : .ordinary }
        return target
      }
      try analysis.observe(
        Observation(stream: .corpus, documents: corpus.documents, targets: documents, trace: Trace()))
      return try analysis.finish(Runner(corpus.model))
    }
    let own = try observed(texts), given = try observed(texts.map { _ in [5, 6, 7, 8, 5, 6, 7, 8] })
    #expect(own[RepetitionMetrics.rate]?[.model]?.value != nil)
    #expect(own[RepetitionMetrics.corpusRate]?[.model]?.state == .notApplicable)
    #expect(given[RepetitionMetrics.corpusRate]?[.model]?.value == 1.0 / 5)
  }
}
