import Foundation
import Support
import TestSupport
import Testing

@testable import Corpora

/// A file of the given bytes that exists while `body` runs.
func withFile<Result>(_ bytes: [UInt8], _ name: String = "corpus.txt", _ body: (String) throws -> Result) throws
  -> Result
{
  let folder = FileManager.default.temporaryDirectory.appending(path: "corpus-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let url = folder.appending(path: name)
  try Data(bytes).write(to: url)
  return try body(url.path(percentEncoded: false))
}

func withFile<Result>(_ text: String, _ name: String = "corpus.txt", _ body: (String) throws -> Result) throws -> Result
{
  try withFile(Array(text.utf8), name, body)
}

/// The error that `body` throws.
func inputError(_ body: () throws -> Void) -> InputError? {
  do { try body() } catch { return error as? InputError }
  return nil
}

private let sentence = """
  # newdoc id = essay-1
  # sent_id = s1
  # text = “They didn't see Dr. Who's café.”
  1\t"\t"\tPUNCT\t``\t_\t4\tpunct\t_\tSpaceAfter=No
  2\tThey\tthey\tPRON\tPRP\tCase=Nom\t5\tnsubj\t_\t_
  3-4\tdidn't\t_\t_\t_\t_\t_\t_\t_\t_
  3\tdid\tdo\tAUX\tVBD\t_\t5\taux\t_\t_
  4\tn't\tnot\tPART\tRB\t_\t5\tadvmod\t_\t_
  5\tsee\tsee\tVERB\tVB\t_\t0\troot\t_\t_
  5.1\tghost\tghost\tNOUN\t_\t_\t_\t_\t5:x\t_
  6\tDr.\tDr.\tPROPN\tNNP\t_\t5\tobj\t_\t_
  7-8\tWho's\t_\t_\t_\t_\t_\t_\t_\t_
  7\tWho\tWho\tPROPN\tNNP\t_\t9\tnmod\t_\t_
  8\tof\tof\tADP\tPOS\t_\t7\tcase\t_\t_
  9\tcafé\tcafé\tNOUN\tNN\t_\t5\tobj\t_\tSpaceAfter=No
  10\t.\t.\tPUNCT\t.\t_\t5\tpunct\t_\tSpaceAfter=No
  11\t"\t"\tPUNCT\t''\t_\t5\tpunct\t_\t_

  # sent_id = s2
  1\tNo\tno\tDET\tDT\t_\t2\tdet\t_\t_
  2\ttext\ttext\tNOUN\tNN\t_\t0\troot\t_\tSpaceAfter=No
  3\t!\t!\tPUNCT\t.\t_\t2\tpunct\t_\t_

  """

@Suite("CoNLL-U")
struct CoNLLUTests {
  @Test("Words stand where the text has them, quotes, contractions and accents included")
  func ranges() throws {
    let corpus = try withFile(sentence, "a.conllu") { try Corpus.read(path: $0, label: "upos") }
    #expect(corpus.format == .conllu)
    let first = corpus.documents[0]
    #expect(first.id == "doc-0" && first.text == "“They didn't see Dr. Who's café.”")
    let scalars = Array(first.text.unicodeScalars)
    let surface = first.words.map { word in String(String.UnicodeScalarView(scalars[word.range])) }
    #expect(
      surface == ["“", "They", "did", "n't", "see", "Dr.", "Who's", "Who's", "café", ".", "”"])
    #expect(first.words.map(\.head) == [3, 4, 4, 4, nil, 4, 8, 6, 4, 4, 4])
    #expect(first.words[2].labels == ["lemma": "do", "upos": "AUX", "xpos": "VBD", "deprel": "aux", "head": "5"])
    #expect(first.labels == ["sent_id": "s1", "newdoc": "essay-1"])
  }

  @Test("Without a text comment the forms are joined as SpaceAfter says")
  func rebuilt() throws {
    let corpus = try withFile(sentence, "a.conllu") { try Corpus.read(path: $0) }
    #expect(corpus.documents[1].text == "No text!")
    #expect(corpus.documents[1].words.map(\.range) == [0..<2, 3..<7, 7..<8])
    #expect(corpus.documents[1].labels == ["sent_id": "s2", "newdoc": "essay-1"])
    #expect(corpus.labelColumns == ["lemma", "upos", "xpos", "feats", "deprel", "head", "sent_id", "newdoc"])
  }

  @Test("A text comment that does not fit the words gives way to them")
  func misfit() throws {
    let text = "# text = something else\n1\tNo\tno\tDET\tDT\t_\t0\troot\t_\t_\n"
    let corpus = try withFile(text, "a.conllu") { try Corpus.read(path: $0) }
    #expect(corpus.documents[0].text == "No")
    #expect(corpus.documents[0].words[0].range == 0..<2)
  }

  @Test("Tokens take the label of the word that they overlap most")
  func tokenLabels() throws {
    let document = try withFile(sentence, "a.conllu") { try Corpus.read(path: $0) }.documents[0]
    let offsets = [0..<0, 0..<1, 1..<5, 5..<9, 9..<12, 12..<13, 16..<20, 26..<31, 31..<33]
    #expect(
      labels(for: offsets, of: document, column: "upos")
        == [nil, "PUNCT", "PRON", "AUX", "PART", nil, "PROPN", "NOUN", "PUNCT"])
    #expect(labels(for: [0..<0, 3..<4], of: document, column: "newdoc") == [nil, "essay-1"])
    #expect(words(for: [20..<22], of: document) == [6])
  }

  @Test(
    "A malformed line is named with what is wrong with it",
    arguments: [
      ("1\ta\tb\n", "line 1", "10 columns"),
      ("\n\n2\ta\ta\tX\t_\t_\t0\troot\t_\t_\n", "line 3", "expected 1"),
      ("1\ta\ta\tX\t_\t_\t7\troot\t_\t_\n", "line 1", "0 to 1"),
      ("1\ta\ta\tX\t_\t_\tx\troot\t_\t_\n", "line 1", "0 to 1"),
      ("1-2\tab\t_\t_\t_\t_\t_\t_\t_\t_\n1\ta\ta\tX\t_\t_\t0\troot\t_\t_\n\n", "line 3", "word 2"),
      ("2-1\tab\t_\t_\t_\t_\t_\t_\t_\t_\n", "line 1", "does not follow"),
    ])
  func malformed(text: String, line: String, part: String) throws {
    let error = try withFile(text, "a.conllu") { path in inputError { _ = try Corpus.read(path: path) } }
    #expect(error?.category == .unreadable)
    #expect(error?.description.contains("a.conllu: \(line): ") == true)
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }

  @Test(
    "Every word of the public treebanks lies in its sentence's text",
    .enabled(if: Fixtures.shared("corpora/ud-english-ewt") != nil),
    arguments: [
      ("ud-english-ewt/en_ewt-ud-test.conllu", 2077), ("ud-english-ewt/en_ewt-ud-dev.conllu", 2001),
      ("ud-pud-en-zh/en_pud-ud-test.conllu", 1000), ("ud-pud-en-zh/zh_pud-ud-test.conllu", 1000),
    ])
  func treebanks(name: String, count: Int) throws {
    guard let url = Fixtures.shared("corpora/\(name)") else { return }
    let corpus = try Corpus.read(path: url.path(percentEncoded: false), label: "deprel")
    #expect(corpus.documents.count == count)
    let texts = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("# text = ") }
    #expect(texts.count == count)
    for (document, text) in zip(corpus.documents, texts) {
      #expect(document.text == trimmed(text.dropFirst(9)))
      let scalars = Array(document.text.unicodeScalars)
      var covered = [Bool](repeating: false, count: scalars.count)
      for word in document.words {
        #expect(!word.range.isEmpty && word.range.upperBound <= scalars.count)
        for index in word.range { covered[index] = true }
      }
      #expect(zip(scalars, covered).allSatisfy { $0.properties.isWhitespace || $1 }, "\(document.text)")
    }
  }
}
