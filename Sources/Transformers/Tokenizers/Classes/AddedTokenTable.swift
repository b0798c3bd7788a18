import Support

/// The tokens that are looked for in a text before it is cut, numbered as the tokenizers library does it: one that the
/// vocabulary has keeps its id, others follow the vocabulary.
struct AddedTokenTable {
  private(set) var tokens: [AddedToken]
  private let id: (String) -> Int32?
  private let vocabularyCount: Int32
  private var largestID: Int32

  /// `tokens`: those that `tokenizer.json` numbers itself.
  init(_ tokens: [AddedToken] = [], count: Int, id: @escaping (String) -> Int32?) {
    self.tokens = tokens
    self.id = id
    vocabularyCount = Int32(count)
    largestID = tokens.map(\.id).max() ?? -1
  }

  func contains(_ content: String) -> Bool { tokens.contains { $0.content.utf8.elementsEqual(content.utf8) } }

  /// Adds a token; one that is there already takes over its flags.
  ///
  /// `isKept`: whether a token that the vocabulary lacks is added, or only takes its number.
  mutating func add(_ token: AddedToken, isKept: Bool = true) {
    if token.content.isEmpty { return }
    var token = token
    if let index = tokens.firstIndex(where: { $0.content.utf8.elementsEqual(token.content.utf8) }) {
      token.id = tokens[index].id
      token.isSpecial = token.isSpecial || tokens[index].isSpecial
      tokens[index] = token
      return
    }
    let known = id(token.content)
    token.id = known ?? max(largestID + 1, vocabularyCount)
    largestID = max(largestID, token.id)
    if known != nil || isKept { tokens.append(token) }
  }

  /// Has special tokens cut as any text.
  mutating func hideSpecialTokens() {
    for index in tokens.indices where tokens[index].isSpecial { tokens[index].isMatched = false }
  }

  /// Lets a token take the white space before it.
  mutating func stripLeft(_ content: String) {
    for index in tokens.indices where tokens[index].content == content {
      tokens[index].stripsLeft = true
    }
  }
}

extension TokenizerFiles {
  /// Adds what the files beside `tokenizer.json` name: `added_tokens_decoder` of `tokenizer_config.json`, else
  /// `added_tokens.json` and the tokens of `tokenizer.json` itself (`own`); then the special tokens, by their roles and
  /// any others. Source: transformers 5.24.
  ///
  /// `usual`: the special tokens of a class where no file names them.
  func add(to table: inout AddedTokenTable, own: [AddedToken], usual: [String: String] = [:]) throws {
    var listed = try listedTokens() ?? (try legacyTokens() + own)
    listed.sort { $0.id < $1.id }
    for token in listed { table.add(token) }
    func special(_ field: JSONField) throws -> AddedToken {
      let content = try field["content"]?.string() ?? field.string()
      if let token = listed.first(where: { $0.content.utf8.elementsEqual(content.utf8) }) { return token }
      var token = AddedToken(id: 0, content: content)
      if field["content"] != nil { token = try AddedToken(field, id: 0) }
      if field["content"] != nil, field["normalized"] == nil { token.isNormalized = false }
      token.isSpecial = true
      return token
    }
    func add(_ token: AddedToken, isKept: Bool = true) {
      if !table.contains(token.content) { table.add(token, isKept: isKept) }
    }
    for key in SpecialRoles.keys {
      if let field = specialTokenField(key) {
        add(try special(field))
      } else if let content = usual[String(key.dropLast("_token".count))] {
        let token = listed.first { $0.content.utf8.elementsEqual(content.utf8) }
        add(token ?? AddedToken(id: 0, content: content), isKept: false)
      }
    }
    let isListed = settings?["added_tokens_decoder"] != nil
    for field in try otherSpecialTokens(isListed ? [settings] : [settings, specialTokensMap]) {
      add(try special(field))
    }
    if try settings?["split_special_tokens"]?.boolean() ?? false { table.hideSpecialTokens() }
  }

  /// `added_tokens_decoder`: tokens by their ids; nil where there is none.
  private func listedTokens() throws -> [AddedToken]? {
    guard let list = settings?["added_tokens_decoder"] else { return nil }
    return try list.members().map { member in
      guard let id = Int32(member.key) else {
        throw InputError(at: list.place, phrase("error.hasKeyNo"), found: "\"\(member.key)\"")
      }
      return try AddedToken(JSONField(member.value, file: list.file, path: "\(list.path).\(id)"), id: id)
    }
  }

  /// `added_tokens.json`: ids by token.
  private func legacyTokens() throws -> [AddedToken] {
    guard let list = addedTokensFile else { return [] }
    let special = Set(
      try SpecialRoles.keys.compactMap(specialToken)
        + otherSpecialTokens([settings]).map { try $0["content"]?.string() ?? $0.string() })
    return try list.members().map { member in
      var token = AddedToken(
        id: try JSONField(member.value, file: list.file, path: member.key).id(), content: member.key)
      token.isSpecial = special.contains(member.key)
      token.isNormalized = !token.isSpecial
      return token
    }
  }

  /// Tokens that are special without a role: lists, and keys of one's own that end in `_token`.
  private func otherSpecialTokens(_ sources: [JSONField?]) throws -> [JSONField] {
    var fields: [JSONField] = []
    for (key, value) in try settings?.members() ?? [:] where key.hasSuffix("_token") && !SpecialRoles.keys.contains(key)
    {
      guard let field = settings?[key] else { continue }
      if case .string = value { fields.append(field) } else if field["content"] != nil { fields.append(field) }
    }
    for source in sources {
      guard let list = source?["extra_special_tokens"] ?? source?["additional_special_tokens"] else { continue }
      if case .array = list.value {
        return try fields + list.array()
      } else {
        return try fields + list.members().compactMap { list[$0.key] }
      }
    }
    return fields
  }
}
