import Support

/// SentencePiece's spaces: each becomes a visible mark, one is put in front, and words start at marks.
struct MetaspaceSplit: PreTokenizer {
  /// When a mark is put before a text that has none.
  enum Prepending: String, Sendable { case always, first, never }

  let mark: Unicode.Scalar
  let prepending: Prepending
  let splitsWords: Bool

  init(mark: Unicode.Scalar, prepending: Prepending, splitsWords: Bool) {
    self.mark = mark
    self.prepending = prepending
    self.splitsWords = splitsWords
  }

  init(_ field: JSONField) throws {
    let replacement = try field.string("replacement", default: "▁")
    guard replacement.unicodeScalars.count == 1, let mark = replacement.unicodeScalars.first else {
      throw InputError(at: field.place, phrase("error.hasReplacementNot"), found: replacement)
    }
    self.mark = mark
    if let scheme = field["prepend_scheme"] {
      let name = try scheme.string()
      guard let prepending = Prepending(rawValue: name) else {
        throw scheme.unknown(phrase("found.prependScheme"), name)
      }
      self.prepending = prepending
    } else {
      prepending = try field.boolean("add_prefix_space", default: true) ? .always : .never
    }
    splitsWords = try field.boolean("split", default: true)
  }

  func split(_ text: inout SplitText, _ index: ScalarIndex) {
    let mark = mark.value
    text.rewrite(index) { scalars in
      for index in scalars.indices where scalars[index].value == 0x20 { scalars[index].value = mark }
      guard let first = scalars.first, first.value != mark else { return }
      if prepending == .always || prepending == .first && first.start == 0 { scalars.prepend([mark]) }
    }
    guard splitsWords else { return }
    let pattern = TextPattern.literal(Array(String(self.mark).utf8))
    text.split(.mergedWithNext) { pattern.matches(in: $0) }
  }
}
