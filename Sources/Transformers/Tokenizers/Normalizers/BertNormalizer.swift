/// BERT's cleaning: drops controls, makes white space plain, puts spaces around Han characters, strips accents, and
/// lowers the case.
struct BertNormalizer: Normalizer {
  let cleans, separatesChinese, stripsAccents, lowercases: Bool

  func normalize(_ text: inout [AlignedScalar]) {
    if cleans { clean(&text) }
    if separatesChinese { separate(&text) }
    if stripsAccents, text.contains(where: { $0.value >= 0x80 }) {
      UnicodeForms.decompose(&text, compatibility: false)
      text.removeAll { $0.value >= 0x300 && ScalarClass.of($0.value).contains(.nonspacingMark) }
    }
    if lowercases { CaseNormalizer().normalize(&text) }
  }

  private func clean(_ text: inout [AlignedScalar]) {
    text.removeAll { ScalarClass.of($0.value).contains(.control) }
    for index in text.indices where ScalarClass.of(text[index].value).contains(.whiteSpace) { text[index].value = 0x20 }
  }

  private func separate(_ text: inout [AlignedScalar]) {
    guard text.contains(where: { ScalarClass.of($0.value).contains(.chinese) }) else { return }
    text = text.flatMap { scalar in
      guard ScalarClass.of(scalar.value).contains(.chinese) else { return [scalar] }
      let space = AlignedScalar(value: 0x20, start: scalar.start, end: scalar.end)
      return [space, scalar, space]
    }
  }
}
