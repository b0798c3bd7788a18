import Foundation
import Support
import Testing

@testable import Corpora

/// A corpus of one file, beside which others can stand.
private func read(
  _ files: [String: String], _ name: String, parallel: String? = nil, alignment: String? = nil
) throws -> Corpus {
  let folder = URL.temporaryDirectory.appending(path: "alignment-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
  func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }
  return try Corpus.read(
    CorpusFile(
      path: path(name), parallel: parallel.map(path), alignment: parallel == nil ? alignment : alignment.map(path)),
    label: nil, limit: nil)
}

@Suite("Alignments of words")
struct WordAlignmentTests {
  @Test("Sure and possible pairs are read, each once, in the order of the target")
  func pairs() throws {
    let links = try #require(WordAlignment.links(" 2-0 0-1\t1p2 1?0 2p0 0-1 "))
    let alignment = try WordAlignment(links, of: "a b c", pair: "x y z", place: "")
    #expect(alignment.links.map(\.description) == ["1p0", "2-0", "0-1", "1p2"])
    #expect(alignment.source == [0..<1, 2..<3, 4..<5] && alignment.target == alignment.source)
  }

  @Test(
    "Anything else is no alignment", arguments: ["", "0", "0-", "-1", "0-1-2", "a-b", "0:1", "0-1 x", "1.5-2", "-1-2"])
  func others(_ text: String) { #expect(WordAlignment.links(text) == nil) }

  @Test("Words stand between spaces; where there are too few of these, every character is one")
  func words() throws {
    let alignment = try WordAlignment(
      [.init(source: 1, target: 3, isSure: true)], of: "sixty-seven  thousand", pair: "六万七千", place: "")
    #expect(alignment.source == [0..<11, 13..<21] && alignment.target == [0..<1, 1..<2, 2..<3, 3..<4])
    let cut = try WordAlignment([.init(source: 0, target: 1, isSure: true)], of: "a", pair: "我们 是 学生", place: "")
    #expect(cut.target == [0..<2, 3..<4, 5..<7])
  }

  private static let tables: [(String, [String: String], String?)] = [
    ("a.tsv", ["a.tsv": "text\tpair\talignment\nred house\tmaison rouge\t0-1 1-0\nno\tnon\t\n"], nil),
    ("a.tsv", ["a.tsv": "text\tpair\tgold\nred house\tmaison rouge\t0-1 1-0\nno\tnon\t\n"], "gold"),
    (
      "a.jsonl",
      [
        "a.jsonl": #"{"text": "red house", "pair": "maison rouge", "alignment": "0-1 1-0"}"# + "\n"
          + #"{"text": "no", "pair": "non"}"#
      ], nil
    ),
    (
      "a.jsonl",
      [
        "a.jsonl": #"{"text": ["red", "house"], "pair": "maison rouge", "gold": [[0, 1], [1, 0]]}"# + "\n"
          + #"{"text": "no", "pair": "non", "gold": null}"#
      ], "gold"
    ),
    (
      "a.jsonl",
      [
        "a.jsonl": #"{"text": "red house", "pair": "maison rouge", "alignment": ["0-1", "1-0"]}"# + "\n"
          + #"{"text": "no", "pair": "non", "alignment": "none yet"}"#
      ], nil
    ),
  ]

  @Test("Tables and JSON Lines have them in a column, named by the job or called so", arguments: tables)
  func columns(_ name: String, _ files: [String: String], _ column: String?) throws {
    let documents = try read(files, name, alignment: column).documents
    #expect(documents.map { $0.alignment?.links.map(\.description) } == [["1-0", "0-1"], nil])
  }

  @Test("Parallel text has them in a third file, line by line")
  func parallel() throws {
    let files = ["a.en": "red house\n\nno\n", "a.fr": "maison rouge\n\nnon\n", "a.gold": "0-1 1-0\n\n0-0\n"]
    let documents = try read(files, "a.en", parallel: "a.fr", alignment: "a.gold").documents
    #expect(documents.map { $0.alignment?.links.map(\.description) } == [["1-0", "0-1"], ["0-0"]])
  }

  @Test(
    "What is not there or not one is refused with its line",
    arguments: [
      ("text\tpair\talignment\na b\tx y\t0-2\n", nil, "line 2: has an alignment with a word that is not there"),
      ("text\tpair\tgold\na b\tx y\t0:1\n", "gold", "line 2: has an alignment that is not one"),
      ("text\tpair\tgold\na b\tx y\t0-1\n", "golt", "has no column \"golt\", the nearest is \"gold\""),
    ])
  func refusals(_ table: String, _ column: String?, _ words: String) {
    #expect { try read(["a.tsv": table], "a.tsv", alignment: column) } throws: { "\($0)".contains(words) }
  }

  @Test("A third file that is shorter or longer is refused", arguments: ["0-0\n", "0-0\n0-0\n0-0\n", "0-0\nwell\n"])
  func lengths(_ gold: String) {
    #expect(throws: InputError.self) {
      try read(["a.en": "a\nb\n", "a.fr": "x\ny\n", "a.gold": gold], "a.en", parallel: "a.fr", alignment: "a.gold")
    }
  }
}
