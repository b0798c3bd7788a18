import Corpora
import Engine
import Foundation
import TestSupport
import Testing
import Transformers

@testable import Analyses

@Suite("Pairs of texts")
struct PairTests {
  private func reader(label: String?, length: Int = 64) throws -> CorpusTokenizer {
    let tokenizer = try Tokenizer(directory: Fixtures.url("tokenizers/bert_uncased"))
    return try CorpusTokenizer(tokenizer: tokenizer, label: label, maximumLength: length)
  }

  private let document = Document(
    id: "doc-0", text: "the cat", pair: ". of",
    words: [
      Word(text: "the", range: 0..<3, labels: ["pos": "DET"]), Word(text: "cat", range: 4..<7, labels: ["pos": "NOUN"]),
    ], labels: ["gold": "yes"])

  @Test("The pair stands behind the text with types and kinds of its own")
  func frame() throws {
    let tokens = try reader(label: nil).tokenize(document)
    let first = try reader(label: nil).tokenize(Document(id: "a", text: document.text))
    let second = try reader(label: nil).tokenize(Document(id: "b", text: ". of"))
    #expect(tokens.ids == first.ids + second.ids.dropFirst())
    #expect(
      tokens.typeIDs == [Int32](repeating: 0, count: first.ids.count)
        + [Int32](repeating: 1, count: second.ids.count - 1))
    #expect(tokens.kinds == first.kinds + second.kinds.dropFirst())
    #expect(second.kinds[1] == .punctuation && first.kinds[1] == .ordinary)
  }

  @Test("The labels of words are the first text's alone, those of the document both texts'")
  func labels() throws {
    let words = try reader(label: "pos").tokenize(document)
    let length = try reader(label: nil).tokenize(Document(id: "a", text: document.text)).ids.count
    #expect(words.labels[1] == "DET" && words.labels[length - 2] == "NOUN")
    #expect(words.labels[(length - 1)...].allSatisfy { $0 == nil })
    let whole = try reader(label: "gold").tokenize(document)
    let ends = [0, length - 1, whole.ids.count - 1]
    #expect(whole.labels.indices.allSatisfy { whole.labels[$0] == (ends.contains($0) ? nil : "yes") })
  }

  @Test("A pair is cut to the length with both its texts")
  func cut() throws {
    let long = Document(
      id: "doc-0", text: "the of the of the of", pair: "the the the the the the", labels: [:])
    let tokens = try reader(label: nil, length: 9).tokenize(long)
    #expect(tokens.ids.count == 9 && tokens.isTruncated)
    #expect(tokens.typeIDs.count { $0 == 1 } == 4)
  }
}
