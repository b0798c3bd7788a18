import Engine
import Foundation
import Results
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Analyses

@Suite("Quality")
struct QualityTests {
  /// Outputs, references, BLEU and chrF2 as sacreBLEU 2.6.0 has them with its defaults, and `tokenize="zh"`.
  private static let scores: [(isChinese: Bool, outputs: [String], references: [String], bleu: Double, chrF: Double)] =
    [
      (
        false, ["The cat sat on the mat.", "Hello, world!"], ["The cat is on the mat.", "Hello world!"], 40.1453101626,
        66.0518057878
      ),
      (
        false, ["It costs $3,000.50 - a 5-year low."], ["It cost $3,000.50 – a five-year low."], 11.7311751603,
        60.4926629827
      ),
      (false, ["", "a b c d e"], ["something here", "a b c d e"], 67.0320046036, 24.0074043293),
      (false, ["yes"], ["yes"], 0, 100),
      (
        false, ["one two three four five six"], ["one two three four five seven eight nine"], 54.4446059661,
        62.2462570742
      ),
      (false, ["x y z"], ["p q r s"], 0, 0),
      (
        false,
        ["He said \"no\" &amp; left; (really?) [yes] {ok} a/b 10.5 v1.2. end.", "U.S.A. vs. U.K., 3.14!"],
        ["He said 'no' & left: (really) [yes] {ok} a/b 10.5 v1.3. end.", "U.S.A. versus U.K., 3.14!"], 58.6210345878,
        63.181061683
      ),
      (true, ["我今天去了北京。", "价格是12.5元“好”"], ["我昨天去了北京。", "价格为12.5元，“好”"], 48.3743040335, 45.9624767347),
      (true, ["七千二百一十三", "GPT-2 模型很好…"], ["七千二百一十四", "GPT-2模型非常好。"], 54.1029455459, 60.3874236635),
    ]

  @Test("BLEU and chrF2 are sacreBLEU's", arguments: scores.indices)
  func translations(index: Int) {
    let (isChinese, outputs, references, bleu, chrF) = Self.scores[index]
    func sum(_ width: Int, _ counts: (String, String) -> [Double]) -> [Double] {
      zip(outputs, references).reduce(into: [Double](repeating: 0, count: width)) { sum, pair in
        for (place, count) in counts(pair.0, pair.1).enumerated() { sum[place] += count }
      }
    }
    let scorer = BLEU(isChinese: isChinese)
    let own = BLEU.score(sum(BLEU.width) { scorer.counts(output: $0, reference: $1) })
    #expect(abs(own - bleu) < 1e-9, "\(own)")
    let characters = ChrF.score(sum(ChrF.width) { ChrF.counts(output: $0, reference: $1) })
    #expect(abs(characters - chrF) < 1e-9, "\(characters)")
  }

  @Test("Macro-F1 is the mean over classes that occur or are named")
  func macroF1() {
    // Right, named, examples: 2·2/(3+2), 2·1/(1+4), and a class that nobody has or names.
    let some = QualityAnalysis.macroF1([2, 3, 2, 1, 1, 4, 0, 0, 0]),
      other = QualityAnalysis.macroF1([0, 1, 0, 3, 3, 4])
    #expect(abs(some - 0.6) < 1e-15)
    #expect(abs(other - 3.0 / 7) < 1e-15)
  }

  @Test("A language model's loss, perplexity and accuracy are those of its logits", arguments: [1, 3, 8])
  func languageModel(size: Int) throws {
    let corpus = try SmallCorpus("gpt2", documents: 8)
    var analysis = Accumulator(QualityAnalysis(corpus.context))
    for batch in corpus.batches(of: size) {
      var input = corpus.input(batch, labelled: false)
      input.labels = input.nextTokenLabels
      var request = TraceRequest(sites: analysis.needs.sites)
      request.tokenLosses = analysis.needs.tokenLosses
      try analysis.observe(
        Observation(stream: .corpus, documents: batch, trace: try corpus.model.run(input, request)))
    }
    let result = try analysis.finish(Runner(corpus.model))
    var (loss, hits, count) = (0.0, 0, 0)
    for document in corpus.documents {
      let trace = try corpus.model.run(ModelInput(rows: [document.ids], pad: 1), TraceRequest(sites: [.logits]))
      let logits = try #require(trace[.logits])[0]
      for (place, next) in document.ids.dropFirst().enumerated() {
        let row = logits[place].values.map(Double.init), largest = try #require(row.max())
        let sum: Double = row.reduce(0) { $0 + exp($1 - largest) }
        loss += log(sum) - (row[Int(next)] - largest)
        hits += row.firstIndex(of: largest) == Int(next) ? 1 : 0
        count += 1
      }
    }
    func value(_ metric: Metric) throws -> Quantity { try #require(result[metric]?[.model]) }
    #expect(try value(QualityMetrics.loss).n == count)
    #expect(abs(try value(QualityMetrics.loss).number - loss / Double(count)) < 1e-5)
    #expect(abs(try value(QualityMetrics.perplexity).number - exp(loss / Double(count))) < 1e-3)
    #expect(try value(QualityMetrics.tokenAccuracy).number == Double(hits) / Double(count))
    #expect(try value(QualityMetrics.tokenAccuracy).interval != nil)
  }

  @Test("A classifier is judged by the class with the largest logit, whatever the cut of the corpus")
  func classifier() throws {
    let directory = Fixtures.url("models/bert_cls"), model = try Model(directory: directory)
    let corpus = try SmallCorpus("bert_cls", documents: 9), classes = try #require(model.description.head.classes)
    var context = corpus.context
    context.classNames = [0: "no", 1: "yes"]
    func labels(_ batch: [TokenizedDocument]) -> [Int32] {
      batch.map { $0.id == "doc-4" ? -100 : Int32($0.hash % UInt64(classes)) }
    }
    func accumulated(_ size: Int) throws -> Accumulator<QualityAnalysis> {
      var analysis = Accumulator(QualityAnalysis(context))
      for batch in corpus.batches(of: size) {
        var input = corpus.input(batch, labelled: false)
        input.labels = labels(batch)
        try analysis.observe(
          Observation(
            stream: .corpus, documents: batch,
            trace: try model.run(input, TraceRequest(sites: analysis.needs.sites))))
      }
      return analysis
    }
    let result = try accumulated(9).finish(Runner(model))
    var counts = [Float](repeating: 0, count: classes * classes), hits = 0
    for document in corpus.documents where document.id != "doc-4" {
      let trace = try model.run(corpus.input([document], labelled: false), TraceRequest(sites: [.logits]))
      let row = try #require(trace[.logits]).values, named = try #require(row.indices.max { row[$0] < row[$1] })
      let label = Int(labels([document])[0])
      counts[label * classes + named] += 1
      hits += named == label ? 1 : 0
    }
    #expect(result[QualityMetrics.confusion]?.values == counts)
    #expect(result[QualityMetrics.accuracy]?[.model]?.number == Double(hits) / 8)
    #expect(result[QualityMetrics.accuracy]?[.model]?.n == 8)
    #expect(result[QualityMetrics.classes]?.prefix(2) == ["no", "yes"])
    #expect(result[QualityMetrics.hardest]?.count == 8 && result[QualityMetrics.hardest]?.contains("doc-4") == false)
    #expect(differences(try accumulated(2).finish(Runner(model)), result, tolerance: 1e-6) == [])
  }

  @Test("Without labels there is no quality, and of a broken model it is no number")
  func without() throws {
    let corpus = try SmallCorpus("bert_cls", documents: 2)
    var analysis = Accumulator(QualityAnalysis(corpus.context))
    let trace = try corpus.model.run(
      corpus.input(corpus.documents, labelled: false), TraceRequest(sites: analysis.needs.sites))
    try analysis.observe(Observation(stream: .corpus, documents: corpus.documents, trace: trace))
    #expect(try analysis.finish(Runner(corpus.model)).notApplicable != nil)
    var broken = Accumulator(QualityAnalysis(try SmallCorpus("gpt2", documents: 2).context)), nan = Trace()
    let positions = corpus.documents.count * (corpus.documents.map(\.ids.count).max() ?? 0)
    nan.tokenLosses = Array(repeating: .nan, count: positions)
    nan.tokenHits = Array(repeating: false, count: positions)
    nan.labelCount = 2
    try broken.observe(Observation(stream: .corpus, documents: corpus.documents, trace: nan))
    #expect(try broken.finish(Runner(corpus.model))[QualityMetrics.loss]?[.model]?.state == .nan)
  }
}
