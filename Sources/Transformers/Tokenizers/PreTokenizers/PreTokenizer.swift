import Support

/// The second stage: cuts a normalised text into words.
protocol PreTokenizer: Sendable {
  func split(_ text: inout SplitText, _ index: ScalarIndex)
}

/// Pre-tokenizers by the `type` in `tokenizer.json`.
///
/// `keepsBytes`: the model reads the bytes of words itself, so that byte-level splitting need not spell them out.
func preTokenizer(_ field: JSONField, keepsBytes: Bool) throws -> any PreTokenizer {
  switch try field.type() {
  case "Sequence":
    let parts = try field.required("pretokenizers").array()
    return PreTokenizerSequence(
      parts: try parts.enumerated().map {
        try preTokenizer($1, keepsBytes: keepsBytes && $0 == parts.count - 1)
      })
  case "ByteLevel":
    return ByteLevelSplit(
      addsPrefixSpace: try field.boolean("add_prefix_space", default: true),
      splitsWords: try field.boolean("use_regex", default: true), spellsBytes: !keepsBytes)
  case "BertPreTokenizer": return BertSplit()
  case "Whitespace":
    return WordSplit()
  case "WhitespaceSplit": return ClassSplit(classes: .whiteSpace, behavior: .removed)
  case "Punctuation": return ClassSplit(classes: .punctuation, behavior: try behavior(field, default: .isolated))
  case "Digits":
    let areSingle = try field.boolean("individual_digits", default: false)
    return ClassSplit(classes: .digit, behavior: areSingle ? .isolated : .contiguous)
  case "CharDelimiterSplit":
    let delimiter = try field.required("delimiter").string()
    return PatternSplit(pattern: .literal(Array(delimiter.utf8)), behavior: .removed, isInverted: false)
  case "Split":
    return PatternSplit(
      pattern: try TextPattern(field), behavior: try behavior(field, default: .isolated),
      isInverted: try field.boolean("invert", default: false))
  case "Metaspace": return try MetaspaceSplit(field)
  case "FixedLength": return FixedLengthSplit(length: try field["length"]?.integer() ?? 5)
  case let type: throw field.unknown("pre-tokenizer", type)
  }
}

/// Whether the last pre-tokenizer makes the model read bytes.
func endsInByteLevel(_ field: JSONField?) throws -> Bool {
  guard let field else { return false }
  switch try field.type() {
  case "ByteLevel": return true
  case "Sequence": return try endsInByteLevel(try field.required("pretokenizers").array().last)
  default: return false
  }
}

private func behavior(_ field: JSONField, default standard: SplitText.Behavior) throws -> SplitText.Behavior {
  guard let member = field["behavior"] else { return standard }
  let name = try member.string()
  guard let behavior = SplitText.Behavior(rawValue: name) else {
    throw member.unknown(phrase("preTokenizer.splitBehaviour"), name)
  }
  return behavior
}

/// One pre-tokenizer after the other.
struct PreTokenizerSequence: PreTokenizer {
  let parts: [any PreTokenizer]
  func split(_ text: inout SplitText, _ index: ScalarIndex) { for part in parts { part.split(&text, index) } }
}

/// White space separates and is dropped; punctuation stands alone.
struct BertSplit: PreTokenizer {
  func split(_ text: inout SplitText, _ index: ScalarIndex) {
    var words: [Range<Int>] = []
    words.reserveCapacity(text.text.bytes.count / 4)
    text.text.bytes.withUnsafeBufferPointer { bytes in
      for range in text.words {
        var start = range.lowerBound
        var position = start
        while position < range.upperBound {
          let (value, length) = bytes.scalar(at: position)
          let kind = ScalarClass.of(value)
          if !kind.isDisjoint(with: [.whiteSpace, .punctuation]) {
            if start < position { words.append(start..<position) }
            if !kind.contains(.whiteSpace) { words.append(position..<(position + length)) }
            start = position + length
          }
          position += length
        }
        if start < position { words.append(start..<position) }
      }
    }
    text.words = words
  }
}

/// Words are runs of `\w`, or of anything else but white space, which is dropped.
struct WordSplit: PreTokenizer {
  func split(_ text: inout SplitText, _ index: ScalarIndex) {
    text.split(.removed, at: .whiteSpace)
    text.split(.contiguous, at: .word)
  }
}

/// Cuts at scalars of some classes.
struct ClassSplit: PreTokenizer {
  let classes: ScalarClass
  let behavior: SplitText.Behavior
  func split(_ text: inout SplitText, _ index: ScalarIndex) { text.split(behavior, at: classes) }
}

/// Cuts into pieces of as many characters.
struct FixedLengthSplit: PreTokenizer {
  let length: Int

  func split(_ text: inout SplitText, _ index: ScalarIndex) {
    guard length > 0 else { return }
    text.split(.isolated) { bytes in
      var pieces: [Range<Int>] = []
      var (start, position, count) = (0, 0, 0)
      while position < bytes.count {
        position += scalarLength(leadingByte: bytes[position])
        count += 1
        if count % length == 0 || position == bytes.count {
          pieces.append(start..<position)
          start = position
        }
      }
      return pieces
    }
  }
}

/// Cuts at matches of a pattern, or, inverted, at what lies between them.
struct PatternSplit: PreTokenizer {
  let pattern: TextPattern
  let behavior: SplitText.Behavior
  let isInverted: Bool

  func split(_ text: inout SplitText, _ index: ScalarIndex) {
    text.split(behavior, inverted: isInverted) { pattern.matches(in: $0) }
  }
}
