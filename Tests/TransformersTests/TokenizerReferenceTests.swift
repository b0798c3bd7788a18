import Foundation
import TestSupport
import Testing

@testable import Transformers

/// What the reference library makes of a text.
struct TokenizerCases: Decodable {
  struct Plain: Decodable {
    let ids: [Int32]
    let tokens: [String]
    let offsets: [[Int]]
    let special: [Int]
    let type_ids: [Int32]
    let word_ids: [Int?]
  }
  struct Full: Decodable {
    let ids: [Int32]
    let offsets: [[Int]]
    let special: [Int]
  }
  struct Case: Decodable {
    let text: String
    let plain: Plain
    let with_special: Full
    let decoded: String
    let decoded_skipping_special: String
  }
  struct Pair: Decodable {
    let first, second: String
    let ids, type_ids: [Int32]
    let offsets: [[Int]]
  }
  let count: Int
  let vocab_size: Int
  let cases: [Case]
  let pairs: [Pair]
}

/// Strings are compared by their scalars: `==` would take canonically equivalent ones for the same.
private func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
private func bounds(_ offsets: [Range<Int>]) -> [[Int]] { offsets.map { [$0.lowerBound, $0.upperBound] } }

@Suite("Tokenizers make of every reference text what the reference library makes of it")
struct TokenizerReferenceTests {
  private func check(_ tokenizer: Tokenizer, _ folder: URL) throws {
    let reference = try JSONDecoder().decode(
      TokenizerCases.self, from: Data(contentsOf: folder.appending(path: "cases.json")))
    #expect(reference.cases.count == reference.count && reference.count > 200)
    #expect(tokenizer.vocabularySize == reference.vocab_size)
    for item in reference.cases {
      let plain = tokenizer.encode(item.text, addSpecialTokens: false)
      #expect(plain.ids == item.plain.ids, "\(item.text.debugDescription)")
      #expect(plain.tokens.map(scalars) == item.plain.tokens.map(scalars), "\(item.text.debugDescription)")
      #expect(bounds(plain.offsets) == item.plain.offsets, "\(item.text.debugDescription) \(plain.tokens)")
      #expect(plain.isAdded.map { $0 ? 1 : 0 } == item.plain.special)
      #expect(plain.typeIDs == item.plain.type_ids)
      #expect(plain.wordIDs == item.plain.word_ids, "\(item.text.debugDescription)")
      #expect(!plain.wasTruncated)

      let full = tokenizer.encode(item.text)
      #expect(full.ids == item.with_special.ids, "\(item.text.debugDescription)")
      #expect(bounds(full.offsets) == item.with_special.offsets, "\(item.text.debugDescription)")
      #expect(full.isAdded.map { $0 ? 1 : 0 } == item.with_special.special)
      #expect(full.count == plain.count + tokenizer.addedTokenCount())

      #expect(scalars(tokenizer.decode(item.plain.ids)) == scalars(item.decoded), "\(item.text.debugDescription)")
      #expect(
        scalars(tokenizer.decode(item.with_special.ids, skipSpecialTokens: true))
          == scalars(item.decoded_skipping_special), "\(item.text.debugDescription)")
    }
    for pair in reference.pairs {
      let encoding = tokenizer.encode(pair.first, pair: pair.second)
      #expect(encoding.ids == pair.ids)
      #expect(encoding.typeIDs == pair.type_ids)
      #expect(bounds(encoding.offsets) == pair.offsets, "\(pair.first.debugDescription)")
    }
  }

  @Test("from tokenizer.json", arguments: ["gpt2_bpe", "bert_uncased", "bert_cased"])
  func fixtures(kind: String) throws {
    let folder = Fixtures.url("tokenizers/\(kind)")
    try check(Tokenizer(directory: folder), folder)
  }

  @Test("from the older files alone", arguments: ["gpt2_bpe", "bert_uncased", "bert_cased"])
  func olderFiles(kind: String) throws {
    let folder = Fixtures.url("tokenizers/\(kind)")
    let copy = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(kind)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: copy) }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
    where name != "tokenizer.json" {
      try FileManager.default.copyItem(at: folder.appending(path: name), to: copy.appending(path: name))
    }
    let tokenizer = try Tokenizer(directory: copy)
    #expect(tokenizer.files.first != "tokenizer.json")
    try check(tokenizer, folder)
  }

  @Test(
    "of real models, and of the other kinds", .enabled(if: Fixtures.shared("reference/tokenizers") != nil),
    arguments: [
      "real_gpt2", "real_minilm", "roberta_bpe", "llama2_bpe", "llama3_bpe", "real_marian_multi30k", "real_smollm2",
      "real_stories260k", "t5_unigram",
    ])
  func shared(kind: String) throws {
    guard let folder = Fixtures.shared("reference/tokenizers/\(kind)") else { return }
    try check(Tokenizer(directory: folder), folder)
  }
}
