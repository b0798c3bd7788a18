import Support

/// The first stage: what a tokenizer does to the characters of a text before it is split.
protocol Normalizer: Sendable {
  func normalize(_ text: inout [AlignedScalar])

  /// Whether ASCII text stays as it is.
  var keepsASCII: Bool { get }
}

extension Normalizer {
  var keepsASCII: Bool { false }

  /// A text that did not come from a document: the content of an added token.
  func normalized(_ text: String) -> [UInt8] {
    var scalars = text.unicodeScalars.map { AlignedScalar(value: $0.value, start: 0, end: 0) }
    normalize(&scalars)
    return AlignedText(scalars).bytes
  }
}

/// Normalizers by the `type` in `tokenizer.json`.
func normalizer(_ field: JSONField) throws -> any Normalizer {
  switch try field.type() {
  case "Sequence":
    return NormalizerSequence(parts: try field.required("normalizers").array().map(normalizer))
  case "BertNormalizer":
    let lowercases = try field.boolean("lowercase", default: true)
    return BertNormalizer(
      cleans: try field.boolean("clean_text", default: true),
      separatesChinese: try field.boolean("handle_chinese_chars", default: true),
      stripsAccents: try field["strip_accents"]?.boolean() ?? lowercases, lowercases: lowercases)
  case "Lowercase": return CaseNormalizer()
  case "NFD": return FormNormalizer(composes: false, compatibility: false)
  case "NFKD": return FormNormalizer(composes: false, compatibility: true)
  case "NFC": return FormNormalizer(composes: true, compatibility: false)
  case "NFKC": return FormNormalizer(composes: true, compatibility: true)
  case "StripAccents": return MarkStripping()
  case "Strip":
    return SpaceStripping(
      left: try field.boolean("strip_left", default: true), right: try field.boolean("strip_right", default: true))
  case "Prepend": return Prepending(content: try field.required("prepend").string())
  case "Replace": return Replacing(pattern: try TextPattern(field), content: try field.required("content").string())
  case "Precompiled": return try PrecompiledNormalizer(field)
  case "Nmt": return NMTNormalizer()
  case "ByteLevel": return ByteSpelling()
  case let type: throw field.unknown("normalizer", type)
  }
}

/// One normalizer after the other.
struct NormalizerSequence: Normalizer {
  let parts: [any Normalizer]
  var keepsASCII: Bool { parts.allSatisfy(\.keepsASCII) }
  func normalize(_ text: inout [AlignedScalar]) { for part in parts { part.normalize(&text) } }
}

/// A Unicode normalisation form.
struct FormNormalizer: Normalizer {
  let composes: Bool
  let compatibility: Bool
  var keepsASCII: Bool { true }

  func normalize(_ text: inout [AlignedScalar]) {
    if composes {
      UnicodeForms.compose(&text, compatibility: compatibility)
    } else {
      UnicodeForms.decompose(&text, compatibility: compatibility)
    }
  }
}

/// Lower case, scalar by scalar (no final sigma).
struct CaseNormalizer: Normalizer {
  func normalize(_ text: inout [AlignedScalar]) {
    var result: [AlignedScalar] = []
    result.reserveCapacity(text.count)
    for scalar in text {
      if scalar.value < 0x80 {
        let isUpper = scalar.value &- 0x41 < 26
        result.append(AlignedScalar(value: scalar.value + (isUpper ? 32 : 0), start: scalar.start, end: scalar.end))
      } else if let mapping = Unicode.Scalar(scalar.value)?.properties.lowercaseMapping {
        for lower in mapping.unicodeScalars {
          result.append(AlignedScalar(value: lower.value, start: scalar.start, end: scalar.end))
        }
      }
    }
    text = result
  }
}

/// Drops combining marks.
struct MarkStripping: Normalizer {
  var keepsASCII: Bool { true }
  func normalize(_ text: inout [AlignedScalar]) {
    text.removeAll { $0.value >= 0x300 && ScalarClass.of($0.value).contains(.mark) }
  }
}

/// Drops white space at the ends.
struct SpaceStripping: Normalizer {
  let left, right: Bool

  func normalize(_ text: inout [AlignedScalar]) {
    func isSpace(_ scalar: AlignedScalar) -> Bool { ScalarClass.of(scalar.value).contains(.whiteSpace) }
    if left { text.removeFirst(text.prefix(while: isSpace).count) }
    while right, let last = text.last, isSpace(last) { text.removeLast() }
  }
}

/// Puts a text before every non-empty one.
struct Prepending: Normalizer {
  let content: String
  func normalize(_ text: inout [AlignedScalar]) { text.prepend(content.unicodeScalars.map(\.value)) }
}

/// Replaces all matches of a pattern.
struct Replacing: Normalizer {
  let pattern: TextPattern
  let content: String

  func normalize(_ text: inout [AlignedScalar]) {
    let plain = AlignedText(text)
    let matches = plain.bytes.withUnsafeBufferPointer { pattern.matches(in: $0) }
    guard !matches.isEmpty else { return }
    let index = ScalarIndex(plain.bytes)
    text.replace(
      matches.map { index.scalar(containing: $0.lowerBound)..<index.scalar(containing: $0.upperBound) },
      by: content.unicodeScalars.map(\.value))
  }
}

/// The cleaning of machine-translation corpora that SentencePiece calls `nmt`: drops controls, makes spaces plain.
struct NMTNormalizer: Normalizer {
  func normalize(_ text: inout [AlignedScalar]) {
    text.removeAll {
      switch $0.value {
      case 0x1...0x8, 0xB, 0xE...0x1F, 0x7F, 0x8F, 0x9F: true
      default: false
      }
    }
    for index in text.indices {
      switch text[index].value {
      case 0x9, 0xA, 0xC, 0xD, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: text[index].value = 0x20
      default: break
      }
    }
  }
}
