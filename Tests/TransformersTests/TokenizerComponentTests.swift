import Foundation
import Support
import TestSupport
import Testing

@testable import Transformers

/// A small tokenizer with components that the reference models do not have, and what the reference library makes of
/// some texts with it.
private struct ComponentCases: Decodable {
  struct Case: Decodable {
    let text: String
    let ids: [Int32]
    let offsets: [[Int]]
    let word_ids: [Int?]
    let tokens: [String]
    let decoded: String
  }
  let cases: [Case]
}

@Suite("Normalizers, splits, added tokens and decoders")
struct TokenizerComponentTests {
  private static let names: [String] = {
    let folder = Fixtures.url("tokenizers/components").path(percentEncoded: false)
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }()

  @Test("are all there") func count() { #expect(Self.names.count == 24) }

  @Test("do what the reference library does", arguments: names)
  func components(name: String) throws {
    let file = Fixtures.url("tokenizers/components/\(name)")
    let field = try JSONField(contentsOf: file).required("tokenizer")
    let folder = try TokenizerFiles(directory: Fixtures.url("tokenizers/bert_cased"))
    let tokenizer = try Tokenizer(TokenizerComponents(field), folder)
    let reference = try JSONDecoder().decode(ComponentCases.self, from: Data(contentsOf: file))
    #expect(reference.cases.count == 24)
    for item in reference.cases {
      let found = tokenizer.encode(item.text, addSpecialTokens: false)
      #expect(found.ids == item.ids, "\(item.text.debugDescription)")
      #expect(found.offsets.map { [$0.lowerBound, $0.upperBound] } == item.offsets, "\(item.text.debugDescription)")
      #expect(found.wordIDs == item.word_ids, "\(item.text.debugDescription)")
      #expect(found.tokens.map { Array($0.utf8) } == item.tokens.map { Array($0.utf8) })
      let decoded = tokenizer.decode(item.ids)
      #expect(decoded.utf8.elementsEqual(item.decoded.utf8), "\(decoded.debugDescription)")
    }
  }
}
