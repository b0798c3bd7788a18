/// What sentence-transformers do to a text before the tokenizer sees it: white space at its ends is dropped and, where
/// `sentence_bert_config.json` says `do_lower_case`, capitals become small letters.
package struct SentenceText: Sendable {
  package let lowercases: Bool

  package init(lowercases: Bool) { self.lowercases = lowercases }

  func prepared(_ text: AlignedText, _ index: ScalarIndex) -> AlignedText {
    let scalars = text.scalars(text.bytes.indices, index)
    func isSpace(_ scalar: AlignedScalar) -> Bool {
      ScalarClass.of(scalar.value).contains(.whiteSpace) || (0x1C...0x1F).contains(scalar.value)
    }
    guard let first = scalars.firstIndex(where: { !isSpace($0) }), let last = scalars.lastIndex(where: { !isSpace($0) })
    else { return AlignedText([]) }
    var kept = Array(scalars[first...last])
    if lowercases {
      let original = kept
      kept = kept.indices.flatMap { place -> [AlignedScalar] in
        let scalar = original[place]
        if scalar.value == 0x3A3, Self.isFinal(place, original) {
          return [AlignedScalar(value: 0x3C2, start: scalar.start, end: scalar.end)]
        }
        let small = Unicode.Scalar(scalar.value)?.properties.lowercaseMapping.unicodeScalars.map(\.value)
        return (small ?? [scalar.value]).map { AlignedScalar(value: $0, start: scalar.start, end: scalar.end) }
      }
    }
    return AlignedText(kept)
  }

  /// Whether a sigma ends a word: a letter with case before it, none behind it (Unicode's `Final_Sigma`).
  private static func isFinal(_ place: Int, _ text: [AlignedScalar]) -> Bool {
    func isCased(_ scalars: some Sequence<AlignedScalar>) -> Bool {
      for scalar in scalars {
        guard let properties = Unicode.Scalar(scalar.value)?.properties else { return false }
        if !properties.isCaseIgnorable { return properties.isCased }
      }
      return false
    }
    return isCased(text[..<place].reversed()) && !isCased(text[(place + 1)...])
  }
}
