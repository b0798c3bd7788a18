import Foundation
import Support

/// The stages of a tokenizer, read from whatever files a directory has.
struct TokenizerComponents: Sendable {
  var addedTokens: [AddedToken] = []
  var normalizer: (any Normalizer)?
  var preTokenizer: (any PreTokenizer)?
  var model: any TokenModel
  var postProcessor = PostProcessor()
  var decoder: Decoder?
  /// What cuts the second texts of a translation, where they have a vocabulary of pieces of their own.
  var targetModel: (model: any TokenModel, normalizer: any Normalizer)?
  /// A code that texts can begin with.
  var openingCode: OpeningCode?
  /// What a reader has to know of how it was read.
  var remarks: [Message] = []
}

/// The files of a model's directory that say how its text is cut.
struct TokenizerFiles: Sendable {
  /// Where they lie: the directory, or its parent.
  let directory: URL
  let names: [String]
  /// `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json`, `config.json`.
  let settings: JSONField?
  let specialTokensMap: JSONField?
  let addedTokensFile: JSONField?
  let modelConfig: JSONField?
  /// The tokenizer that a GGUF file carries, where there is no other.
  let carried: GGUFTokenizer?

  static let kinds = [
    ["tokenizer.json"], ["tokenizer.model"], ["spiece.model"], ["sentencepiece.bpe.model"],
    ["source.spm", "target.spm", "vocab.json"], ["vocab.json", "merges.txt"], ["vocab.txt"],
  ]

  /// Errors: no directory, no tokenizer in it or in its parent, settings that are not JSON.
  init(directory: URL) throws {
    let path = directory.path(percentEncoded: false)
    if let file = try GGUFFile.tokenizerSource(directory, besides: Self.kinds.flatMap(\.self)) {
      let tokenizer = try GGUFTokenizer(file)
      (self.directory, names) = (file.url.deletingLastPathComponent(), [file.url.lastPathComponent])
      (self.settings, specialTokensMap, addedTokensFile, modelConfig) = (try tokenizer.settings(), nil, nil, nil)
      carried = tokenizer
      return
    }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw InputError(at: path, phrase("error.isNoDirectory"))
    }
    func existing(_ names: [String], in folder: URL) -> Bool {
      names.allSatisfy {
        FileManager.default.fileExists(atPath: folder.appending(path: $0).path(percentEncoded: false))
      }
    }
    let own = try ModelFiles.folder(of: directory)
    let folders = [own, directory.standardizedFileURL.deletingLastPathComponent()]
    let found = folders.lazy.compactMap { folder in
      Self.kinds.first { existing($0, in: folder) }.map { (folder, $0) }
    }.first
    guard let (folder, names) = found else {
      throw InputError(
        at: path, Tokenizer.absence,
        expected: phrase("expected.tokenizerJsonTokenizer"))
    }
    func settings(_ name: String, in folder: URL) throws -> JSONField? {
      guard existing([name], in: folder) else { return nil }
      return try JSONField(contentsOf: folder.appending(path: name))
    }
    carried = nil
    self.directory = folder
    self.names = names
    self.settings = try settings("tokenizer_config.json", in: folder)
    specialTokensMap = try settings("special_tokens_map.json", in: folder)
    addedTokensFile = try settings("added_tokens.json", in: folder)
    modelConfig = try settings("config.json", in: own) ?? settings("config.json", in: folder)
  }

  func components() throws -> TokenizerComponents {
    if let carried { return try carried.components(self) }
    switch names[0] {
    case "tokenizer.json": return try jsonComponents()
    case "source.spm": return try marianComponents()
    case "tokenizer.model", "spiece.model", "sentencepiece.bpe.model": return try sentencePieceComponents(names[0])
    case "vocab.json": return try byteLevelComponents()
    default: return try wordPieceComponents()
    }
  }

  func path(_ name: String) -> String { directory.appending(path: name).path(percentEncoded: false) }

  func json(_ name: String) throws -> JSONField {
    try JSONField(contentsOf: directory.appending(path: name))
  }

  /// The lines of a text file. Errors: cannot be read, is not UTF-8.
  func lines(_ name: String) throws -> [String] {
    guard let data = try? Data(contentsOf: directory.appending(path: name)) else {
      throw InputError(at: path(name), phrase("error.cannotBeRead"))
    }
    try LargeFilePointer.refuse(data, at: path(name))
    var lines = data.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return try lines.enumerated().map { number, line in
      guard let text = String(validating: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self) else {
        throw InputError(at: "\(path(name)): line \(number + 1)", phrase("error.notUtf8"))
      }
      return text
    }
  }

  /// A special token by its key (`bos_token`). The older `special_tokens_map.json` counts first, unless the settings
  /// list the added tokens themselves.
  func specialTokenField(_ key: String) -> JSONField? {
    let sources =
      settings?["added_tokens_decoder"] == nil ? [specialTokensMap, settings] : [settings, specialTokensMap]
    return sources.lazy.compactMap { $0?[key] }.first
  }

  /// Its spelling, from a string or an object with `content`.
  func specialToken(_ key: String) throws -> String? {
    try specialTokenField(key).map { try $0["content"]?.string() ?? $0.string() }
  }

  /// `tokenizer.json`: as it is, or its vocabulary with the stages of a class that builds its own; and the tokens that
  /// other files add.
  private func jsonComponents() throws -> TokenizerComponents {
    let file = try json("tokenizer.json")
    let own = try file["added_tokens"]?.array().map { try AddedToken($0) } ?? []
    if case .known(let named) = try reader(),
      let vocabulary = try BareVocabulary(try file.required("model"), named.vocabularyKind)
    {
      return try named.components(self, vocabulary, file, own: own)
    }
    var components = try TokenizerComponents(file)
    let vocabulary = components.model.vocabulary
    var table = AddedTokenTable(own, count: vocabulary.tokens.count { $0 != nil }) { vocabulary.id($0) }
    try add(to: &table, own: own)
    components.addedTokens = table.tokens
    return components
  }
}

extension TokenizerComponents {
  /// From `tokenizer.json`.
  init(_ file: JSONField) throws {
    let preTokenizer = file["pre_tokenizer"]
    let modelField = try file.required("model")
    let isBPE = try (modelField["type"]?.string() ?? "BPE") == "BPE"
    let readsBytes = try isBPE && endsInByteLevel(preTokenizer)
    model = try tokenModel(modelField, readsBytes: readsBytes)
    normalizer = try file["normalizer"].map(Transformers.normalizer)
    self.preTokenizer = try preTokenizer.map { try Transformers.preTokenizer($0, keepsBytes: readsBytes) }
    postProcessor = try file["post_processor"].map(PostProcessor.init) ?? PostProcessor()
    decoder = try file["decoder"].map(Decoder.init)
    addedTokens = try file["added_tokens"]?.array().map { try AddedToken($0) } ?? []
    if let dropout = try modelField["dropout"]?.double(), dropout > 0 {
      remarks.append(
        Message("note.corpus.tokenizerDropout", ["dropout": dropout]))
    }
  }
}
