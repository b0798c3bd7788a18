import Engine
import Foundation
import Results
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Analyses

@Suite("In-context learning")
struct InContextTests {
  /// The loss of every token of a document but the first, from the logits of a pass of its own.
  private func losses(_ document: TokenizedDocument, _ model: Model) throws -> [Double] {
    let trace = try model.run(ModelInput(rows: [document.ids], typeIDs: nil, pad: 1), TraceRequest(sites: [.logits]))
    let logits = try #require(trace[.logits])[0]
    return document.ids.indices.dropLast().map { place in
      let row = logits[place].values.map { Double($0) }
      return log(row.reduce(0) { $0 + exp($1) }) - row[Int(document.ids[place + 1])]
    }
  }

  private func mean(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(values.count) }

  @Test("Loss by position and score are those of each document's logits")
  func byPosition() throws {
    let corpus = try SmallCorpus("gpt2")
    let result = try corpus.accumulated(InContextAnalysis.self, batches: corpus.batches(of: 5)).result()
    let all = try corpus.documents.map { try losses($0, corpus.model) }
    let array = try #require(result.arrays["loss"])
    #expect(array.shape == [all.map(\.count).max(), 5])
    for position in [1, 5, 12] {
      let own = all.compactMap { $0.count >= position ? $0[position - 1] : nil }
      let row = array[position - 1].values
      #expect(row[0] == Float(position) && row[4] == Float(own.count))
      #expect(abs(Double(row[1]) - mean(own)) < 1e-5 && row[2] < row[1] && row[1] < row[3])
    }
    let scores = all.filter { $0.count >= 20 }.map { losses in
      mean(losses.suffix(losses.count / 5)) - mean(losses.prefix(losses.count / 5))
    }
    let score = try #require(result[InContextMetrics.score]?[.model])
    #expect(score.n == scores.count && !scores.isEmpty)
    #expect(abs((score.value ?? .nan) - mean(scores)) < 1e-5)
    #expect(result[InContextMetrics.score500]?[.model]?.state == .notApplicable)
  }

  @Test("The gain of a second copy is that of the sequences' logits")
  func copies() throws {
    let corpus = try SmallCorpus("gpt2")
    let repeated = try #require(
      RepeatedTokens(
        ordinary: Array(4..<60), opening: [2], closing: [], longest: 24, seed: 1, spelled: { "t\($0)" }))
    var analysis = Accumulator(InContextAnalysis(corpus.context))
    try analysis.observe(
      try corpus.observation(repeated.documents, analysis.needs, stream: repeated.stream))
    let half = repeated.half
    let gains = try repeated.documents.map { document in
      let losses = try losses(document, corpus.model)  // of the tokens from place 1 on
      // The copies begin at places 1 and 1 + half; the first token of each is left out.
      return mean(losses[(1 + half)..<(2 * half)]) - mean(losses[1..<half])
    }
    let gain = try #require(try analysis.result()[InContextMetrics.copyGain]?[.model])
    #expect(gain.n == RepeatedTokens.sequences && abs((gain.value ?? .nan) - mean(gains)) < 1e-5)
  }

  @Test("Bins are each position's own up to 127, then 64 to a doubling, one after the other")
  func bins() {
    #expect((0..<128).allSatisfy { PositionBins.index($0) == $0 && PositionBins.start($0) == $0 })
    for position in [128, 129, 130, 255, 256, 1000, 32_767] {
      let bin = PositionBins.index(position)
      #expect(PositionBins.start(bin) <= position && position < PositionBins.start(bin + 1))
    }
    #expect(PositionBins.index(255) - PositionBins.index(128) == 63 && PositionBins.index(256) == 192)
  }
}
