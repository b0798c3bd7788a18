import Foundation
import TestSupport
import Testing

@testable import Transformers

@Suite("Characters that a tokenizer loses")
struct CharacterLossTests {
  private func tokenizer(_ name: String, _ text: String) throws -> Tokenizer {
    try withFolder { folder in
      try Data(text.utf8).write(to: folder.appending(path: name))
      return try Tokenizer(directory: folder)
    }
  }

  private func losses(_ tokenizer: Tokenizer, _ text: String, pair: String? = nil, length: Int? = nil) throws
    -> CharacterLosses
  {
    var losses: CharacterLosses? = CharacterLosses()
    let counted = tokenizer.encode(text, pair: pair, maximumLength: length, counting: &losses)
    #expect(counted.ids == tokenizer.encode(text, pair: pair, maximumLength: length).ids)
    return try #require(losses)
  }

  @Test("A split that leaves characters out drops them, and white space is not counted")
  func molecules() throws {
    let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nC\nc\no\nb\nn\n[C@@H]\n"
    let found = try losses(tokenizer("vocab.txt", vocabulary), "The quick brown fox N")
    #expect(found.characters == 17 && found.droppedCount == 11 && found.unknownCount == 1)
    #expect(
      found.unknown == ["N": 1] && found.dropped["u"] == 1 && found.dropped["r"] == 1 && found.dropped["o"] == nil)
    #expect(CharacterLosses.commonest(["z": 1, "a": 2, "b": 2, "y": 1], 3) == ["a", "b", "y"])
  }

  @Test("Every character of an unknown word is unknown; accents and controls are told apart")
  func words() throws {
    let bert = try tokenizer("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncafe\na\n")
    #expect(try losses(bert, "a cafe\u{301} Café [UNK] \u{7}a").unknownCount == 0)
    let found = try losses(bert, "a\u{200D} zoo cafe", pair: "日", length: 4)
    #expect(found.characters == 10 && found.dropped == ["\u{200D}": 1] && found.unknown == ["z": 1, "o": 2, "日": 1])
  }

  @Test(
    "A model without an unknown token drops exactly the characters that it lacks",
    arguments: [
      (#"{"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}"#, "null"),
      (
        #"{"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}"#,
        #"{"type": "ByteLevel", "add_prefix_space": false}"#
      ),
      (#"{"type": "Unigram", "vocab": [["a", -1], ["b", -2], ["ab", -1]]}"#, "null"),
      (#"{"type": "Unigram", "vocab": [["a", -1], ["b", -2]], "unk_id": null}"#, #"{"type": "WhitespaceSplit"}"#),
    ])
  func gaps(model: String, split: String) throws {
    let json = #"{"added_tokens": [], "pre_tokenizer": \#(split), "model": \#(model)}"#
    let found = try losses(tokenizer("tokenizer.json", json), "xa\u{e9}b ab日")
    #expect(found.characters == 7 && found.dropped == ["x": 1, "\u{e9}": 1, "日": 1] && found.unknownCount == 0)
  }

  @Test("Byte-level and byte-fallback vocabularies lose nothing", arguments: ["gpt2_bpe"])
  func nothing(kind: String) throws {
    let found = try losses(
      Tokenizer(directory: Fixtures.url("tokenizers/\(kind)")), "naïve 日本 😀 \u{0}\u{200D}<|endoftext|>")
    #expect(found.characters == 23 && found.droppedCount == 0 && found.unknownCount == 0)
  }

  @Test("Texts of sentence-transformers are stripped and lowered first; offsets stay those of the text")
  func sentences() throws {
    let json = """
      {"added_tokens": [], "pre_tokenizer": {"type": "WhitespaceSplit"},
       "model": {"type": "WordLevel", "unk_token": "[UNK]",
       "vocab": {"[UNK]": 0, "hello": 1, "\u{3BF}\u{3B4}\u{3CC}\u{3C2}": 2, "i\u{307}x": 3, "\u{3C3}": 4}}}
      """
    let text = "  Hello \u{39F}\u{394}\u{38C}\u{3A3} \u{130}X \u{3A3} "
    func read(lowercases: Bool) throws -> Encoding {
      try withFolder { folder in
        try Data(json.utf8).write(to: folder.appending(path: "tokenizer.json"))
        return try Tokenizer(directory: folder, sentences: SentenceText(lowercases: lowercases)).encode(text)
      }
    }
    #expect(try read(lowercases: false).ids == [0, 0, 0, 0])
    let lowered = try read(lowercases: true)
    #expect(lowered.ids == [1, 2, 3, 4])
    #expect(lowered.offsets == [2..<7, 8..<12, 13..<15, 16..<17])
  }
}
