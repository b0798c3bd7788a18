import Foundation
import Support
import TestSupport
import Testing

@testable import Corpora

private func read(
  _ name: String, label: String? = nil, limit: Int? = nil, columns: [String]? = nil, text: String? = nil,
  pair: String? = nil
) throws -> Corpus {
  let path = Fixtures.url("corpora/\(name)").path(percentEncoded: false)
  return try Corpus.read(CorpusFile(path: path, columns: columns, text: text, pair: pair), label: label, limit: limit)
}

/// What the ranges of a document's words hold.
private func surface(_ document: Document) -> [String] {
  let scalars = Array(document.text.unicodeScalars)
  return document.words.map { String(String.UnicodeScalarView(scalars[$0.range])) }
}

@Suite("Corpora with columns")
struct ColumnCorpusTests {
  @Test("Of JSON Lines null and NaN are missing values: no label, and a line without text is left out and named")
  func missing() throws {
    let text = """
      {"text": "Once", "score": NaN, "kind": null, "big": 123456789012345678901}
      {"text": null, "score": 2}
      {"text": "b", "score": 1.50, "kind": "x", "far": Infinity}
      {"text": NaN}
      {"text": "c", "pair": null}
      """
    let corpus = try withFile(text, "c.jsonl") { try Corpus.read(path: $0) }
    #expect(corpus.documents.map(\.text) == ["Once", "b", "c"])
    #expect(
      corpus.documents.map(\.labels) == [
        ["big": "123456789012345678901"], ["score": "1.50", "kind": "x", "far": "Infinity"], [:],
      ])
    #expect(
      corpus.notes.map(\.text) == ["2 lines of the corpus have no text (null or NaN) and are left out: lines 2, 4."])
    let pairs = try withFile("{\"text\": \"a\", \"b\": null}\n{\"text\": \"a\", \"b\": \"c\"}\n", "c.jsonl") {
      try Corpus.read(CorpusFile(path: $0, pair: "b"))
    }
    #expect(pairs.documents.map(\.pair) == ["c"])
    #expect(pairs.notes.map(\.text) == ["1 line of the corpus has no text (null or NaN) and is left out: line 1."])
  }

  @Test("Of JSON Lines the text and its pair are read as they stand, and every other plain field is a label")
  func jsonLines() throws {
    let corpus = try read("pairs.jsonl", label: "label")
    #expect(corpus.format == .jsonl && corpus.label == "label")
    #expect(corpus.documents.map(\.id) == ["doc-0", "doc-1", "doc-2"])
    #expect(corpus.documents.map(\.text) == ["A man naps.", "A man \"naps\".\n", "Cafe\u{301}\u{301} café"])
    #expect(corpus.documents[2].text.unicodeScalars.count == 10)
    #expect(corpus.documents.map(\.pair) == ["Someone sleeps.", "Nobody sleeps. 😴", nil])
    #expect(
      corpus.documents.map(\.labels) == [
        ["id": "17", "label": "entailment", "gold": "true"], ["label": "contradiction", "score": "-1.50e0"], [:],
      ])
    #expect(corpus.labelColumns == ["id", "label", "gold", "score"])
  }

  @Test("The job names the fields; a field that is not a text's is a label, also one called so")
  func namedFields() throws {
    let corpus = try read("pairs.jsonl", label: "text", limit: 2, text: "pair", pair: "label")
    #expect(corpus.documents.map(\.text) == ["Someone sleeps.", "Nobody sleeps. 😴"])
    #expect(corpus.documents.map(\.pair) == ["entailment", "contradiction"])
    #expect(corpus.documents[0].labels["text"] == "A man naps.")
  }

  @Test("A list of words is a text, and lists of as many labels are theirs")
  func words() throws {
    let corpus = try read("tokens.jsonl", label: "ner_tags", text: "tokens")
    #expect(corpus.documents.map(\.text) == ["EU rejects German call", "Peter 😀"])
    #expect(corpus.documents.map(surface) == [["EU", "rejects", "German", "call"], ["Peter", "😀"]])
    #expect(corpus.documents[0].words.map { $0.labels["ner_tags"] } == ["3", "0", "7", "0"])
    #expect(corpus.documents[0].words.map { $0.labels["pos"] } == ["NNP", nil, "JJ", "NN"])
    #expect(corpus.documents[0].labels == ["split": "train"])
    #expect(corpus.labelColumns == ["ner_tags", "pos", "split"])
  }

  @Test("A table's first line names its columns; cells are not quoted")
  func table() throws {
    let corpus = try read("pairs.tsv", label: "label", text: "sentence1", pair: "sentence2")
    #expect(corpus.format == .tsv)
    #expect(corpus.documents.map(\.text) == ["\"No quotes.", "A  b", "d"])
    #expect(corpus.documents.map(\.pair) == ["Nor here\"", "c", "e"])
    #expect(
      corpus.documents.map(\.labels) == [
        ["index": "0", "label": "entailment"], ["index": "1"], ["index": "3", "label": "neutral"],
      ])
    #expect(corpus.labelColumns == ["index", "label"])
  }

  @Test("The job names the columns of a table that does not")
  func namedColumns() throws {
    let corpus = try read("parallel.en-zh.tsv", label: "id", columns: ["id", "text", "pair"])
    #expect(corpus.documents.map(\.text) == ["One.", "Two."] && corpus.documents.map(\.pair) == ["一。", "二。"])
    #expect(corpus.documents.map(\.labels) == [["id": "n1"], ["id": "n2"]])
    let swapped = try read("parallel.en-zh.tsv", columns: ["id", "en", "zh"], text: "zh", pair: "en")
    #expect(swapped.documents[0].text == "一。" && swapped.documents[0].pair == "One.")
  }

  @Test("Words a line are a sentence up to a blank line or a document's start")
  func wordColumns() throws {
    let corpus = try read("conll2003.conll", label: "ner")
    #expect(corpus.format == .conll && corpus.labelColumns == ["pos", "chunk", "ner"])
    #expect(corpus.documents.map(\.text) == ["EU rejects German .", "Péter 👍"])
    #expect(corpus.documents.map(surface) == [["EU", "rejects", "German", "."], ["Péter", "👍"]])
    #expect(corpus.documents[0].words.map { $0.labels["ner"] } == ["B-ORG", "O", "B-MISC", "O"])
    #expect(corpus.documents[1].words[0].labels == ["pos": "NNP", "ner": "B-PER"])
    let named = try read("conll2003.conll", label: "role", columns: ["role", "form", "x", "y"], text: "form")
    #expect(named.documents[0].text == "NNP VBZ JJ ." && named.documents[0].words[0].labels["role"] == "EU")

    let tabs = try read("wnut.conll")
    #expect(tabs.documents.map(surface) == [["@a", "New York"], ["Blvd"]])
    #expect(
      tabs.documents.flatMap(\.words).map(\.labels) == [["ner": "O"], ["ner": "B-location"], ["ner": "I-location"]])
  }

  @Test("Lines of two files are pairs")
  func parallel() throws {
    let path = Fixtures.url("corpora/text.en").path(percentEncoded: false)
    let pair = Fixtures.url("corpora/text.de").path(percentEncoded: false)
    let corpus = try Corpus.read(CorpusFile(path: path, parallel: pair))
    #expect(corpus.format == .lines)
    #expect(corpus.documents.map(\.text) == ["A dog.", "Two  cats.", "End."])
    #expect(corpus.documents.map(\.pair) == ["Ein Hund.", "Zwei Katzen.", "Ende."])
    #expect(try Corpus.read(CorpusFile(path: path, parallel: pair), limit: 2).documents.count == 2)
  }
}
