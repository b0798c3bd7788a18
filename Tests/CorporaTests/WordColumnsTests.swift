import Foundation
import Support
import TestSupport
import Testing

@testable import Corpora

@Suite("Which column of a file holds the words")
struct WordColumnsTests {
  private func corpus(_ text: String, columns: [String]? = nil, word: String? = nil) throws -> Corpus {
    try withFile(text, "c.conll") { try Corpus.read(CorpusFile(path: $0, columns: columns, text: word)) }
  }

  private func field(_ name: String) throws -> Corpus {
    try Corpus.read(
      path: Fixtures.url("field/16-conll-first-column-is-no-word/\(name)").path(percentEncoded: false), label: "ner")
  }

  @Test("A column that numbers the words is no word, and one of labels is not, either")
  func samples() throws {
    let index = try field("index-first.conll")
    #expect(index.documents.map(\.text) == ["Once upon", "The"])
    #expect(index.documents[0].words.map { $0.labels["ner"] } == ["O", "B-PER"])
    #expect(index.labelColumns == ["ner", "nested"])
    let label = try field("label-first.conll")
    #expect(label.documents.map(\.text) == ["Once upon"])
    #expect(label.documents[0].words.map(\.labels) == [["ner": "O"], ["ner": "B-X"]])
  }

  @Test(
    "Layouts by others",
    arguments: [
      // GermEval with its comments.
      (
        "#\thttp://a.org [2009]\n1\tA\tB-PER\tO\n2\tb\tO\tB-LOC\n\n#\tx\n1\tC\tO\tO\n", ["A b", "C"],
        ["ner": "B-PER", "nested": "O"]
      ),
      // Numbered from 0, and through the whole file.
      ("0 A NN O\n1 b VB O\n\n0 C NN O\n", ["A b", "C"], ["pos": "NN", "ner": "O"]),
      ("1 A NN O\n2 b VB O\n\n3 C NN O\n", ["A b", "C"], ["pos": "NN", "ner": "O"]),
      // CoNLL-2003 with documents, and another place for their mark.
      (
        "-DOCSTART- -X- -X- O\n\nA NN B-NP B-PER\n\nb VB O O\n", ["A", "b"],
        ["pos": "NN", "chunk": "B-NP", "ner": "B-PER"]
      ),
      ("O\t-DOCSTART-\n\nB-X\tA\nO\tb\n", ["A b"], ["ner": "B-X"]),
      // A hash is a word, and a comment where it has other columns.
      ("# a comment line\n#\tO\nb\tB-X\n", ["# b"], ["ner": "O"]), ("# id\n#\tO\nb\tB-X\n", ["# b"], ["ner": "O"]),
      // Numbers among words.
      ("7 CD O\ntimes NN O\n\n1 CD O\n", ["7 times", "1"], ["pos": "CD", "ner": "O"]),
    ] as [(String, [String], [String: String])])
  func layouts(text: String, texts: [String], first: [String: String]) throws {
    let corpus = try corpus(text)
    #expect(corpus.documents.map(\.text) == texts)
    #expect(corpus.documents.first?.words.first?.labels == first)
  }

  @Test("The job names columns, and the one of words by its name or by the setting")
  func named() throws {
    let text = "1\tA\tX\n2\tb\tY\n"
    #expect(try corpus(text, columns: ["i", "word", "ner"]).documents.map(\.text) == ["A b"])
    #expect(try corpus(text, columns: ["i", "w", "t"], word: "t").documents.map(\.text) == ["X Y"])
    #expect(try corpus(text, columns: ["i", "w", "t"], word: "t").labelColumns == ["w"])
    #expect(try corpus("A\tX\nb\tY\n", columns: ["w", "t"]).documents.map(\.text) == ["A b"])
  }

  @Test(
    "A first column that holds no words is refused where nobody says which one does",
    arguments: [
      ("1\tA\n2\tb\n", nil, "has numbers in the column of words"),
      ("5\tA\tO\n9\tb\tO\n", nil, "has numbers in the column of words"),
      ("5\tA\tO\n9\tb\tO\n", ["i", "w", "t"], "has numbers in the column of words"),
      ("O\tNN\tA\nB-X\tVB\tb\n", nil, "has labels in the column of words"),
      ("O\tO\nO\tB-X\n", nil, "has labels in the column of words"),
    ] as [(String, [String]?, String)])
  func refused(text: String, columns: [String]?, problem: String) throws {
    let error = inputError { _ = try corpus(text, columns: columns) }
    #expect(error?.category == .usage && error?.problem == problem, "\(String(describing: error))")
  }
}
