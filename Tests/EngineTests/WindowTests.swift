import Corpora
import Engine
import Support
import TestSupport
import Testing
import Transformers

@testable import Engine

@Suite("Windows of long documents")
struct WindowTests {
  private func reader(_ windows: DocumentWindows?, longest: Int = 64, decoderStart: Int32? = nil) throws
    -> CorpusTokenizer
  {
    try CorpusTokenizer(
      tokenizer: Tokenizer(directory: Fixtures.url("tokenizers/bert_uncased")), label: nil, maximumLength: longest,
      decoderStart: decoderStart, windows: windows)
  }

  private let document = Document(id: "doc-0", text: "the cat of the cat of the cat of the cat")

  @Test("Every token is in a window, in the frame of special tokens, and windows overlap by what the stride leaves")
  func cut() throws {
    let whole = try reader(nil).tokenize(document)
    let windows = try reader(DocumentWindows(length: 6, stride: 2)).documents(of: document)
    let text = Array(whole.ids[1..<whole.ids.count - 1])
    #expect(text.count > 6)
    for (index, window) in windows.enumerated() {
      let end = min(text.count, 2 * index + 4)
      #expect(window.id == "doc-0[\(2 * index):\(end)]" && window.parent == "doc-0")
      #expect(window.ids == [whole.ids[0]] + text[2 * index..<end] + [whole.ids[whole.ids.count - 1]])
      #expect(window.kinds.first == .opening && window.kinds.last == .closing)
      #expect(window.tokens.count == window.ids.count && window.labels.count == window.ids.count)
      #expect(window.bootstrapHash == whole.bootstrapHash && window.hash != whole.hash)
    }
    #expect(windows.last?.id.hasSuffix(":\(text.count)]") == true)
    #expect(windows.count == (text.count - 4 + 1) / 2 + 1)
  }

  @Test("A document that fits stays whole")
  func fitting() throws {
    let whole = try reader(DocumentWindows(length: 64, stride: 32)).documents(of: document)
    #expect(whole.map(\.id) == ["doc-0"] && whole[0].parent == nil)
  }

  @Test(
    "Windows that cannot be are refused with the reason",
    arguments: [(65, 4, "positions"), (3, 1, "room"), (8, 7, "stride"), (8, 0, "stride")])
  func refused(length: Int, stride: Int, reason: String) throws {
    let error = try #require(throws: InputError.self) { try reader(DocumentWindows(length: length, stride: stride)) }
    #expect(error.description.contains(reason))
  }

  @Test("Pairs and targets have no windows")
  func pairs() throws {
    let windows = DocumentWindows(length: 8, stride: 4)
    #expect(throws: InputError.self) { try reader(windows, decoderStart: 0) }
    #expect(throws: InputError.self) {
      try reader(windows).documents(of: Document(id: "a", text: "the cat", pair: "of"))
    }
  }
}
