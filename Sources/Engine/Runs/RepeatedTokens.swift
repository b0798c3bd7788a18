package import Support

/// Seeded sequences `opening x x closing` that show which heads copy: `x` is `half` ordinary tokens, all different where
/// the vocabulary is large enough (Olsson 2022).
package struct RepeatedTokens: Sendable {
  package static let sequences = 16
  package let documents: [TokenizedDocument]
  /// Where the first copy starts.
  package let start: Int
  package let half: Int
  /// Said in captions where the vocabulary was too small for different tokens.
  package let note: Message?

  package var stream: Observation.Stream { .repeatedTokens(start: start, half: half) }

  /// `|x| = min(50, (longest − 2)/2)`; nil where that leaves less than two tokens or there is no ordinary one.
  ///
  /// `ordinary` are the ids to draw from, without special tokens; `opening` and `closing` what the tokenizer puts
  /// around a text; `longest` the most tokens that the model reads; `spelled` names a token.
  package init?(
    ordinary: [Int32], opening: [Int32], closing: [Int32], longest: Int, seed: UInt64, spelled: (Int32) -> String
  ) {
    let half = min(50, (longest - max(2, opening.count + closing.count)) / 2)
    self.half = half
    start = opening.count
    guard half >= 2, !ordinary.isEmpty else { return nil }
    var generator = SeededGenerator(seed: seed &+ 0x5eed_0f_7e4ea7)
    note =
      ordinary.count < half
      ? Message("note.attention.smallVocabulary", ["ordinary": ordinary.count])
      : nil
    var documents: [TokenizedDocument] = []
    for sequence in 0..<RepeatedTokens.sequences {
      // The first `half` steps of a Fisher–Yates shuffle, over positions so that a large vocabulary is not copied.
      var moved: [Int: Int] = [:]
      let x = (0..<half).map { step -> Int32 in
        guard ordinary.count >= half else { return ordinary[generator.index(below: ordinary.count)] }
        let other = step + generator.index(below: ordinary.count - step)
        let chosen = moved[other] ?? other
        moved[other] = moved[step] ?? step
        return ordinary[chosen]
      }
      let ids = opening + x + x + closing
      var kinds = [TokenKind](repeating: .ordinary, count: ids.count)
      for i in opening.indices { kinds[i] = .opening }
      for i in closing.indices { kinds[ids.count - 1 - i] = .closing }
      documents.append(
        TokenizedDocument(
          id: "repeated-\(sequence)", ids: ids, typeIDs: [Int32](repeating: 0, count: ids.count),
          tokens: ids.map(spelled), kinds: kinds, labels: [String?](repeating: nil, count: ids.count),
          isTruncated: false))
    }
    self.documents = documents
  }
}
