import Foundation
import Support
import TestSupport
import Testing

@testable import Transformers

/// What transformers makes of texts with the files of a directory.
private struct ClassCases: Decodable, Sendable {
  struct Case: Decodable, Sendable {
    let text: String
    let ids: [Int32]
    let offsets: [[Int]]
  }
  struct Pair: Decodable, Sendable { let ids, types: [Int32] }
  struct Directory: Decodable, Sendable, CustomTestStringConvertible {
    let base: String
    let files: [String]
    let content: [String: String]
    let cases: [Case]
    let pair: Pair

    var testDescription: String {
      "\(base), \(files[0]), \(content["config.json"] ?? ""), \(content["tokenizer_config.json"] ?? "")"
    }
  }
  let directories: [Directory]
}

@Suite("Tokenizers as transformers reads a directory")
struct TokenizerClassTests {
  private static let file = Fixtures.url("tokenizers/classes.json")
  private static let directories =
    (try? JSONDecoder().decode(ClassCases.self, from: Data(contentsOf: file)))?.directories ?? []

  @Test("Every directory is there") func count() { #expect(Self.directories.count == 53) }

  @Test("The class, its settings and the tokens of other files are those of transformers", arguments: directories)
  private func directory(_ directory: ClassCases.Directory) throws {
    let tokenizer = try withFolder { folder in
      for name in directory.files {
        let base = Fixtures.url("tokenizers/\(directory.base)/\(name)")
        if FileManager.default.fileExists(atPath: base.path(percentEncoded: false)) {
          try FileManager.default.copyItem(at: base, to: folder.appending(path: name))
        } else {
          let root = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.file)) as? [String: Any]
          let bases = root?["bases"] as? [String: Any]
          let json = try JSONSerialization.data(withJSONObject: try #require(bases?[directory.base]))
          try json.write(to: folder.appending(path: name))
        }
      }
      for (name, text) in directory.content { try Data(text.utf8).write(to: folder.appending(path: name)) }
      return try Tokenizer(directory: folder)
    }
    for item in directory.cases {
      let found = tokenizer.encode(item.text)
      #expect(found.ids == item.ids, "\(item.text.debugDescription) \(found.tokens)")
      #expect(
        found.offsets.map { [$0.lowerBound, $0.upperBound] } == item.offsets, "\(item.text.debugDescription)")
    }
    let pair = tokenizer.encode(directory.cases[0].text, pair: directory.cases[1].text)
    #expect(pair.ids == directory.pair.ids && pair.typeIDs == directory.pair.types)
  }

  @Test(
    "Files of the field are read right",
    arguments: [
      ("3-tokenizer-config-overrides/do_lower_case", "Hello world", [2, 5, 7, 3]),
      ("3-tokenizer-config-overrides/strip_accents", "café", [2, 8, 9, 3]),
      ("3-tokenizer-config-overrides/tokenize_chinese_chars", "日本", [2, 11, 13, 3]),
      ("4-added-tokens-outside-tokenizer-json/added_tokens_decoder", "ab", [5]),
      ("4-added-tokens-outside-tokenizer-json/added_tokens_json", "ab", [5]),
      ("30-qwen2-vocab-and-merges/qwen2_Qwen2Tokenizer", "123", [49, 50, 51]),
      ("30-qwen2-vocab-and-merges/qwen2_Qwen2Tokenizer", "X'S", [88, 258]),
      ("30-qwen2-vocab-and-merges/phi_CodeGenTokenizer", "123", [257]),
      ("30-qwen2-vocab-and-merges/gpt2_GPT2Tokenizer", "X'S", [88, 39, 83]),
      ("5-regular-expressions/intersection", "hell", [104, 101, 257]),
      ("5-regular-expressions/kimi", "hell world", [258, 259, 111, 114, 108, 100]),
      ("5-regular-expressions/repeat_plus", "1234", [262]),
      ("5-regular-expressions/open_bound", "hell", [104, 101, 108, 108]),
      ("5-regular-expressions/replace_caret", "a\n b", [97, 10, 88, 98]),
    ] as [(String, String, [Int32])])
  func field(directory: String, text: String, ids: [Int32]) throws {
    #expect(try Tokenizer(directory: Fixtures.url("field/\(directory)")).encode(text).ids == ids)
  }

  @Test("That a class cuts otherwise than tokenizer.json is said, and only then")
  func remarks() throws {
    let other = try Tokenizer(directory: Fixtures.url("field/3-tokenizer-config-overrides/do_lower_case"))
    #expect(other.remarks.count == 1 && other.remarks[0].text.contains("BertTokenizer"))
    #expect(try Tokenizer(directory: Fixtures.url("tokenizers/bert_cased")).remarks.isEmpty)
    let usual = try withFolder { folder in
      try FileManager.default.copyItem(
        at: Fixtures.url("tokenizers/gpt2_bpe/tokenizer.json"), to: folder.appending(path: "tokenizer.json"))
      try Data(#"{"model_type": "gpt2"}"#.utf8).write(to: folder.appending(path: "config.json"))
      return try Tokenizer(directory: folder)
    }
    #expect(usual.remarks.isEmpty)
  }

  @Test(
    "Older files of a class that reads them in a way of its own are refused by its name",
    arguments: [
      (#"{"tokenizer_class": "OpenAIGPTTokenizer"}"#, ["vocab.json", "merges.txt"]),
      (#"{"tokenizer_class": "TapasTokenizer"}"#, ["vocab.txt"]),
    ])
  func refused(settings: String, files: [String]) throws {
    try withFolder { folder in
      try Data(settings.utf8).write(to: folder.appending(path: "tokenizer_config.json"))
      let base = files[0] == "vocab.txt" ? "bert_cased" : "gpt2_bpe"
      for name in files {
        try FileManager.default.copyItem(
          at: Fixtures.url("tokenizers/\(base)/\(name)"), to: folder.appending(path: name))
      }
      #expect {
        _ = try Tokenizer(directory: folder)
      } throws: { "\($0)".contains("older files are not supported") && "\($0)".contains("Tokenizer") }
    }
  }

  @Test("Marian's source and target have pieces of their own, numbered by one vocabulary")
  func marian() throws {
    struct Case: Decodable {
      let text: String
      let source, target: [Int32]
    }
    let folder = Fixtures.url("tokenizers/marian")
    let tokenizer = try Tokenizer(directory: folder)
    let target = try #require(tokenizer.target)
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: folder.appending(path: "cases.json")))
    #expect(cases.count == 8 && cases.contains { $0.source != $0.target })
    for item in cases {
      #expect(tokenizer.encode(item.text).ids == item.source, "\(item.text)")
      #expect(target.encode(item.text).ids == item.target, "\(item.text)")
    }
    #expect(target.decode(cases[1].target, skipSpecialTokens: true) == "der Hund sieht einen Mann .")
  }
}
