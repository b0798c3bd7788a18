import Foundation
import Support
import TestSupport
import Testing

@testable import Transformers

/// What the SentencePiece library makes of a text; offsets are in UTF-8 bytes.
private struct SentencePieceCases: Decodable {
  struct Case: Decodable {
    struct Plain: Decodable {
      let ids: [Int32]
      let tokens: [String]
      let byte_offsets: [[Int]]
    }
    let text: String
    let plain: Plain
    let decoded: String
  }
  let count: Int
  let cases: [Case]
}

@Suite("SentencePiece models")
struct TokenizerSentencePieceTests {
  @Test(
    "make of every reference text what the library makes of it",
    .enabled(if: Fixtures.shared("reference/sentencepiece") != nil), arguments: ["spm_unigram", "spm_bpe"])
  func reference(kind: String) throws {
    guard let folder = Fixtures.shared("reference/sentencepiece/\(kind)") else { return }
    let tokenizer = try Tokenizer(directory: folder)
    let reference = try JSONDecoder().decode(
      SentencePieceCases.self, from: Data(contentsOf: folder.appending(path: "cases.json")))
    #expect(reference.cases.count == reference.count && reference.count > 200)
    for item in reference.cases {
      let encoding = tokenizer.encode(item.text, addSpecialTokens: false)
      #expect(encoding.ids == item.plain.ids, "\(item.text.debugDescription)")
      #expect(
        zip(encoding.tokens, item.plain.tokens).allSatisfy { $0.utf8.elementsEqual($1.utf8) },
        "\(item.text.debugDescription) \(encoding.tokens)")
      // Scalars of the text by the byte at which they begin.
      var starts = [0]
      for scalar in item.text.unicodeScalars { starts.append(starts[starts.count - 1] + UTF8.width(scalar)) }
      let offsets = encoding.offsets.map { [starts[$0.lowerBound], starts[$0.upperBound]] }
      #expect(offsets == item.plain.byte_offsets, "\(item.text.debugDescription)")
      #expect(tokenizer.decode(item.plain.ids).utf8.elementsEqual(item.decoded.utf8), "\(item.text.debugDescription)")
    }
  }

  @Test(
    "put the family's tokens around a text", .enabled(if: Fixtures.shared("reference/sentencepiece") != nil))
  func surroundings() throws {
    guard let folder = Fixtures.shared("reference/sentencepiece") else { return }
    let t5 = try Tokenizer(directory: folder.appending(path: "spm_unigram"))
    #expect(t5.openingTokens.isEmpty && t5.closingTokens == [1] && t5.isSpecial(1) && t5.roles.end == 1)
    let llama = try Tokenizer(directory: folder.appending(path: "spm_bpe"))
    #expect(llama.openingTokens == [1] && llama.closingTokens.isEmpty && llama.roles.unknown == 0)
  }

  @Test("that are none are refused", arguments: [[], [0x0A], [0x0A, 0x03, 0x0A], [0x0A, 0x03, 0x0A, 0x01, 0x61]])
  func broken(bytes: [UInt8]) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "spm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(bytes).write(to: folder.appending(path: "tokenizer.model"))
    #expect(throws: InputError.self) { try Tokenizer(directory: folder) }
  }
}
