import Corpora
import Foundation
import Support
import Transformers

/// How a tokenizer is made from the text of a corpus.
package struct TokenizerTraining: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case byteLevelBPE = "byte_level_bpe"
    case wordPiece = "wordpiece"
  }

  /// What stands around a text, and the special tokens that this takes.
  enum Frame: Hashable, Sendable {
    /// Nothing; `<|endoftext|>` between texts.
    case gpt
    /// `[CLS] … [SEP]`.
    case bert
    /// `<s> … </s>`.
    case roberta
    /// `… </s>`.
    case t5

    init(modelType: String) {
      self =
        switch modelType {
        case "bert", "distilbert", "albert": .bert
        case "roberta", "bart": .roberta
        case "t5", "marian": .t5
        default: .gpt
        }
    }

    var special: [String] {
      switch self {
      case .gpt: ["<|endoftext|>"]
      case .bert: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
      case .roberta: ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
      case .t5: ["<pad>", "</s>", "<unk>"]
      }
    }

    var roles: [String: String] {
      switch self {
      case .gpt: ["bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"]
      case .bert:
        [
          "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]",
          "mask_token": "[MASK]",
        ]
      case .roberta:
        [
          "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "cls_token": "<s>",
          "sep_token": "</s>", "mask_token": "<mask>",
        ]
      case .t5: ["pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"]
      }
    }

    var opening: String? { self == .bert ? "[CLS]" : self == .roberta ? "<s>" : nil }
    var closing: String? { self == .bert ? "[SEP]" : self == .roberta || self == .t5 ? "</s>" : nil }
  }

  package var kind: Kind
  /// Tokens in all, the special ones included.
  package var vocabulary: Int
  /// How often a pair occurs at least that is joined.
  package var minimumCount: Int
  /// WordPiece: whether capitals become small letters and accents are dropped.
  package var lowercases: Bool

  package init(kind: Kind, vocabulary: Int, minimumCount: Int = 2, lowercases: Bool = true) {
    self.kind = kind
    self.vocabulary = vocabulary
    self.minimumCount = minimumCount
    self.lowercases = lowercases
  }

  /// Writes `tokenizer.json` and `tokenizer_config.json` of a tokenizer that was learned from the texts.
  ///
  /// - Throws: `InputError` for a vocabulary that has no room for the special tokens and single characters.
  func write(to folder: URL, texts: [String], frame: Frame) throws {
    let special = frame.special
    func file(_ vocabulary: TrainedVocabulary) throws {
      try OutputFile.write(
        json(vocabulary, frame).bytes, to: folder.appending(path: "tokenizer.json"))
    }
    // A tokenizer that knows no word yet cuts the texts into words.
    let alphabet =
      kind == .byteLevelBPE
      ? TokenizerTrainer.bytePairs([], special: special, size: 0, minimumCount: 0)
      : TrainedVocabulary(tokens: special, merges: [])
    try file(alphabet)
    let words = try counts(of: texts, with: Tokenizer(directory: folder))
    let trained =
      kind == .byteLevelBPE
      ? TokenizerTrainer.bytePairs(words, special: special, size: vocabulary, minimumCount: minimumCount)
      : TokenizerTrainer.wordPieces(words, special: special, size: vocabulary, minimumCount: minimumCount)
    guard trained.tokens.count <= vocabulary else {
      throw InputError(
        .usage, at: "tokenizer.vocabulary", phrase("error.tooSmallSpecial"),
        expected: phrase("expected.atLeastTokens", ["tokens": trained.tokens.count]), found: "\(vocabulary)")
    }
    try file(trained)
    var config = JSONObject(sorting: frame.roles.mapValues(JSON.string))
    config["tokenizer_class"] = .string("PreTrainedTokenizerFast")
    config["clean_up_tokenization_spaces"] = .bool(false)
    try OutputFile.write(
      JSON.object(config).bytes, to: folder.appending(path: "tokenizer_config.json"))
  }

  /// Every word with how often it occurs, in the order of its bytes.
  private func counts(of texts: [String], with tokenizer: Tokenizer) throws -> [(bytes: [UInt8], count: Int)] {
    let size = max(1, (texts.count + 15) / 16), parts = (texts.count + size - 1) / size
    let partial = mapPieces(parts) { part in
      var counts: [[UInt8]: Int] = [:]
      for text in texts[part * size..<min(texts.count, (part + 1) * size)] {
        for word in tokenizer.words(of: text) where !word.isEmpty { counts[word, default: 0] += 1 }
      }
      return counts
    }
    let counts = partial.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
    return counts.map { ($0, $1) }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// As the `tokenizers` library writes it.
  private func json(_ trained: TrainedVocabulary, _ frame: Frame) -> JSON {
    let vocabulary = JSON.object(JSONObject(trained.tokens.enumerated().map { ($1, .integer($0)) }))
    let added = frame.special.enumerated().map { id, token in
      JSON.object([
        "id": .integer(id), "content": .string(token), "single_word": .bool(false), "lstrip": .bool(token == "<mask>"),
        "rstrip": .bool(false), "normalized": .bool(false), "special": .bool(true),
      ])
    }
    var root: JSONObject = [
      "version": .string("1.0"), "truncation": .null, "padding": .null, "added_tokens": .array(added),
      "post_processor": template(frame), "normalizer": .null,
    ]
    switch kind {
    case .byteLevelBPE:
      let byteLevel: JSONObject = [
        "type": .string("ByteLevel"), "add_prefix_space": .bool(false), "trim_offsets": .bool(true),
        "use_regex": .bool(true),
      ]
      root["pre_tokenizer"] = .object(byteLevel)
      root["decoder"] = .object(byteLevel)
      root["model"] = .object([
        "type": .string("BPE"), "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
        "end_of_word_suffix": .null, "fuse_unk": .bool(false), "byte_fallback": .bool(false),
        "ignore_merges": .bool(false), "vocab": vocabulary,
        "merges": .array(trained.merges.map { .array([.string($0.0), .string($0.1)]) }),
      ])
    case .wordPiece:
      root["normalizer"] = .object([
        "type": .string("BertNormalizer"), "clean_text": .bool(true), "handle_chinese_chars": .bool(true),
        "strip_accents": .null, "lowercase": .bool(lowercases),
      ])
      root["pre_tokenizer"] = .object(["type": .string("BertPreTokenizer")])
      root["decoder"] = .object(["type": .string("WordPiece"), "prefix": .string("##"), "cleanup": .bool(true)])
      root["model"] = .object([
        "type": .string("WordPiece"), "unk_token": .string(unknown(frame)), "continuing_subword_prefix": .string("##"),
        "max_input_chars_per_word": .integer(100), "vocab": vocabulary,
      ])
    }
    return .object(root)
  }

  private func unknown(_ frame: Frame) -> String { frame.roles["unk_token"] ?? frame.special[0] }

  private func template(_ frame: Frame) -> JSON {
    func special(_ token: String, _ type: Int) -> JSON {
      .object(["SpecialToken": .object(["id": .string(token), "type_id": .integer(type)])])
    }
    func text(_ name: String, _ type: Int) -> JSON {
      .object(["Sequence": .object(["id": .string(name), "type_id": .integer(type)])])
    }
    // RoBERTa has one type, and two tokens between a pair.
    let second = frame == .bert ? 1 : 0
    let opening = frame.opening.map { [special($0, 0)] } ?? []
    let closing = frame.closing.map { [special($0, 0)] } ?? []
    let middle = frame == .roberta ? closing + closing : closing
    let used = Set([frame.opening, frame.closing].compactMap { $0 })
    let ids = frame.special.enumerated().filter { used.contains($0.element) }.map { id, token -> JSONObject.Member in
      (token, .object(["id": .string(token), "ids": .array([.integer(id)]), "tokens": .array([.string(token)])]))
    }
    return .object([
      "type": .string("TemplateProcessing"), "single": .array(opening + [text("A", 0)] + closing),
      "pair": .array(
        opening + [text("A", 0)] + middle + [text("B", second)]
          + (frame.closing.map { [special($0, second)] } ?? [])),
      "special_tokens": .object(JSONObject(ids)),
    ])
  }
}
