import Foundation
import Support
import TestSupport
import Testing
import Transformers

@testable import Training

@Suite("Tokenizers that are trained")
struct TokenizerTrainingTests {
  private struct Reference: Decodable {
    struct BPE: Decodable {
      var tokens: [String]
      var merges: [[String]]
    }
    var bpe: BPE
    var wordpiece: [String]
  }

  private func lines() throws -> [String] {
    try String(contentsOf: Fixtures.url("training/text.txt"), encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
  }

  private func reference() throws -> Reference {
    try JSONDecoder().decode(Reference.self, from: Data(contentsOf: Fixtures.url("training/tokenizers.json")))
  }

  @Test("Byte-level byte pairs: the library's merges in its order, and its ids")
  func bytePairs() throws {
    let scratch = try Scratch(), wanted = try reference().bpe
    try TokenizerTraining(kind: .byteLevelBPE, vocabulary: 700).write(to: scratch.folder, texts: lines(), frame: .gpt)
    let file = try JSON(contentsOf: scratch["tokenizer.json"])
    let merges = try #require(file["model"]?["merges"]?.elements)
    let found = merges.map { $0.elements?.compactMap(\.string) ?? [] }
    #expect(found.count == wanted.merges.count)
    let first = zip(found, wanted.merges).enumerated().first { $0.element.0 != $0.element.1 }
    #expect(first == nil, "the first that differs: \(String(describing: first))")
    let tokenizer = try Tokenizer(directory: scratch.folder)
    #expect(wanted.tokens.indices.allSatisfy { tokenizer.token(Int32($0)) == wanted.tokens[$0] })
    let text = "First Citizen: speak, speak! 你好 \u{1F600}"
    #expect(tokenizer.decode(tokenizer.encode(text).ids) == text)
  }

  @Test("WordPiece: nearly all of the library's tokens, whose ties fall at random")
  func wordPieces() throws {
    let scratch = try Scratch(), wanted = Set(try reference().wordpiece)
    try TokenizerTraining(kind: .wordPiece, vocabulary: 500).write(to: scratch.folder, texts: lines(), frame: .bert)
    let tokenizer = try Tokenizer(directory: scratch.folder)
    #expect(tokenizer.vocabularySize == 500)
    let found = Set((0..<Int32(500)).compactMap { tokenizer.token($0) })
    print("WordPiece: \(found.intersection(wanted).count) of 500 tokens are the library's")
    #expect(found.intersection(wanted).count >= 490)
    let encoding = tokenizer.encode("The citizens speak.")
    #expect(encoding.tokens.first == "[CLS]" && encoding.tokens.last == "[SEP]")
    #expect(tokenizer.roles.mask == 4 && tokenizer.roles.padding == 0)
    #expect(!encoding.tokens.contains("[UNK]"))
  }

  @Test(
    "The same texts give the same bytes, whatever the number of threads and the order of the texts",
    arguments: TokenizerTraining.Kind.allCases)
  func deterministic(kind: TokenizerTraining.Kind) throws {
    func bytes(_ texts: [String]) throws -> Data {
      let scratch = try Scratch()
      try TokenizerTraining(kind: kind, vocabulary: 400).write(to: scratch.folder, texts: texts, frame: .bert)
      return try scratch.data("tokenizer.json")
    }
    #expect(try bytes(lines()) == bytes(lines().reversed()))
  }

  @Test("A vocabulary without room for single characters is refused")
  func tooSmall() throws {
    let scratch = try Scratch()
    #expect(throws: InputError.self) {
      try TokenizerTraining(kind: .byteLevelBPE, vocabulary: 100).write(
        to: scratch.folder, texts: lines(), frame: .gpt)
    }
  }
}
