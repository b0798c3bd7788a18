import Support
import Testing

@testable import Corpora

@Suite("Errors of corpora with columns")
struct ColumnErrorTests {
  @Test(
    "A malformed line is named with what is wrong with it",
    arguments: [
      (
        "c.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"\n",
        "line 2, column 13: is not valid JSON, expected , or }, found the end"
      ),
      ("c.jsonl", "{\"text\": \"a\"}\n[\"a\"]\n", "line 2: is not a JSON object, expected one per line, found a list"),
      ("c.jsonl", "{\"text\": \"a\"} x\n", "line 1, column 15: is not valid JSON, expected the end, found \"x\""),
      (
        "c.jsonl", "{\"text\": \"a\", \"n\": 01}\n",
        "line 1, column 20: is not valid JSON, expected a value, found \"01}\""
      ),
      (
        "c.jsonl", "{\"text\": \"a\", \"n\": nil}\n",
        "line 1, column 20: is not valid JSON, expected a value, found \"nil}\""
      ),
      ("c.jsonl", "{\"text\": \"\\x\"}\n", "line 1, column 12: is not valid JSON, expected an escape, found \"x\"}\""),
      (
        "c.jsonl", "{\"text\": \"a\tb\"}\n",
        "line 1, column 12: is not valid JSON, expected no control character in a string"
      ),
      ("c.jsonl", String(repeating: "[", count: 200), "line 1: ends within its JSON array"),
      ("c.jsonl", "{\"a\":" + String(repeating: "[", count: 600), "expected at most 512 nested values"),
      ("c.jsonl", "{\"text\": \"a\", \"text\": \"b\"}\n", "line 1, column 15: has a key twice, found \"text\""),
      (
        "c.jsonl", "{\"text\": \"a\"}\n{\"txt\": \"b\"}",
        "line 2: has no field \"text\", the nearest is \"txt\", expected txt"
      ),
      ("c.jsonl", "{\"text\": 3}\n", "line 1: has a \"text\" that is not a text, expected a text or a list of words"),
      ("c.jsonl", "{\"text\": [\"a\", 3]}\n", "line 1: has a \"text\" with something that is not a word"),
      ("c.jsonl", "{\"text\": \"a\", \"pair\": [1]}\n", "line 1: has a \"pair\" that is not a text"),
      (
        "c.jsonl", "{\"text\": \"a\", \"pair\": \" \"}\n", "line 1: has a text without a pair, expected both or neither"
      ),
      (
        "c.jsonl", "{\"text\": [\"a\", \"b\"], \"ner\": [\"O\"]}\n",
        "line 1: has another number of labels \"ner\" than words, expected 2, found 1"
      ),
      ("c.jsonl", "{\"text\": \"\"}\n", "c.jsonl: has no documents"),
      (
        "c.jsonl", "\n{\"text\": null}\n{\"text\": NaN}\n",
        "line 2: has no text, nor has any other line, expected a text, found null or NaN in 2 of them"
      ),
      ("c.tsv", "text\tlabel\na\tb\nc\n", "line 3: has another number of cells, expected 2, found 1"),
      ("c.tsv", "text\ttext\n", "line 1: has two columns of one name, found \"text\""),
      ("c.tsv", "text\tpair\n\tb\n", "line 2: has a pair without a text"),
      ("c.tsv", "\n", "c.tsv: has no documents"),
      ("c.tsv", "text\n", "c.tsv: has no documents"),
      ("c.conll", "a O\nb\n", "line 2: has another number of columns, expected 2, found 1"),
      ("c.conll", "a\tO\n\tO\n", "line 2: has no word"),
      ("c.conll", "\na\n", "line 2: has a word without labels, expected 2 to 5 columns"),
      ("c.conll", "-DOCSTART- O\n\n", "c.conll: has no documents"),
    ])
  func malformed(name: String, text: String, message: String) throws {
    let error = try withFile(text, name) { path in inputError { _ = try Corpus.read(path: path) } }
    #expect(error?.category == .unreadable)
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test(
    "A column that is not there is named with the nearest, and a setting that a format does not have is refused",
    arguments: [
      (
        "c.jsonl", CorpusFile(path: "", text: "sentnce"), nil,
        "line 1: has no field \"sentnce\", the nearest is \"sentence\""
      ),
      ("c.jsonl", CorpusFile(path: "", text: "sentence", pair: "other"), nil, "has no field \"other\""),
      (
        "c.jsonl", CorpusFile(path: "", text: "sentence"), "lable",
        "has no label column \"lable\", the nearest is \"label\", expected label"
      ),
      ("c.jsonl", CorpusFile(path: "", columns: ["a"]), nil, "is read as jsonl, which takes no setting \"columns\""),
      ("c.jsonl", CorpusFile(path: "", text: "a", pair: "a"), nil, "has one column for the text and its pair"),
      (
        "c.tsv", CorpusFile(path: ""), nil,
        "line 1: has no column \"text\", expected the name of the column with the text"
      ),
      (
        "c.tsv", CorpusFile(path: "", text: "sentense"), nil,
        "line 1: has no column \"sentense\", the nearest is \"sentence\", expected sentence, gold"
      ),
      (
        "c.tsv", CorpusFile(path: "", text: "sentence", pair: "golt"), nil,
        "has no column \"golt\", the nearest is \"gold\""
      ),
      (
        "c.tsv", CorpusFile(path: "", text: "sentence"), "glod",
        "has no label column \"glod\", the nearest is \"gold\", expected gold"
      ),
      ("c.tsv", CorpusFile(path: "", columns: ["a", "text", "a"]), nil, "has two columns of one name, found \"a\""),
      ("c.conll", CorpusFile(path: ""), "nre", "has no label column \"nre\", the nearest is \"ner\", expected ner"),
      (
        "c.conll", CorpusFile(path: "", columns: ["w", "x", "y"]), nil,
        "line 1: has another number of columns than are named, expected 3, found 2"
      ),
      (
        "c.conll", CorpusFile(path: "", columns: ["w", "x"], text: "v"), nil,
        "has no column \"v\", the nearest is \"w\", expected w, x"
      ),
      ("c.conll", CorpusFile(path: "", pair: "x"), nil, "is read as conll, which takes no setting \"pair\""),
      (
        "wide.conll", CorpusFile(path: ""), nil,
        "line 1: has columns without names, expected 2 to 5 columns between tabs or spaces, or the names of all, found 10"
      ),
      ("c.conllu", CorpusFile(path: "", text: "x"), nil, "is read as conllu, which takes no setting \"text\""),
      ("c.txt", CorpusFile(path: "", pair: "x"), nil, "is read as text, which takes no setting \"pair\""),
      ("c.xml", CorpusFile(path: ""), nil, "has no known format"),
      (
        "c.tsv", CorpusFile(path: "", format: .tsv, parallel: "x"), nil,
        "cannot have a parallel file, expected text, one document per line, found tsv"
      ),
      (
        "c.txt", CorpusFile(path: "", parallel: "x", text: "t"), nil,
        "is read as parallel text, which takes no setting \"text\""
      ),
      ("c.txt", CorpusFile(path: ""), "upos", "is plain text and has no label columns"),
    ] as [(String, CorpusFile, String?, String)])
  func usage(name: String, file: CorpusFile, label: String?, message: String) throws {
    let texts = [
      "c.jsonl": "{\"sentence\": \"a b\", \"label\": 1}\n", "c.tsv": "sentence\tgold\na b\t1\n", "c.conll": "a O\n",
      "wide.conll": "1 2 3 4 5 6 7 8 9 10\n",
    ]
    let error = try withFile(texts[name] ?? "a\n", name) { path in
      var file = file
      file.path = path
      return inputError { _ = try Corpus.read(file, label: label) }
    }
    #expect(error?.category == .usage)
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test("A list of numbers beside words counts as their labels only where it is the chosen label")
  func numbersBesideWords() throws {
    let text = "{\"text\": [\"a\", \"b\"], \"n\": [1, 2]}\n{\"text\": [\"a\"], \"n\": [1, 2, 3]}\n"
    try withFile(text, "c.jsonl") { path in
      let corpus = try Corpus.read(path: path)
      #expect(corpus.documents.count == 2)
      let error = inputError { _ = try Corpus.read(path: path, label: "n") }
      #expect(
        error?.description.hasSuffix(
          "line 2: has another number of labels \"n\" than words, expected 1, found 3") == true)
    }
  }

  @Test(
    "Parallel files that do not go together are refused with the line",
    arguments: [
      ("a\nb\n", "A\n", "pair: ends before its parallel file, expected a line 2 as in ", "found 1 lines"),
      ("a\n", "A\n\n\nB", "text: ends before its parallel file, expected a line 4 as in ", "found 1 lines"),
      ("a\nb\nc", "A\n \nC", "pair: line 2: has a text without a pair", "expected both or neither"),
      ("a\n\nc", "A\nB\nC", "text: line 2: has a pair without a text", "expected both or neither"),
      ("\n", "\n\n", "text: has no documents", "an empty corpus"),
    ])
  func parallel(text: String, pair: String, message: String, part: String) throws {
    let error = try withFile(text, "text") { text in
      try withFile(pair, "pair") { pair in
        inputError { _ = try Corpus.read(CorpusFile(path: text, parallel: pair)) }
      }
    }
    #expect(error?.category == .unreadable)
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }
}
