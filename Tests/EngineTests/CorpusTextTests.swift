import Corpora
import Engine
import Foundation
import Results
import TestSupport
import Testing
import Transformers

@testable import Engine

@Suite("What a tokenizer makes of the corpus's characters")
struct CorpusTextTests {
  @Test("Shares, counts and the commonest characters, of windows and pairs as well")
  func shares() throws {
    let tokenizer = try Tokenizer(directory: Fixtures.url("tokenizers/bert_uncased"))
    let reader = try CorpusTokenizer(
      tokenizer: tokenizer, label: nil, maximumLength: 64, windows: DocumentWindows(length: 8, stride: 4))
    var extent = CorpusRun.Extent()
    for (index, text) in ["the cat of the cat of the cat 日本", "the \u{7}日\u{200D} cat"].enumerated() {
      for document in try reader.documents(of: Document(id: "doc-\(index)", text: text)) {
        extent.losses.add(document.losses)
      }
    }
    let result = extent.text(of: tokenizer)
    let dropped = try #require(result[CorpusTextMetrics.droppedShare]?[.model])
    let unknown = try #require(result[CorpusTextMetrics.unknownShare]?[.model])
    #expect(dropped.n == 33 && dropped.number == 2.0 / 33 && unknown.number == 3.0 / 33)
    #expect(
      result.notes.map(\.text) == [
        "2 of 33 characters are dropped by the tokenizer (6.1 %), most often U+0007, U+200D.",
        "3 of 33 characters are mapped to the unknown token (9.1 %), most often “日”, “本”.",
      ])
  }

  @Test("A sentence-transformers model reads its texts in small letters")
  func sentences() throws {
    let folder = Fixtures.url("field/12-sentence-transformers-do-lower-case/model")
    let pooling = try #require(try Pooling(directory: folder))
    #expect(pooling.lowercases && pooling.maximumLength == 32)
    let tokenizer = try Tokenizer(directory: folder, sentences: SentenceText(lowercases: pooling.lowercases))
    let reader = try CorpusTokenizer(tokenizer: tokenizer, label: nil, maximumLength: 32)
    #expect(
      reader.tokenize(Document(id: "doc-0", text: "Hello World")).tokens == ["[CLS]", "hello", "world", "[SEP]"])
  }

  @Test("The target of a translation is cut with the target's pieces")
  func target() throws {
    let tokenizer = try Tokenizer(directory: Fixtures.url("tokenizers/marian"))
    let reader = try CorpusTokenizer(tokenizer: tokenizer, label: nil, maximumLength: 64, decoderStart: 0)
    let german = "der Hund sieht einen Mann ."
    let target = try #require(reader.target(of: Document(id: "doc-0", text: "the dog", pair: german)))
    #expect(target.labels == tokenizer.target?.encode(german).ids && target.labels != tokenizer.encode(german).ids)
  }
}
