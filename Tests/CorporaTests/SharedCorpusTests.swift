import Foundation
import TestSupport
import Testing

@testable import Corpora

/// Counts that another program made of the same files.
@Suite("Public corpora", .enabled(if: Fixtures.shared("corpora/wnut17-ner") != nil))
struct SharedCorpusTests {
  private func path(_ name: String) throws -> String {
    try #require(Fixtures.shared("corpora/\(name)")).path(percentEncoded: false)
  }

  @Test(
    "Every word and label of the emerging entities is read",
    arguments: [
      ("emerging.dev.conll", [1009, 15733, 14483, 470, 133, 13, 69831]),
      ("emerging.test.annotated", [1287, 23394, 21654, 429, 218, 13, 126_959]),
      ("wnut17train.conll", [3394, 62730, 59570, 660, 206, 13, 331_745]),
    ])
  func entities(name: String, expected: [Int]) throws {
    let corpus = try Corpus.read(path: try path("wnut17-ner/\(name)"), format: .conll, label: "ner")
    let words = corpus.documents.flatMap(\.words)
    let labels = words.compactMap { $0.labels["ner"] }
    let scalars = corpus.documents.reduce(0) { $0 + $1.text.unicodeScalars.count }
    func count(_ label: String) -> Int { labels.count { $0 == label } }
    #expect(
      [
        corpus.documents.count, words.count, count("O"), count("B-person"), count("I-creative-work"), Set(labels).count,
        scalars,
      ]
        == expected)
    #expect(labels.count == words.count)
    for document in corpus.documents {
      let scalars = Array(document.text.unicodeScalars)
      #expect(document.words.allSatisfy { String(String.UnicodeScalarView(scalars[$0.range])) == $0.text })
    }
  }

  @Test(
    "English and German captions are read in pairs",
    arguments: [
      ("train", [29000, 1_772_238, 2_046_916]), ("val", [1014, 62283, 73692]),
      ("test_2016_flickr", [1000, 61076, 68509]),
    ])
  func captions(name: String, expected: [Int]) throws {
    let corpus = try Corpus.read(
      CorpusFile(path: try path("multi30k-en-de/\(name).en"), parallel: try path("multi30k-en-de/\(name).de")))
    let texts = corpus.documents.reduce(0) { $0 + $1.text.unicodeScalars.count }
    let pairs = corpus.documents.reduce(0) { $0 + ($1.pair?.unicodeScalars.count ?? 0) }
    #expect([corpus.documents.count, texts, pairs] == expected)
  }

  @Test("The parallel treebanks' table is read as its columns are named")
  func treebanks() throws {
    let file = CorpusFile(
      path: try path("ud-pud-en-zh/parallel.en-zh.tsv"), columns: ["sent_id", "en", "zh"], text: "en", pair: "zh")
    let corpus = try Corpus.read(file, label: "sent_id")
    #expect(corpus.documents.count == 1000)
    #expect(Set(corpus.documents.compactMap { $0.labels["sent_id"] }).count == 1000)
    #expect(corpus.documents.reduce(0) { $0 + $1.text.unicodeScalars.count } == 110_136)
    #expect(corpus.documents.reduce(0) { $0 + ($1.pair?.unicodeScalars.count ?? 0) } == 35573)
    #expect(corpus.documents.last?.labels == ["sent_id": "w05010027"])
  }
}
