import Foundation
import Support
import TestSupport
import Testing

@testable import Corpora

private func path(_ name: String) -> String { Fixtures.url("corpora/\(name)").path(percentEncoded: false) }

@Suite("Packed corpora, and arrays of JSON")
struct PackedCorpusTests {
  @Test(
    "A packed file is read as the plain one",
    arguments: [
      ("pairs.jsonl", "packed/pairs.jsonl.gz", nil), ("pairs.jsonl", "packed/members.jsonl", nil),
      ("pairs.tsv", "packed/pairs.tsv.gz", "sentence1"), ("text.en", "packed/text.en.gz", nil),
      ("conll2003.conll", "packed/conll2003.conll.gz", nil),
    ] as [(String, String, String?)])
  func packed(plain: String, packed: String, text: String?) throws {
    let a = try Corpus.read(CorpusFile(path: path(plain), text: text))
    let b = try Corpus.read(CorpusFile(path: path(packed), text: text))
    #expect(a.documents == b.documents && a.format == b.format && !a.documents.isEmpty)
  }

  @Test("Both of two parallel files may be packed, and a file may be larger than any buffer")
  func parallel() throws {
    let plain = try Corpus.read(CorpusFile(path: path("text.en"), parallel: path("text.de")))
    let packed = try Corpus.read(CorpusFile(path: path("packed/text.en.gz"), parallel: path("packed/text.de.gz")))
    #expect(plain.documents == packed.documents)
    let large = try Corpus.read(path: path("packed/large.txt.gz"))
    #expect(large.documents.count == 40_000)
    #expect(large.documents.last?.text == "line 39999 of a text that is longer than a buffer")
  }

  @Test(
    "A packed file that is cut off or damaged is refused",
    arguments: [("cut", "ends within its gzip data"), ("damaged", "is damaged gzip")])
  func damage(name: String, problem: String) {
    let error = inputError { _ = try Corpus.read(path: path("packed/\(name).jsonl.gz")) }
    #expect(error?.category == .unreadable && error?.problem == problem)
  }

  @Test("An array of objects is read as as many lines of JSON Lines, however it is broken into lines")
  func objects() throws {
    let text = """
      \u{FEFF}
      [
        {"text": "One, [two] \\" {three}", "label": 1, "more": {"a": [1, 2]}},
        {
          "text":
            "four", "label": null
        }, {"text": " "}
        , {"text": ["five", "six"], "pos": ["A", "B"]}
      ]

      """
    for name in ["c.json", "c.jsonl"] {
      let corpus = try withFile(text, name) { try Corpus.read(path: $0) }
      #expect(corpus.format == .jsonl)
      #expect(corpus.documents.map(\.text) == ["One, [two] \" {three}", "four", "five six"])
      #expect(corpus.documents[0].labels == ["label": "1"])
      #expect(corpus.documents[2].words.map(\.labels) == [["pos": "A"], ["pos": "B"]])
    }
  }

  @Test("An array of texts is a document a text")
  func texts() throws {
    let corpus = try withFile("[\"a \\u00e9\", \"\", \"b, ]\"]", "c.json") { try Corpus.read(path: $0) }
    #expect(corpus.documents.map(\.text) == ["a é", "b, ]"])
    let lines = try withFile("{\"text\": \"a\"}\n{\"text\": \"b\"}\n", "c.json") { try Corpus.read(path: $0) }
    #expect(lines.documents.map(\.text) == ["a", "b"])
  }

  @Test(
    "An array that is not one is refused with its line",
    arguments: [
      ("[{\"text\": \"a\"},\n {\"text\": 3}]", "line 2: has a \"text\" that is not a text"),
      ("[{\"text\": \"a\"},\n [1]]", "line 2: is not a JSON object, expected one per line, found a list"),
      ("[{\"text\": \"a\"}\n", "line 2: ends within its JSON array"), ("[\"a\nb", "line 2: ends within its JSON array"),
      ("[\"a\"]\n[\"b\"]\n", "line 2: has something behind its JSON array"), ("[]", "has no documents"),
      ("[\"a\\", "ends within its JSON array"), ("[", "ends within its JSON array"),
      ("[\"a\", ]", "line 1: is not a JSON array, expected a value behind each comma"),
    ])
  func malformed(text: String, message: String) throws {
    let error = try withFile(text, "c.json") { path in inputError { _ = try Corpus.read(path: path) } }
    #expect(error?.category == .unreadable)
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }
}
