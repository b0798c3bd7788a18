import Foundation
import Support

/// The tokenizer that a GGUF file carries (`tokenizer.ggml.*`): byte-level BPE ("gpt2"), or SentencePiece's BPE
/// ("llama").
struct GGUFTokenizer: Sendable {
  /// As the file numbers them, the same as SentencePiece does.
  private enum Kind { static let (unknown, control, userDefined) = (2, 3, 4) }

  private let file: GGUFFile
  private let model: String
  private let tokens: [String]
  /// The kind of each token.
  private let kinds: [Int]

  private var place: String { phrase("ggufTokenizer.placeTokenizerGgml", ["place": file.place]) }

  /// - Throws: `InputError` where the file has no tokenizer, or one of another model.
  init(_ file: GGUFFile) throws {
    self.file = file
    guard let model = try file.text("tokenizer.ggml.model"), let tokens = try file.texts("tokenizer.ggml.tokens") else {
      throw InputError(at: file.place, Tokenizer.absence, expected: phrase("expected.tokenizerGgmlModel"))
    }
    guard model == "gpt2" || model == "llama" else {
      throw InputError(
        at: phrase("error.placeTokenizerGgml", ["place": file.place]), phrase("error.isNotSupported"),
        expected: phrase("expected.gpt2OrLlama"),
        found: model.quotedForMessage)
    }
    self.model = model
    self.tokens = tokens
    kinds = try file.integers("tokenizer.ggml.token_type") ?? Array(repeating: 1, count: tokens.count)
    guard kinds.count == tokens.count else {
      throw InputError(
        at: "\(place).token_type", phrase("error.hasWrongLength"), expected: "\(tokens.count)", found: "\(kinds.count)")
    }
  }

  /// What `tokenizer_config.json` would say.
  func settings() throws -> JSONField {
    var members = JSONObject()
    for (key, source) in [("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding")] {
      guard let id = try file.integer("tokenizer.ggml.\(source)_token_id"), tokens.indices.contains(id) else {
        continue
      }
      members["\(key)_token"] = .string(tokens[id])
    }
    members["add_bos_token"] = .bool(try addsBeginning())
    members["add_eos_token"] = .bool(try file.boolean("tokenizer.ggml.add_eos_token") ?? false)
    return JSONField(.object(members), file: place)
  }

  private func addsBeginning() throws -> Bool {
    let usual = try model == "llama" || Self.isLlama3(file.text("tokenizer.ggml.pre") ?? "")
    return try file.boolean("tokenizer.ggml.add_bos_token") ?? usual
  }

  /// - Parameter files: with these settings.
  func components(_ files: TokenizerFiles) throws -> TokenizerComponents {
    if model == "gpt2" { return try TokenizerComponents(JSONField(try description(), file: place)) }
    return try files.sentencePieceComponents(try sentencePiece(), place: place)
  }

  private func sentencePiece() throws -> SentencePieceFile {
    guard let scores = try file.numbers("tokenizer.ggml.scores"), scores.count == tokens.count else {
      throw InputError(
        at: "\(place).scores", phrase("error.missingTooFew"),
        expected: phrase("expected.tokensScores", ["tokens": tokens.count]))
    }
    let pieces = try tokens.indices.map { id in
      guard let kind = UInt64(exactly: kinds[id]).flatMap(SentencePieceFile.Kind.init) else {
        throw InputError(at: "\(place).token_type", phrase("error.hasTypeNot"), found: "\(kinds[id])")
      }
      return SentencePieceFile.Piece(text: tokens[id], score: Float(scores[id]), kind: kind)
    }
    guard pieces.contains(where: { $0.kind == .unknown }) else {
      throw InputError(at: "\(place).token_type", phrase("error.hasNoUnknownToken"))
    }
    return SentencePieceFile(
      bytePairs: pieces, addsDummyPrefix: try file.boolean("tokenizer.ggml.add_space_prefix") ?? true,
      removesExtraSpaces: try file.boolean("tokenizer.ggml.remove_extra_whitespaces") ?? false)
  }
}

extension GGUFTokenizer {
  private static func isLlama3(_ pre: String) -> Bool { ["llama-bpe", "llama3", "llama-v3"].contains(pre) }

  /// What `tokenizer.json` would say.
  private func description() throws -> JSON {
    guard let merges = try file.texts("tokenizer.ggml.merges") else {
      throw InputError(at: "\(place).merges", phrase("error.areMissing"))
    }
    let pre = try file.text("tokenizer.ggml.pre") ?? "default"
    let added = tokens.indices.filter { (Kind.unknown...Kind.userDefined).contains(kinds[$0]) }.map { id in
      Self.object(
        ("id", .integer(id)), ("content", .string(tokens[id])), ("single_word", .bool(false)),
        ("lstrip", .bool(false)), ("rstrip", .bool(false)), ("normalized", .bool(false)),
        ("special", .bool(kinds[id] != Kind.userDefined)))
    }
    let vocabulary = JSONObject(tokens.enumerated().map { ($1, .integer($0)) })
    return Self.object(
      ("added_tokens", .array(added)),
      ("normalizer", pre == "qwen2" ? Self.object(("type", .string("NFC"))) : .null),
      ("pre_tokenizer", try preTokenizer(pre)),
      ("post_processor", try postProcessor()),
      ("decoder", Self.byteLevel(splits: true)),
      (
        "model",
        Self.object(
          ("type", .string("BPE")), ("vocab", .object(vocabulary)), ("merges", .array(merges.map(JSON.string))),
          ("ignore_merges", .bool(Self.isLlama3(pre))))
      ))
  }

  private static func object(_ members: JSONObject.Member...) -> JSON { .object(JSONObject(members)) }

  private static func byteLevel(splits: Bool) -> JSON {
    object(
      ("type", .string("ByteLevel")), ("add_prefix_space", .bool(false)), ("trim_offsets", .bool(true)),
      ("use_regex", .bool(splits)))
  }

  /// How text is cut before merges, by the name that llama.cpp gives it.
  private func preTokenizer(_ pre: String) throws -> JSON {
    func sequence(_ first: JSON, _ second: JSON) -> JSON {
      Self.object(("type", .string("Sequence")), ("pretokenizers", .array([first, second])))
    }
    func split(digits: String) -> JSON {
      let pattern =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      return sequence(
        Self.object(
          ("type", .string("Split")), ("pattern", Self.object(("Regex", .string(pattern)))),
          ("behavior", .string("Isolated")), ("invert", .bool(false))),
        Self.byteLevel(splits: false))
    }
    switch pre {
    case "gpt-2": return Self.byteLevel(splits: true)
    case "smollm", "starcoder", "refact", "command-r":
      return sequence(
        Self.object(("type", .string("Digits")), ("individual_digits", .bool(true))), Self.byteLevel(splits: true))
    case "qwen2": return split(digits: #"\p{N}"#)
    case _ where Self.isLlama3(pre): return split(digits: #"\p{N}{1,3}"#)
    default:
      throw InputError(
        at: "\(place).pre", phrase("error.isNotSupported"), expected: phrase("expected.gpt2Smollm"),
        found: pre.quotedForMessage)
    }
  }

  /// The beginning's and the end's token around a text, as far as the file asks for them.
  private func postProcessor() throws -> JSON {
    func token(_ isAdded: Bool, _ key: String) throws -> String? {
      guard isAdded, let id = try file.integer("tokenizer.ggml.\(key)_token_id") else { return nil }
      guard tokens.indices.contains(id) else {
        throw InputError(at: "\(place).\(key)_token_id", phrase("error.isNoToken"), found: "\(id)")
      }
      return tokens[id]
    }
    let beginning = try token(try addsBeginning(), "bos")
    let end = try token(try file.boolean("tokenizer.ggml.add_eos_token") ?? false, "eos")
    guard beginning != nil || end != nil else { return .null }
    func part(_ key: String, _ id: String, _ type: Int) -> JSON {
      Self.object((key, Self.object(("id", .string(id)), ("type_id", .integer(type)))))
    }
    func surrounded(_ sequence: String, _ type: Int) -> [JSON] {
      let first = beginning.map { part("SpecialToken", $0, type) }, last = end.map { part("SpecialToken", $0, type) }
      return [first, part("Sequence", sequence, type), last].compactMap(\.self)
    }
    let special = Set([beginning, end].compactMap(\.self)).sorted().map { token -> JSONObject.Member in
      let id = tokens.firstIndex(of: token) ?? 0
      let value = Self.object(
        ("id", .string(token)), ("ids", .array([.integer(id)])), ("tokens", .array([.string(token)])))
      return (token, value)
    }
    return Self.object(
      ("type", .string("TemplateProcessing")), ("single", .array(surrounded("A", 0))),
      ("pair", .array(surrounded("A", 0) + surrounded("B", 1))), ("special_tokens", .object(JSONObject(special))))
  }
}

extension SentencePieceFile {
  /// A model of byte pairs whose normaliser does no more than mark spaces.
  init(bytePairs pieces: [Piece], addsDummyPrefix: Bool, removesExtraSpaces: Bool) {
    self.pieces = pieces
    modelType = 2
    fallsBackToBytes = pieces.contains { $0.kind == .byte }
    self.addsDummyPrefix = addsDummyPrefix
    self.removesExtraSpaces = removesExtraSpaces
  }
}

extension GGUFFile {
  /// The file whose tokenizer a model's directory has to make do with: the location itself, or the weights in a
  /// directory that has none of the usual files. Nil where there is no such file.
  static func tokenizerSource(_ location: URL, besides usual: [String]) throws -> GGUFFile? {
    guard let model = try? ModelFiles(location), model.isGGUF else { return nil }
    let others = usual.contains {
      FileManager.default.fileExists(atPath: location.appending(path: $0).path(percentEncoded: false))
    }
    return others ? nil : try GGUFFile(model.configuration)
  }
}
