import Foundation
import Support
import TestSupport
import Testing

@testable import Corpora

@Suite("Plain text and the errors of corpora")
struct CorpusTests {
  @Test(
    "Text is read by paragraphs where blank lines separate them, else by lines",
    arguments: [
      ("a\nb\nc", CorpusFormat.lines, ["a", "b", "c"]),
      ("A:\nb\n\nC:\nd\n\n\n", .paragraphs, ["A:\nb", "C:\nd"]),
      (" \n = Title = \n \n Body .\n", .paragraphs, ["= Title =", "Body ."]),
      ("\u{FEFF}one\r\n\r\ntwo\r\n", .paragraphs, ["one", "two"]),
      ((0..<20).map { "\($0)\n" }.joined() + "\n", .lines, (0..<20).map { "\($0)" }),
    ])
  func text(text: String, format: CorpusFormat, documents: [String]) throws {
    let corpus = try withFile(text) { try Corpus.read(path: $0) }
    #expect(corpus.format == format)
    #expect(corpus.documents.map(\.text) == documents)
    #expect(corpus.documents.map(\.id) == documents.indices.map { "doc-\($0)" })
  }

  @Test("The job's word on the format and the limit holds")
  func choice() throws {
    let (lines, blocks) = try withFile("a\nb\n\nc\n", "corpus.jsonl") { path in
      (try Corpus.read(path: path, format: .lines, limit: 2), try Corpus.read(path: path, format: .paragraphs))
    }
    #expect(lines.documents.map(\.text) == ["a", "b"])
    #expect(blocks.documents.map(\.text) == ["a\nb", "c"])
  }

  @Test("A corpus that cannot be used is refused in one clear line")
  func errors() throws {
    func line(_ bytes: [UInt8], _ name: String = "c.txt", format: CorpusFormat? = nil, label: String? = nil) throws
      -> InputError?
    {
      try withFile(bytes, name) { path in
        inputError { _ = try Corpus.read(path: path, format: format, label: label) }
      }
    }
    let empty = try line([])
    #expect(empty?.problem == "has no documents" && empty?.category == .unreadable)
    #expect(try line(Array(" \n\t\n".utf8))?.problem == "has no documents")

    let broken = try line(Array("first\nse".utf8) + [0xC3, 0x28] + Array("nd\n".utf8))
    #expect(broken?.description.hasSuffix("c.txt: line 2: is not UTF-8, found byte 8 of the file") == true)

    let missing = inputError { _ = try Corpus.read(path: "/nowhere/c.txt") }
    #expect(missing?.description == "/nowhere/c.txt: does not exist" && missing?.category == .unreadable)
    let folder = inputError { _ = try Corpus.read(path: NSTemporaryDirectory(), format: .lines) }
    #expect(folder?.problem == "is a directory")

    let label = try line(Array("1\ta\ta\tX\t_\t_\t0\troot\t_\t_\n".utf8), "c.conllu", label: "upso")
    #expect(label?.category == .usage && label?.description.contains("the nearest is \"upos\"") == true)
    #expect(try line([0x61], label: "upos")?.category == .usage)
    #expect(try line([0x61], "c.csv")?.category == .usage)
  }

  @Test("Shakespeare is read speech by speech", .enabled(if: Fixtures.shared("corpora/tinyshakespeare") != nil))
  func shakespeare() throws {
    guard let url = Fixtures.shared("corpora/tinyshakespeare/input.txt") else { return }
    let corpus = try Corpus.read(path: url.path(percentEncoded: false))
    #expect(corpus.format == .paragraphs)
    #expect(corpus.documents.count == 7222)
    #expect(corpus.documents[0].text == "First Citizen:\nBefore we proceed any further, hear me speak.")
  }
}
