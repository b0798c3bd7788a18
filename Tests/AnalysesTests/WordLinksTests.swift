import Corpora
@testable import Engine
import Foundation
import Results
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Analyses

@Suite("Alignments by cross-attention")
struct WordLinksTests {
  private typealias Link = WordAlignment.Link

  /// Two words, the second of two pieces, and what closes the text: the same on both sides.
  private static func alignment(_ links: String) throws -> TokenAlignment {
    let file = URL.temporaryDirectory.appending(path: "links-\(UUID().uuidString).tsv")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("text\tpair\talignment\na bb\tc dd\t\(links)\n".utf8).write(to: file)
    let corpus = try Corpus.read(CorpusFile(path: file.path(percentEncoded: false)), label: nil, limit: nil)
    return TokenAlignment(
      gold: try #require(corpus.documents[0].alignment), source: [0, 1, 1, nil], target: [0, 1, 1, nil], isCut: false)
  }

  private static func links(_ rows: [[Float]], _ gold: String) throws -> WordLinks {
    let pattern = Tensor(rows.flatMap(\.self), shape: [1, 1, 4, 4])
    var links = WordLinks(try alignment(gold))
    pattern.forEachHeadsRows { rows in links.add(rows, count: 4) }
    return links
  }

  @Test("Attention is summed over the pieces of words, and tokens around the texts are of none")
  func pieces() throws {
    // The first word's largest weight is on the closing token, the second word's on the first one in both of its rows,
    // but the two pieces of the second word have more together.
    let rows: [[Float]] = [
      [0.3, 0.1, 0.1, 0.5], [0.4, 0.3, 0.3, 0], [0.45, 0.25, 0.3, 0], [0, 0, 0, 1],
    ]
    let links = try Self.links(rows, "0-0 1-1")
    #expect(links.links == [0, 1] && links.agreement == [4, 4])
    // |A∩S| + |A∩P| of 0-0 sure and 1-1 possible: 1 + 2; |A| + |S|: 2 + 1.
    #expect(try Self.links(rows, "0-0 1p1").agreement == [3, 3])
    #expect(try Self.links(rows, "1-0 0-1").agreement == [0, 4])
    #expect(try Self.links(rows, "0-0 1-0 1-1").agreement == [4, 5])
  }

  @Test("Words that no attention is on are not linked, and what is no number stays so")
  func states() throws {
    let closing: [[Float]] = [[0, 0, 0, 1], [0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1]]
    #expect(try Self.links(closing, "0-0 1-1").links == [nil, 1])
    let broken: [[Float]] = [[.nan, 0, 0, 1], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    #expect(try Self.links(broken, "0-0 1-1").agreement.allSatisfy(\.isNaN))
  }

  private func reader(_ length: Int = 64) throws -> CorpusTokenizer {
    try CorpusTokenizer(
      tokenizer: Tokenizer(directory: Fixtures.url("tokenizers/bert_uncased")), label: nil, maximumLength: length,
      decoderStart: 0)
  }

  @Test("A decoder's rows belong to the tokens that they predict, the last one to the end")
  func prediction() throws {
    let file = URL.temporaryDirectory.appending(path: "rows-\(UUID().uuidString).tsv")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("text\tpair\talignment\nthe cat\tof the\t0-1 1-0\n".utf8).write(to: file)
    let document = try Corpus.read(
      CorpusFile(path: file.path(percentEncoded: false)), label: nil, limit: nil
    ).documents[0]
    let target = try #require(try reader().target(of: document)), read = target.document
    let predicted = try #require(read.prediction)
    #expect(predicted.tokens.last == "[SEP]" && predicted.tokens.count == read.ids.count)
    #expect(Array(predicted.tokens.dropLast()) == Array(read.tokens.dropFirst()))
    let alignment = try #require(predicted.alignment), tokenizer = try reader().tokenizer
    let words = [document.text, "of the"].map { text in
      let first = text.prefix { $0 != " " }.count
      return tokenizer.encode(text).offsets.map { $0.isEmpty ? nil : $0.upperBound <= first ? 0 : 1 }
    }
    #expect(alignment.source == words[0] && alignment.target == words[1] && !alignment.isCut)
    #expect(try #require(try reader(4).target(of: document)?.document.prediction?.alignment).isCut)
    let generated = try #require(try reader().target(of: "d", generated: target.labels)?.document)
    #expect(generated.prediction?.tokens == predicted.tokens && generated.kinds == read.kinds)
  }

  @Test("Error rates of heads are those of their patterns, over the documents that were not cut")
  func rates() throws {
    let model = try Model(directory: Fixtures.url("models/marian")), d = model.description
    var generator = SeededGenerator(seed: 3)
    let alignment = try Self.alignment("0-0 1-1 1p0")
    func document(_ index: Int, _ isCut: Bool?) -> TokenizedDocument {
      let ids = (0..<4).map { _ in Int32(4 + generator.index(below: d.vocabulary - 4)) }
      var document = TokenizedDocument(
        id: "doc-\(index)", ids: ids, typeIDs: [0, 0, 0, 0], tokens: ids.map { "t\($0)" },
        kinds: [.ordinary, .ordinary, .ordinary, .closing], labels: [nil, nil, nil, nil], isTruncated: false)
      if let isCut {
        document.prediction = .init(
          tokens: ["c", "d", "d", "</s>"], entries: [],
          alignment: TokenAlignment(
            gold: alignment.gold, source: alignment.source, target: alignment.target, isCut: isCut))
      }
      return document
    }
    let sources = (0..<6).map { document($0, nil) }, targets = (0..<6).map { document($0, $0 == 5) }
    var analysis = Accumulator(AttentionAnalysis(AnalysisContext(model: model, seed: 0, label: nil)))
    var input = ModelInput(rows: sources.map(\.ids), pad: 1)
    let read = ModelInput(rows: targets.map(\.ids), pad: 1)
    input.target = ModelInput.Target(length: read.length, ids: read.ids, mask: read.mask)
    let watchers = analysis.needs.watchers.map { $0(sources, targets) }, look = SiteObserver(watchers)
    let sites = (0..<d.layers).map { Site(.crossPattern, layer: $0, stack: .decoder) }
    var request = TraceRequest(sites: analysis.needs.sites.union(sites))
    request.observer = look
    let trace = try model.run(input, request)
    try analysis.observe(
      Observation(stream: .corpus, documents: sources, targets: targets, trace: trace, watchers: watchers))
    let result = try analysis.result()
    for layer in 0..<d.layers {
      let pattern = try #require(trace[sites[layer]])
      for head in 0..<d.heads {
        var (hits, all) = (0.0, 0.0)
        for document in 0..<5 {
          let base = pattern.pointer + (document * d.heads + head) * 16
          func weight(_ row: Int, _ key: Int) -> Float { base[row * 4 + key] }
          let first = weight(0, 0) >= weight(0, 1) + weight(0, 2)
          let second = weight(1, 0) + weight(2, 0) >= weight(1, 1) + weight(1, 2) + weight(2, 1) + weight(2, 2)
          hits += first ? 2 : 1
          hits += second ? 0 : 2
          all += 4
        }
        let component = Component(.head(layer: layer, head: head), stack: .cross)
        let rate = try #require(result[AttentionMetrics.alignmentErrorRate]?[component])
        #expect(abs(rate.number - (1 - hits / all)) < 1e-12 && rate.n == 5)
      }
    }
    #expect(result[AttentionMetrics.alignmentErrorRate]?.rows.count == d.layers * d.heads)
    #expect(result.notes.contains { $0.text.contains("over the 5 documents") && $0.text.contains("1 more was cut") })
    let id = try #require(result.texts["cross/samples"]?.first { $0 != "doc-5" })
    #expect(result.texts["cross/sample.\(id).queries"] == ["c", "d", "d", "</s>"])
    #expect(result.texts["cross/sample.\(id).queryWords"] == ["0", "1", "1", ""])
  }
}
