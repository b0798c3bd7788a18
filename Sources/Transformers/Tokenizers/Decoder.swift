import Support

/// The last stage: from tokens back to text.
indirect enum Decoder: Sendable {
  case sequence([Decoder])
  case byteLevel
  case wordPiece(prefix: [UInt8], cleansUp: Bool)
  case metaspace(mark: String, prepends: Bool)
  case replace(TextPattern, String)
  case byteFallback
  case fuse
  case strip(Unicode.Scalar, start: Int, stop: Int)
  case bpe(suffix: [UInt8])
  case sentencePiece(SentencePieceDecoder)
  case ctc(pad: String, delimiter: String, cleansUp: Bool)

  init(_ field: JSONField) throws {
    switch try field.type() {
    case "Sequence": self = .sequence(try field.required("decoders").array().map(Decoder.init))
    case "ByteLevel": self = .byteLevel
    case "WordPiece":
      self = .wordPiece(
        prefix: Array(try field.string("prefix", default: "##").utf8),
        cleansUp: try field.boolean("cleanup", default: true))
    case "Metaspace":
      let split = try MetaspaceSplit(field)
      self = .metaspace(mark: String(split.mark), prepends: split.prepending != .never)
    case "Replace": self = .replace(try TextPattern(field), try field.required("content").string())
    case "ByteFallback": self = .byteFallback
    case "Fuse": self = .fuse
    case "Strip":
      let content = try field.required("content").string()
      guard content.unicodeScalars.count == 1, let scalar = content.unicodeScalars.first else {
        throw InputError(at: field.place, phrase("error.hasContentNot"), found: content)
      }
      self = .strip(scalar, start: try field.required("start").integer(), stop: try field.required("stop").integer())
    case "CTC":
      self = .ctc(
        pad: try field.string("pad_token", default: "<pad>"),
        delimiter: try field.string("word_delimiter_token", default: "|"),
        cleansUp: try field.boolean("cleanup", default: true))
    case "BPEDecoder": self = .bpe(suffix: Array(try field.string("suffix", default: "</w>").utf8))
    case let type: throw field.unknown("decoder", type)
    }
  }

  func decode(_ tokens: [String]) -> [String] {
    switch self {
    case .sequence(let parts): return parts.reduce(tokens) { $1.decode($0) }
    case .byteLevel: return [Self.bytes(tokens)]
    case .wordPiece(let prefix, let cleansUp):
      return tokens.enumerated().map { index, token in
        var bytes = Array(token.utf8)
        if index > 0 {
          if bytes.starts(with: prefix) { bytes.removeFirst(prefix.count) } else { bytes.insert(0x20, at: 0) }
        }
        return String(decoding: cleansUp ? Self.cleanedUp(bytes) : bytes, as: UTF8.self)
      }
    case .metaspace(let mark, let prepends):
      return tokens.enumerated().map { index, token in
        return Self.replacing(token, .literal(Array(mark.utf8)), index == 0 && prepends ? "" : " ")
      }
    case .replace(let pattern, let content): return tokens.map { Self.replacing($0, pattern, content) }
    case .byteFallback: return Self.fallenBack(tokens)
    case .fuse: return [tokens.joined()]
    case .strip(let scalar, let start, let stop):
      return tokens.map { token in
        var scalars = token.unicodeScalars[...]
        for _ in 0..<max(0, start) where scalars.first == scalar { scalars.removeFirst() }
        for _ in 0..<max(0, stop) where scalars.last == scalar { scalars.removeLast() }
        return String(scalars)
      }
    case .sentencePiece(let decoder): return [decoder.decode(tokens)]
    case .ctc(let pad, let delimiter, let cleansUp):
      return tokens.enumerated().compactMap { index, token in
        if index > 0, tokens[index - 1].utf8.elementsEqual(token.utf8) { return nil }
        var text = Self.replacing(token, .literal(Array(pad.utf8)), "")
        if cleansUp {
          text = String(decoding: Self.cleanedUp(Array(text.utf8)), as: UTF8.self)
          text = Self.replacing(text, .literal(Array(delimiter.utf8)), " ")
        }
        return text.isEmpty ? nil : text
      }
    case .bpe(let suffix):
      return tokens.enumerated().map { index, token in
        Self.replacing(token, .literal(suffix), index == tokens.count - 1 ? "" : " ")
      }
    }
  }

  /// The bytes that byte-level tokens spell; a token with a character that spells none stands for its own.
  private static func bytes(_ tokens: [String]) -> String {
    var bytes: [UInt8] = []
    for token in tokens {
      let spelled = token.unicodeScalars.compactMap(ByteAlphabet.byte)
      bytes += spelled.count == token.unicodeScalars.count ? spelled : Array(token.utf8)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func replacing(_ text: String, _ pattern: TextPattern, _ content: String) -> String {
    replacing(Array(text.utf8), pattern, Array(content.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  private static func replacing(_ bytes: [UInt8], _ pattern: TextPattern, _ content: [UInt8]) -> [UInt8]? {
    let matches = bytes.withUnsafeBufferPointer { pattern.matches(in: $0) }
    guard !matches.isEmpty else { return nil }
    var result: [UInt8] = []
    var position = 0
    for match in matches {
      result += bytes[position..<match.lowerBound]
      result += content
      position = match.upperBound
    }
    return result + bytes[position...]
  }

  /// English without the spaces that WordPiece puts before punctuation and contractions.
  private static func cleanedUp(_ bytes: [UInt8]) -> [UInt8] {
    let rules = [
      (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
      (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ]
    return rules.reduce(bytes) { replacing($0, .literal(Array($1.0.utf8)), Array($1.1.utf8)) ?? $0 }
  }

  /// The byte that `<0x41>` spells; nil for other tokens.
  static func byteFallback(_ token: String) -> UInt8? {
    guard token.utf8.count == 6, token.hasPrefix("<0x"), token.hasSuffix(">") else { return nil }
    return UInt8(token.dropFirst(3).dropLast(), radix: 16)
  }

  /// Runs of `<0x41>` as the text of their bytes, or a replacement character for each where they are no UTF-8.
  private static func fallenBack(_ tokens: [String]) -> [String] {
    var result: [String] = []
    var pending: [UInt8] = []
    func flush() {
      guard !pending.isEmpty else { return }
      if let text = String(validating: pending, as: UTF8.self) {
        result.append(text)
      } else {
        result += [String](repeating: "\u{FFFD}", count: pending.count)
      }
      pending = []
    }
    for token in tokens {
      if let byte = byteFallback(token) {
        pending.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }
}
