import Foundation
import TestSupport
import Testing

@Suite("tokenize")
struct TokenizeTests {
  struct Line: Decodable, Equatable {
    var ids: [Int]
    var tokens: [String]
    var offsets: [[Int]]?
  }

  private static let model = Fixtures.root.appending(path: "examples/shakespeare/model").path(percentEncoded: false)

  private func lines(_ output: String) throws -> [Line] {
    try output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  @Test("a line is a text or a JSON string, and an empty one is a text as well")
  func forms() throws {
    let input = "To be, or not to be\n\"To be, or not to be\"\r\n\n\"To be\\nor\"\n\"To be\" or"
    let outcome = try Program.run(["tokenize", Self.model, "--offsets"], input: input)
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    let found = try lines(outcome.output)
    #expect(found.count == 5)
    #expect(found[0] == found[1])
    #expect(found[2].ids.isEmpty)
    #expect(found[3].tokens.contains("Ċ"))
    #expect(found[4].tokens.first == "\"")
    #expect(found[0].offsets?.last?.last == "To be, or not to be".count)
    for (line, text) in zip(found, ["To be, or not to be", "", "", "To be\nor", "\"To be\" or"]) where !text.isEmpty {
      // Byte-level tokens of ASCII text spell it.
      let spelt = line.tokens.joined().replacing("Ġ", with: " ").replacing("Ċ", with: "\n")
      #expect(spelt == text)
    }
  }

  @Test("offsets are there when asked for only")
  func withoutOffsets() throws {
    let outcome = try Program.run(["tokenize", Self.model], input: "To be")
    #expect(try lines(outcome.output).first?.offsets == nil)
  }

  @Test("control characters, quotes and backslashes are escaped")
  func escapes() throws {
    let folder = try Scratch()
    let tokenizer = """
      {"model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
       "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "\\"": 1, "\\\\": 2, "a\\u0001": 3}},
       "pre_tokenizer": {"type": "WhitespaceSplit"}, "added_tokens": []}
      """
    _ = try folder.write(tokenizer, to: "tokenizer.json")
    let path = folder.folder.path(percentEncoded: false)
    let outcome = try Program.run(["tokenize", path], input: "\" \\ a\u{1} x\n")
    #expect(outcome.errors.isEmpty)
    #expect(try lines(outcome.output).first?.tokens == ["\"", "\\", "a\u{1}", "[UNK]"])
  }

  @Test("a line that is not UTF-8 is named, and what came before it was answered")
  func invalidUTF8() throws {
    let scratch = try Scratch()
    try Data("one\ntwo\n".utf8 + [0xff, 0x0a]).write(to: scratch["in.txt"])
    let outcome = try Program.run(["tokenize", Self.model], inputFile: scratch["in.txt"])
    #expect(outcome.code == 3)
    #expect(outcome.output.split(separator: "\n").count == 2)
    #expect(outcome.errors == "tomograph: standard input: line 3: is not valid UTF-8\n")
  }

  @Test("a folder without a tokenizer is one line and code 3", arguments: ["/nowhere", "/proc"])
  func missing(folder: String) throws {
    let outcome = try Program.run(["tokenize", folder], input: "a\n")
    #expect(outcome.code == 3)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.hasPrefix("tomograph: \(folder)"))
  }

  @Test(
    "every reference text has its ids, tokens and offsets, with and without added tokens",
    arguments: ["gpt2_bpe", "bert_cased", "bert_uncased"])
  func reference(kind: String) throws { try check(Fixtures.url("tokenizers/\(kind)")) }

  @Test(
    "so have those of real models",
    .enabled(if: Fixtures.shared("reference/tokenizers") != nil, "the reference data is not beside the checkout"),
    arguments: ["real_gpt2", "real_minilm"])
  func real(kind: String) throws { try check(#require(Fixtures.shared("reference/tokenizers/\(kind)"))) }

  private func check(_ folder: URL) throws {
    struct Cases: Decodable {
      struct Case: Decodable {
        struct Special: Decodable {
          var ids: [Int]
          var offsets: [[Int]]
        }
        var text: String
        var plain: Line
        var with_special: Special
      }
      var cases: [Case]
    }
    let cases = try JSONDecoder().decode(
      Cases.self, from: Data(contentsOf: folder.appending(path: "cases.json"))
    ).cases
    let input = try cases.map { String(decoding: try JSONEncoder().encode($0.text), as: UTF8.self) + "\n" }.joined()
    let path = folder.path(percentEncoded: false)
    let plain = try lines(Program.run(["tokenize", path, "--offsets", "--no-special"], input: input).output)
    #expect(plain == cases.map(\.plain))
    let special = try lines(Program.run(["tokenize", path, "--offsets"], input: input).output)
    #expect(special.map(\.ids) == cases.map(\.with_special.ids))
    #expect(special.map(\.offsets) == cases.map(\.with_special.offsets))
  }
}
