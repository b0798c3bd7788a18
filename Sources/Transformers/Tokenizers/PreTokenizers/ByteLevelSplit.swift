/// GPT-2's byte-level splitting: words with the space before them, over bytes that are each spelled as a visible
/// character.
struct ByteLevelSplit: PreTokenizer {
  let addsPrefixSpace: Bool
  let splitsWords: Bool
  /// Whether the bytes are spelled out here; the byte-pair model that follows reads plain bytes instead.
  let spellsBytes: Bool

  func split(_ text: inout SplitText, _ index: ScalarIndex) {
    if addsPrefixSpace, text.words.contains(where: { text.text.bytes[$0.lowerBound] != 0x20 }) {
      text.rewrite(index) { scalars in
        if let first = scalars.first, first.value != 0x20 { scalars.prepend([0x20]) }
      }
    }
    if splitsWords {
      var words: [Range<Int>] = []
      words.reserveCapacity(text.text.bytes.count / 4)
      text.text.bytes.withUnsafeBufferPointer { bytes in
        for word in text.words { gpt2Words(in: bytes, word, into: &words) }
      }
      text.words = words
    }
    if spellsBytes { text.rewrite(index) { ByteSpelling().normalize(&$0) } }
  }
}

/// Spells every byte as a visible character; as a normalizer, before the text is split.
struct ByteSpelling: Normalizer {
  func normalize(_ text: inout [AlignedScalar]) {
    text = text.flatMap { scalar in
      var bytes: [UInt8] = []
      bytes.append(scalar: scalar.value)
      return bytes.map {
        AlignedScalar(value: ByteAlphabet.spelling[Int($0)].value, start: scalar.start, end: scalar.end)
      }
    }
  }
}

/// The visible character that stands for each byte in byte-level vocabularies: itself for printable Latin-1, else the
/// next one from U+0100 on.
enum ByteAlphabet {
  static let spelling: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      switch UInt32(byte) {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? " "
      }
    }
  }()

  private static let bytes: [UInt16] = {
    var bytes = [UInt16](repeating: .max, count: 0x200)
    for (byte, scalar) in spelling.enumerated() { bytes[Int(scalar.value)] = UInt16(byte) }
    return bytes
  }()

  /// The byte that a character spells, nil where it spells none.
  static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    scalar.value < 0x200 ? UInt8(exactly: bytes[Int(scalar.value)]) : nil
  }
}
