/// The spelling of every id and the text that it stands for, shared by the encodings of a tokenizer.
final class TokenSpellings: Sendable {
  private let model: Vocabulary
  private let added: [Int32: String]
  private let spellsBytes: Bool

  /// - Parameters:
  ///   - added: tokens that are spelled otherwise than the model has them.
  ///   - spellsBytes: whether the model's tokens spell bytes, a character for each.
  init(_ model: Vocabulary, added: [(id: Int32, spelling: String)], spellsBytes: Bool) {
    self.model = model
    self.added = Dictionary(added.map { ($0.id, $0.spelling) }) { $1 }
    self.spellsBytes = spellsBytes
  }

  func token(_ id: Int32) -> String? { added[id] ?? model.token(id) }

  func text(_ id: Int32) -> String? {
    if let token = added[id] { return token }
    return model.token(id).map { spellsBytes ? ByteAlphabet.text($0) : $0 }
  }
}

extension TokenizerComponents {
  /// Whether tokens spell bytes: as the decoder reads them or, where there is none, as words are spelled for the model.
  var spellsBytes: Bool {
    if let decoder { return decoder.readsBytes }
    let stages = (preTokenizer as? PreTokenizerSequence)?.parts ?? [preTokenizer].compactMap(\.self)
    return stages.contains { $0 is ByteLevelSplit }
  }
}

extension Decoder {
  fileprivate var readsBytes: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let parts): parts.contains(where: \.readsBytes)
    default: false
    }
  }
}

extension ByteAlphabet {
  /// The text of the bytes that a token spells, `⟨e6⟩` for each byte that is no whole character with its neighbours; the
  /// token itself where one of its characters spells none.
  static func text(_ token: String) -> String {
    var bytes: [UInt8] = []
    for scalar in token.unicodeScalars {
      guard let byte = byte(of: scalar) else { return token }
      bytes.append(byte)
    }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
      let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      if let character = String(validating: rest.prefix(length), as: UTF8.self) {
        text += character
        rest = rest.dropFirst(length)
      } else {
        text += "⟨\(first < 0x10 ? "0" : "")\(String(first, radix: 16))⟩"
        rest = rest.dropFirst()
      }
    }
    return text
  }
}
