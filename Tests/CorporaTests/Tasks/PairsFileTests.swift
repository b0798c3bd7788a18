import Foundation
import Support
import TestSupport
import Testing

@testable import Corpora

@Suite("Files of pairs")
struct PairsFileTests {
  private func read(_ text: String, _ name: String = "pairs.jsonl") throws -> PairsFile {
    let folder = URL.temporaryDirectory.appending(path: "pairs-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: folder.appending(path: name))
    return try PairsFile(path: folder.appending(path: name).path(percentEncoded: false))
  }

  @Test("A pair is two texts or lists of ids, with one answer or several")
  func lines() throws {
    let file = try read(
      """
      {"clean": "a b", "corrupt": "a c", "answer": " b", "wrong": [" c", 7], "position": 1, "source": [0], "label": "x"}

      {"clean": [1, 2], "corrupt": [1, 3], "answer": 5, "wrong": [6]}
      """)
    #expect(file.name == "pairs" && file.pairs.count == 2)
    let (text, ids) = (file.pairs[0], file.pairs[1])
    guard case .text("a b") = text.clean, case .ids([1, 3]) = ids.corrupt else {
      Issue.record("other prompts")
      return
    }
    guard case .text(" c") = text.wrong[0], case .id(7) = text.wrong[1], case .id(5) = ids.answer[0] else {
      Issue.record("other answers")
      return
    }
    #expect(text.position == 1 && text.source == [0] && text.label == "x" && ids.position == nil && ids.row == 1)
  }

  @Test("A table has the same names as columns", arguments: [(",", "pairs.csv"), ("\t", "pairs.tsv")])
  func tables(separator: String, name: String) throws {
    func row(_ cells: [String]) -> String { cells.joined(separator: separator) }
    let texts = try read(
      [row(["clean", "corrupt", "answer", "wrong"]), row(["a b", "a c", " b", "7"])].joined(separator: "\n"), name)
    guard case .text("7") = texts.pairs[0].wrong[0] else {
      Issue.record("a number among texts is a text")
      return
    }
    let quote = separator == "," ? "\"" : ""
    func list(_ text: String) -> String { quote + text + quote }
    let ids = try read(
      [
        row(["clean", "corrupt", "answer", "wrong", "source"]), row([list("[1, 2]"), list("[1, 3]"), "5", "6", "0"]),
      ].joined(separator: "\n"), name)
    guard case .ids([1, 2]) = ids.pairs[0].clean, case .id(5) = ids.pairs[0].answer[0] else {
      Issue.record("numbers beside ids are ids")
      return
    }
    #expect(ids.pairs[0].source == [0])
  }

  @Test(
    "What is no pair is refused with its line",
    arguments: [
      ("", "has no pairs"), ("{\"clean\": \"a\"}", "line 1"), ("[1]", "line 1"), ("{", "line 1"),
      ("{\"clean\": \"a\", \"corrupt\": \"b\", \"answer\": \"c\", \"worng\": \"d\"}", "wrong"),
      ("{\"clean\": [], \"corrupt\": \"b\", \"answer\": \"c\", \"wrong\": \"d\"}", "clean"),
      ("{\"clean\": [-1], \"corrupt\": \"b\", \"answer\": \"c\", \"wrong\": \"d\"}", "clean"),
      ("{\"clean\": \"a\", \"corrupt\": \"b\", \"answer\": [], \"wrong\": \"d\"}", "answer"),
      ("{\"clean\": \"a\", \"corrupt\": \"b\", \"answer\": 1.5, \"wrong\": \"d\"}", "answer"),
    ])
  func refused(text: String, place: String) throws {
    let error = try #require(throws: InputError.self) { try read(text) }
    #expect("\(error)".contains(place), "\(error)")
  }
}
