import Foundation
import Support
import TestSupport
import Testing

@testable import Transformers

/// A folder with some text files that exists while `body` runs.
private func withFolder<Result>(_ files: [String: String], _ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
  return try body(folder)
}

private func inputError(_ body: () throws -> Void) -> InputError? {
  do { try body() } catch { return error as? InputError }
  return nil
}

private func fixture(_ kind: String) throws -> Tokenizer {
  try Tokenizer(directory: Fixtures.url("tokenizers/\(kind)"))
}

@Suite("Tokenizers")
struct TokenizerTests {
  @Test("Truncation keeps the family's own tokens and cuts the longer text of a pair first")
  func truncation() throws {
    let tokenizer = try fixture("bert_uncased")
    let long = "one two three four five six seven eight nine ten"
    let whole = tokenizer.encode(long)
    let cut = tokenizer.encode(long, maximumLength: 8)
    #expect(cut.count == 8 && cut.wasTruncated && !whole.wasTruncated)
    #expect(cut.ids == Array(whole.ids.prefix(7)) + tokenizer.closingTokens)
    #expect(tokenizer.encode(long, maximumLength: whole.count).ids == whole.ids)
    #expect(!tokenizer.encode(long, maximumLength: whole.count).wasTruncated)

    let plain = tokenizer.encode(long, addSpecialTokens: false).ids
    let short = tokenizer.encode("the of", addSpecialTokens: false).ids
    let (cls, sep) = (tokenizer.openingTokens[0], tokenizer.closingTokens[0])
    let pair = tokenizer.encode(long, pair: "the of", maximumLength: 12)
    let room = 12 - 3 - short.count
    let expectedPair: [Int32] = [[cls], Array(plain.prefix(room)), [sep], short, [sep]].flatMap { $0 }
    #expect(pair.ids == expectedPair)
    #expect(
      pair.typeIDs.prefix(room + 2).allSatisfy { $0 == 0 } && pair.typeIDs.dropFirst(room + 2).allSatisfy { $0 == 1 })
    #expect(pair.sequences.compactMap(\.self).count == room + short.count)
    // Both too long: half each, the odd one to the longer.
    let both = tokenizer.encode(long, pair: long + " one", maximumLength: 12)
    let halves: [Int32] = [[cls], Array(plain.prefix(4)), [sep], Array(plain.prefix(5)), [sep]].flatMap { $0 }
    #expect(both.ids == halves)
    #expect(tokenizer.encode(long, maximumLength: 1).ids == [cls, sep])
  }

  @Test("A batch is padded to its longest text, with types and mask")
  func padding() throws {
    let tokenizer = try fixture("bert_uncased")
    let encodings = ["the", "the of the", ""].map { tokenizer.encode($0) }
    let batch = PaddedBatch(encodings, pad: try #require(tokenizer.roles.padding))
    let lengths = encodings.map(\.count)
    #expect(batch.rows == 3 && batch.length == lengths.max())
    for row in 0..<3 {
      let range = (row * batch.length)..<((row + 1) * batch.length)
      #expect(Array(batch.ids[range].prefix(lengths[row])) == encodings[row].ids)
      #expect(batch.ids[range].dropFirst(lengths[row]).allSatisfy { $0 == 0 })
      #expect(batch.mask[range].map(Int.init).reduce(0, +) == lengths[row])
    }
    #expect(PaddedBatch(encodings, pad: 0, length: 9).length == 9)
    #expect(PaddedBatch([], pad: 0).ids.isEmpty)
  }

  @Test("Special tokens have their roles, from whatever file says so")
  func roles() throws {
    let bert = try fixture("bert_cased")
    #expect(bert.roles.classification == 2 && bert.roles.separator == 3 && bert.roles.padding == 0)
    #expect(bert.roles.mask == 4 && bert.roles.unknown == 1 && bert.roles.end == nil)
    #expect(bert.openingTokens == [2] && bert.closingTokens == [3] && bert.addedTokenCount(isPair: true) == 3)
    #expect(bert.isSpecial(2) && !bert.isSpecial(5) && bert.id("[MASK]") == 4 && bert.token(4) == "[MASK]")
    #expect(bert.id("no such token") == nil && bert.token(-1) == nil && bert.token(.max) == nil)

    let gpt2 = try fixture("gpt2_bpe")
    #expect(gpt2.openingTokens.isEmpty && gpt2.closingTokens.isEmpty)
    #expect(gpt2.roles.end == 0 && gpt2.roles.beginning == 0 && gpt2.roles.padding == nil)

    let vocabulary = "[PAD]\n[UNK]\n<start>\n<stop>\n[MASK]\na\nB\n##b\n"
    let settings = #"{"cls_token": {"content": "<start>"}, "pad_token": "[PAD]", "do_lower_case": true}"#
    let map = #"{"sep_token": "<stop>"}"#
    let files = ["vocab.txt": vocabulary, "tokenizer_config.json": settings, "special_tokens_map.json": map]
    let custom = try withFolder(files) { try Tokenizer(directory: $0) }
    #expect(custom.roles.classification == 2 && custom.roles.separator == 3)
    #expect(custom.encode("AB <stop>").ids == [2, 5, 7, 3, 3])
  }

  @Test("WordPiece from vocab.txt keeps capitals exactly where its vocabulary has them")
  func caseOfOlderFiles() throws {
    let special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"
    let lower = try withFolder(["vocab.txt": special + "a\ncafe\n"]) { try Tokenizer(directory: $0) }
    #expect(lower.encode("A Café", addSpecialTokens: false).ids == [5, 6])
    let cased = try withFolder(["vocab.txt": special + "a\nA\n"]) { try Tokenizer(directory: $0) }
    #expect(cased.encode("A a", addSpecialTokens: false).ids == [6, 5])
  }

  @Test("A vocabulary of atoms cuts molecules")
  func molecules() throws {
    let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nC\nCl\n(\n)\n[C@@H]\n>>\n1\nc\n"
    let tokenizer = try withFolder(["vocab.txt": vocabulary]) { try Tokenizer(directory: $0) }
    let encoding = tokenizer.encode("ClC(c1)[C@@H]>>[Xe]")
    #expect(encoding.ids == [2, 6, 5, 7, 12, 11, 8, 9, 10, 1, 3])
    #expect(encoding.offsets[7] == 7..<13)
    #expect(tokenizer.decode(Array(encoding.ids[1...8])) == "ClC(c1)[C@@H]>>")
  }

  @Test("A checkpoint's folder takes the tokenizer of its parent")
  func parent() throws {
    let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n"
    try withFolder(["vocab.txt": vocabulary]) { folder in
      let checkpoint = folder.appending(path: "checkpoint-10")
      try FileManager.default.createDirectory(at: checkpoint, withIntermediateDirectories: true)
      #expect(try Tokenizer(directory: checkpoint).encode("a").ids == [2, 5, 3])
    }
  }

  @Test("Canonically equivalent tokens are two tokens")
  func equivalence() throws {
    let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n\u{e9}\ne\u{301}\n\u{c9}\n"
    let tokenizer = try withFolder(["vocab.txt": vocabulary]) { try Tokenizer(directory: $0) }
    #expect(tokenizer.id("\u{e9}") == 5 && tokenizer.id("e\u{301}") == 6)
    #expect(tokenizer.encode("\u{e9} e\u{301}", addSpecialTokens: false).ids == [5, 6])
  }

  @Test("Encoding from many threads gives what one gives")
  func threads() async throws {
    let tokenizer = try fixture("gpt2_bpe")
    let texts = (0..<200).map { "document \($0) has \($0 * 7919) words, mother-in-law's \($0 % 13)" }
    let expected = texts.map { tokenizer.encode($0).ids }
    let found = await withTaskGroup(of: (Int, [Int32]).self) { group in
      for (index, text) in texts.enumerated() { group.addTask { (index, tokenizer.encode(text).ids) } }
      return await group.reduce(into: [Int: [Int32]]()) { $0[$1.0] = $1.1 }
    }
    for (index, ids) in expected.enumerated() { #expect(found[index] == ids) }
  }

  @Test("A word of a hundred thousand characters is cut in less than a second", arguments: ["x", "ab", "é"])
  func longWord(unit: String) throws {
    let tokenizer = try fixture("gpt2_bpe")
    let text = String(repeating: unit, count: 100_000)
    var ids: [Int32] = []
    let time = ContinuousClock().measure { ids = tokenizer.encode(text).ids }
    #expect(tokenizer.decode(ids) == text)
    #expect(time < .seconds(1))
  }

  @Test(
    "What cannot be used is named",
    arguments: [
      (
        ["tokenizer.json": #"{"model": {"type": "Neural"}}"#],
        "model: is a tokenizer model that is not supported, found \"Neural\""
      ),
      (
        [
          "tokenizer.json": #"{"normalizer": {"type": "Mystery"}, "model": {"type": "BPE", "vocab": {}, "merges": []}}"#
        ],
        "normalizer: is a normalizer that is not supported, found \"Mystery\""
      ),
      (
        [
          "tokenizer.json":
            #"{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "X"}]}, "model": {"type": "BPE", "vocab": {}, "merges": []}}"#
        ],
        "pre_tokenizer.pretokenizers[0]: is a pre-tokenizer that is not supported, found \"X\""
      ),
      (
        ["tokenizer.json": #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}"#],
        "merge 0 has a token that is not in the vocabulary, found \"b\""
      ),
      (
        ["tokenizer.json": #"{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}"#],
        "is not a token id, found -1"
      ),
      (["tokenizer.json": #"{"model": {"type": "BPE", "vocab": {"a": 1e9}, "merges": []}}"#], "out of range"),
      (
        ["tokenizer.json": #"{"model": {"type": "BPE", "vocab": {"a": 0.5}, "merges": []}}"#], "expected a whole number"
      ),
      (
        ["tokenizer.json": #"{"model": {"type": "WordPiece", "vocab": {"a": 0}}}"#],
        "has no unknown token in its vocabulary, expected \"[UNK]\""
      ),
      (
        [
          "tokenizer.json":
            #"{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Isolated"}, "model": {"type": "BPE", "vocab": {}, "merges": []}}"#
        ],
        "cannot be compiled"
      ),
      (["tokenizer.json": #"{"model": "#], "is not valid JSON"),
      (["tokenizer.json": "[1, 2]"], "has no \"model\""),
      (["vocab.json": #"{"a": 0}"#, "merges.txt": "#version: 0.2\na\n"], "merges.txt: line 2: is not a merge"),
      (["vocab.txt": "a\nb\n"], "has no unknown token in its vocabulary"),
      (["vocab.json": #"{"a": 0}"#], "has no tokenizer, expected tokenizer.json"),
    ] as [([String: String], String)])
  func errors(files: [String: String], message: String) throws {
    let error = try withFolder(files) { folder in inputError { _ = try Tokenizer(directory: folder) } }
    #expect(error?.category == .unreadable)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "no error")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test("A missing directory is named")
  func missing() {
    let error = inputError { _ = try Tokenizer(directory: URL(filePath: "/nowhere/model")) }
    #expect(error?.description.contains("/nowhere/model") == true)
  }

  @Test("JSON keeps escapes, surrogate pairs, and what comes after nesting")
  func json() throws {
    let text = #"{"a": ["\u00e9\ud83d\ude00\n", -1.5e2, true, null], "e\u0301": {}, "\u00e9": 1}"#
    let field = JSONField(try JSON(Array(text.utf8), place: "x"), file: "x")
    let elements = try #require(field["a"]).array()
    #expect(try elements[0].string() == "é😀\n" && elements[1].double() == -150)
    #expect(try field.members().count == 3 && field["\u{e9}"]?.integer() == 1)
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: InputError.self) { try JSON(Array(deep.utf8), place: "x") }
  }
}
