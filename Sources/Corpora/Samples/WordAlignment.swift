import Support

/// Which words of a text and of its pair translate each other, as people said (Och & Ney 2003).
///
/// Written as pairs of word numbers from 0, the text's first: `0-0 1-2` are sure, `2p3` and `2?3` possible. Words are
/// those between spaces; where the numbers go beyond these, as in text without spaces, every character is one.
package struct WordAlignment: Sendable, Hashable, Codable {
  package struct Link: Sendable, Hashable, Codable, CustomStringConvertible {
    package var source: Int
    package var target: Int
    package var isSure: Bool

    package var description: String { "\(source)\(isSure ? "-" : "p")\(target)" }
  }

  /// Without repetition, in the order of the target.
  package let links: [Link]
  /// The words of the text and of its pair, in Unicode scalars.
  package let source: [Range<Int>]
  package let target: [Range<Int>]

  /// - Parameter words: of the text, where the corpus gives them.
  /// - Throws: `InputError` for a link to a word that is not there.
  init(_ links: [Link], of text: String, words: [Range<Int>] = [], pair: String, place: String) throws {
    source = words.isEmpty ? Self.words(of: text, least: (links.map(\.source).max() ?? -1) + 1) : words
    target = Self.words(of: pair, least: (links.map(\.target).max() ?? -1) + 1)
    for link in links where !source.indices.contains(link.source) || !target.indices.contains(link.target) {
      throw InputError(
        at: place, phrase("error.hasAlignmentWord"),
        expected: phrase("expected.numbersFrom0", ["source": source.count, "target": target.count]),
        found: "\(link.source)-\(link.target)")
    }
    // The sure one of two that are alike.
    let ordered = links.sorted { ($0.target, $0.source, $1.isSure ? 1 : 0) < ($1.target, $1.source, $0.isSure ? 1 : 0) }
    self.links = ordered.indices.filter { index in
      index == 0
        || (ordered[index].source, ordered[index].target) != (ordered[index - 1].source, ordered[index - 1].target)
    }.map { ordered[$0] }
  }

  /// The links that a text names; nil for a text of any other form.
  static func links(_ text: String) -> [Link]? {
    let items = text.split(whereSeparator: \.isWhitespace)
    let links = items.compactMap { item -> Link? in
      guard let mark = item.firstIndex(where: { "-p?".contains($0) }), let source = Int(item[..<mark]), source >= 0,
        let target = Int(item[item.index(after: mark)...]), target >= 0
      else { return nil }
      return Link(source: source, target: target, isSure: item[mark] == "-")
    }
    return links.count == items.count && !links.isEmpty ? links : nil
  }

  /// At least so many words, where the text has them: between spaces, else characters.
  private static func words(of text: String, least: Int) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var characters: [Range<Int>] = []
    var position = 0
    var start: Int?
    for character in text {
      let end = position + character.unicodeScalars.count
      if character.isWhitespace {
        if let first = start { words.append(first..<position) }
        start = nil
      } else {
        if start == nil { start = position }
        characters.append(position..<end)
      }
      position = end
    }
    if let first = start { words.append(first..<position) }
    return words.count >= least || characters.count < least ? words : characters
  }
}

extension Document {
  /// Reads what a corpus says of the alignment of its words, where it is one.
  ///
  /// - Parameter isNamed: whether the job says that it is one; a text of another form is then an error.
  mutating func align(_ text: String?, isNamed: Bool, at place: String) throws {
    guard let text, !text.isEmpty, let pair else { return }
    guard let links = WordAlignment.links(text) else {
      guard isNamed else { return }
      throw InputError(
        at: place, phrase("error.hasAlignmentNot"), expected: phrase("expected.pairsWordNumbers"),
        found: String(text.prefix(60)).debugDescription)
    }
    alignment = try WordAlignment(links, of: self.text, words: words.map(\.range), pair: pair, place: place)
  }
}
