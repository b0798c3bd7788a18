import Support

/// The ids of the tokens that have a part to play; nil where the tokenizer has none for it.
package struct SpecialRoles: Sendable {
  package internal(set) var beginning: Int32?
  package internal(set) var end: Int32?
  package internal(set) var classification: Int32?
  package internal(set) var separator: Int32?
  package internal(set) var padding: Int32?
  package internal(set) var mask: Int32?
  package internal(set) var unknown: Int32?

  private struct Role {
    let path: WritableKeyPath<SpecialRoles, Int32?>
    /// As `tokenizer_config.json` and `special_tokens_map.json` call it; `config.json` adds `_id`.
    let key: String
    /// What it is usually spelled as.
    let names: [String]
  }

  private static var all: [Role] {
    [
      Role(path: \.beginning, key: "bos_token", names: ["<s>", "<|begin_of_text|>", "<|endoftext|>"]),
      Role(path: \.end, key: "eos_token", names: ["</s>", "<|end_of_text|>", "<|endoftext|>"]),
      Role(path: \.classification, key: "cls_token", names: ["[CLS]"]),
      Role(path: \.separator, key: "sep_token", names: ["[SEP]"]),
      Role(path: \.padding, key: "pad_token", names: ["[PAD]", "<pad>"]),
      Role(path: \.mask, key: "mask_token", names: ["[MASK]", "<mask>"]),
      Role(path: \.unknown, key: "unk_token", names: ["[UNK]", "<unk>"]),
    ]
  }

  static var keys: [String] { all.map(\.key) }

  /// From the tokenizer's settings, else the model's, else the usual names among the special tokens.
  init(_ files: TokenizerFiles, _ components: TokenizerComponents) throws {
    let vocabulary = components.model.vocabulary
    func id(_ token: String) -> Int32? {
      components.addedTokens.first { $0.content.utf8.elementsEqual(token.utf8) }?.id ?? vocabulary.id(token)
    }
    for role in Self.all {
      var found = try files.specialToken(role.key).flatMap(id)
      if found == nil, role.key == "unk_token" { found = components.model.unknownToken.flatMap(id) }
      if found == nil, let field = files.modelConfig?["\(role.key)_id"], case .number = field.value {
        let number = try field.integer()
        let isKnown =
          number >= 0 && (vocabulary.token(Int32(number)) != nil || components.addedTokens.contains { $0.id == number })
        found = isKnown ? Int32(number) : nil
      }
      if found == nil {
        found =
          role.names.lazy.compactMap { name in
            components.addedTokens.first { $0.isSpecial && $0.content == name }?.id
          }.first
      }
      self[keyPath: role.path] = found
    }
  }
}
