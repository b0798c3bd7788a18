import Foundation
import Support
import TestSupport
import Testing

@testable import Corpora

@Suite("Cells in quotation marks")
struct TableQuotesTests {
  private func texts(_ text: String, _ name: String) throws -> [String] {
    try withFile(text, name) { try Corpus.read(path: $0).documents.map(\.text) }
  }

  @Test("Tables as Python's csv.writer and pandas write them", arguments: ["a.tsv", "b.tsv"])
  func written(name: String) throws {
    let path = Fixtures.url("field/15-tsv-quoted/\(name)").path(percentEncoded: false)
    let corpus = try Corpus.read(path: path, label: "label")
    #expect(corpus.documents.map(\.text) == [name == "a.tsv" ? "He said \"hi\" to me" : "two\nlines"])
    #expect(corpus.documents[0].labels == ["label": name == "a.tsv" ? "pos" : "neg"])
  }

  @Test(
    "A cell holds line ends, separators and quotation marks, between tabs and between commas",
    arguments: [("c.tsv", "\t"), ("c.csv", ",")])
  func cells(name: String, separator: String) throws {
    let rows = [
      ["", "text", "label"], ["0", "\"a\(separator)\(separator)b\"", "x"],
      ["1", "\"c\r\n\"\"d\"\"\"", "\"y \"\"z\"\"\""],
      ["2", " e ", ""], ["3", "\"\"\"f\"\"\"", "\"\""],
    ]
    let text = "\u{FEFF}" + rows.map { $0.joined(separator: separator) }.joined(separator: "\r\n") + "\r\n"
    let corpus = try withFile(text, name) { try Corpus.read(path: $0) }
    #expect(corpus.documents.map(\.text) == ["a\(separator)\(separator)b", "c\r\n\"d\"", "e", "\"f\""])
    #expect(corpus.documents.map { $0.labels["label"] } == ["x", "y \"z\"", nil, nil])
    #expect(corpus.labelColumns == ["column 1", "label"])
  }

  @Test(
    "Where quotation marks between tabs are not CSV's they are part of the text",
    arguments: [
      // A mark within a cell that is not quoted.
      ("text\tl\n\"a\"\tx\nb \"c\"\ty\n", ["\"a\"", "b \"c\""]),
      ("text\tl\n5\" pipe\tx\n\"a\"\ty\n", ["5\" pipe", "\"a\""]),
      // One that is never closed, and text behind one.
      ("text\tl\n\"a\tx\nb\ty\n", ["\"a", "b"]), ("text\tl\n\"a\" b\tx\n", ["\"a\" b"]),
      // Two cells that would join rows into one of as many cells.
      ("text\tl\n\"a\tx\nb\"\ty\nc\tz\n", ["\"a", "b\"", "c"]),
    ])
  func plain(text: String, texts: [String]) throws { #expect(try self.texts(text, "c.tsv") == texts) }

  @Test("A table of one column keeps the line ends of its cells")
  func oneColumn() throws {
    #expect(try texts("text\n\"a\nb\"\nc\n", "c.tsv") == ["a\nb", "c"])
    #expect(try texts("text\n\"a\nb\"\nc\n", "c.csv") == ["a\nb", "c"])
  }

  @Test("The line of a row counts those within cells")
  func line() throws {
    let text = "text,l\n\"a\n\nb\",x\nc\n"
    let error = try withFile(text, "c.csv") { path in inputError { _ = try Corpus.read(path: path) } }
    #expect(error?.description.contains("line 5: has another number of cells, expected 2, found 1") == true)
  }
}
