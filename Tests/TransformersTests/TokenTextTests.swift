import Foundation
import TestSupport
import Testing

@testable import Transformers

@Suite("What tokens are shown as")
struct TokenTextTests {
  @Test(
    "A byte-level token is the text of its bytes, and bytes of a shared character stand by themselves",
    arguments: [
      ("Le", "Le"), ("Ġthe", " the"), ("Ċ", "\n"), ("ĉ", "\t"), ("cafÃ©", "café"), ("ä¸ŃåĽ½", "中国"), ("åĽ", "⟨e5⟩⟨9b⟩"),
      ("½", "⟨bd⟩"), ("ĠðŁĳ", " ⟨f0⟩⟨9f⟩⟨91⟩"), ("ðŁĺĢ", "😀"), ("×©", "ש"), ("×©×", "ש⟨d7⟩"), ("Ŀ×©", "⟨9d⟩ש"),
      ("ĀÅ", "\0⟨c5⟩"),
      ("no byte: 中", "no byte: 中"), ("", ""),
    ])
  func bytes(_ token: String, _ text: String) {
    #expect(ByteAlphabet.text(token) == text)
  }

  private static let tokens = ["a", "Ġa", "ä¸Ń", "åĽ", "½", "<Ġé>", "▁a", "##a", "<0xE6>"]

  private func tokenizer(_ stages: String) throws -> Tokenizer {
    let vocabulary = Self.tokens.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    let file = """
      {"added_tokens": [{"id": 5, "content": "<Ġé>", "special": true}], \(stages),
       "model": {"type": "BPE", "vocab": {\(vocabulary)}, "merges": []}}
      """
    return try withWeights(["tokenizer.json": Data(file.utf8)]) { try Tokenizer(directory: $0) }
  }

  @Test(
    "Vocabularies of bytes are known by how they are decoded or cut, and added tokens stay as they are",
    arguments: [
      (#""decoder": {"type": "ByteLevel"}"#, true),
      (#""decoder": {"type": "Sequence", "decoders": [{"type": "ByteLevel"}, {"type": "Fuse"}]}"#, true),
      (#""pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}"#, true),
      (#""decoder": {"type": "Fuse"}"#, false), (#""decoder": {"type": "ByteFallback"}"#, false),
    ])
  func vocabulary(_ stages: String, _ areBytes: Bool) throws {
    let tokenizer = try tokenizer(stages)
    let texts = (0..<Int32(Self.tokens.count)).map { tokenizer.text($0) }
    let expected = ["a", " a", "中", "⟨e5⟩⟨9b⟩", "⟨bd⟩", "<Ġé>", "▁a", "##a", "<0xE6>"]
    #expect(texts == (areBytes ? expected : Self.tokens))
    #expect((0..<Int32(Self.tokens.count)).map { tokenizer.token($0) } == Self.tokens)
    #expect(tokenizer.text(99) == nil)
  }

  @Test("An encoding has both forms of its tokens")
  func encoding() throws {
    let encoding = try tokenizer(#""pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}"#).encode("a<Ġé>a")
    #expect(encoding.tokens == ["a", "<Ġé>", "a"] && encoding.texts == encoding.tokens)
    let gpt2 = try Tokenizer(directory: Fixtures.url("tokenizers/gpt2_bpe"))
    let chinese = gpt2.encode("中 é")
    #expect(chinese.texts == ["⟨e4⟩", "⟨b8⟩", "⟨ad⟩", " ", "⟨c3⟩", "⟨a9⟩"])
    #expect(chinese.tokens == ["ä", "¸", "Ń", "Ġ", "Ã", "©"])
  }

  @Test("GPT-2's tokens are what the bytes make", .enabled(if: Fixtures.shared("models/tokenizer-gpt2") != nil))
  func real() throws {
    let tokenizer = try Tokenizer(directory: try #require(Fixtures.shared("models/tokenizer-gpt2")))
    let cases: [(String, [String])] = [
      ("Le café naïve", ["Le", " café", " naïve"]),
      ("中国人民", ["中", "⟨e5⟩⟨9b⟩", "⟨bd⟩", "人", "⟨e6⟩⟨b0⟩", "⟨91⟩"]),
      ("😀 👩", ["⟨f0⟩⟨9f⟩⟨98⟩", "⟨80⟩", " ⟨f0⟩⟨9f⟩⟨91⟩", "⟨a9⟩"]), ("שלום", ["ש", "ל", "ו", "⟨d7⟩", "⟨9d⟩"]),
      ("a\n\tb<|endoftext|>", ["a", "\n", "\t", "b", "<|endoftext|>"]),
    ]
    for (text, expected) in cases { #expect(tokenizer.encode(text).texts == expected) }
  }
}
