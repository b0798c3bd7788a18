/// A document whose attention is kept for figures.
package struct AttentionSample: Sendable {
  /// What the positions of a document are called.
  package struct Names: Hashable, Sendable {
    package var tokens: [String]
    /// As the vocabulary spells them; empty where that is not known.
    package var entries: [String]

    package init(_ tokens: [String], entries: [String] = []) {
      self.tokens = tokens
      self.entries = entries
    }
  }

  /// What people said of the words of two texts that translate each other (Och & Ney 2003).
  package struct Alignment: Hashable, Sendable {
    /// Two words by their numbers, written `0-1` where it is sure and `0p1` where it is possible.
    package struct Link: Hashable, Sendable {
      package var source: Int
      package var target: Int
      package var isSure: Bool

      package init(source: Int, target: Int, isSure: Bool) {
        self.source = source
        self.target = target
        self.isSure = isSure
      }

      fileprivate var text: String { "\(source)\(isSure ? "-" : "p")\(target)" }

      fileprivate init?(_ text: String) {
        let isSure = text.contains("-")
        let ends = text.split(separator: isSure ? "-" : "p").compactMap { Int($0) }
        guard ends.count == 2 else { return nil }
        self.init(source: ends[0], target: ends[1], isSure: isSure)
      }
    }

    /// The word that each key, and each query, is a piece of; nil for none.
    package var keys: [Int?]
    package var queries: [Int?]
    package var links: [Link]

    package init(keys: [Int?], queries: [Int?], links: [Link]) {
      self.keys = keys
      self.queries = queries
      self.links = links
    }
  }

  package var id: String
  package var keys: Names
  /// Where these are others than the keys: what the rows of cross-attention predict.
  package var queries: Names?
  /// Of cross-attention, where people aligned the two texts.
  package var alignment: Alignment?
  /// `[L, H, queries, keys]`.
  package var pattern: NumericArray

  package init(id: String, keys: Names, queries: Names?, alignment: Alignment?, pattern: NumericArray) {
    self.id = id
    self.keys = keys
    self.queries = queries
    self.alignment = alignment
    self.pattern = pattern
  }
}

extension AttentionSample {
  private typealias Key = AttentionMetrics

  /// Those that are whole and consistent, in the order in which the analysis prefers them.
  package static func all(in result: AnalysisResult) -> [AttentionSample] {
    let known = result[Key.samples] ?? []
    let found = result.members(of: Key.pattern).filter { !known.contains($0) }
    return (known + found).compactMap { AttentionSample(id: $0, result) }
  }

  private init?(id: String, _ result: AnalysisResult) {
    guard let pattern = result[Key.pattern[id]], pattern.shape.count == 4, !pattern.shape.contains(0),
      let keys = result[Key.tokens[id]], keys.count == pattern.shape[3]
    else { return nil }
    let queries = result[Key.queries[id]]
    guard (queries ?? keys).count == pattern.shape[2] else { return nil }
    func names(_ tokens: [String], _ key: TextKeys) -> Names {
      Names(tokens, entries: result[key[id]].flatMap { $0.count == tokens.count ? $0 : nil } ?? [])
    }
    self.init(
      id: id, keys: names(keys, Key.entries), queries: queries.map { names($0, Key.queryEntries) }, alignment: nil,
      pattern: pattern)
    if let words = result[Key.words[id]], let queryWords = result[Key.queryWords[id]], let links = result[Key.gold[id]]
    {
      alignment = Alignment(
        keys: words.map { Int($0) }, queries: queryWords.map { Int($0) }, links: links.compactMap(Alignment.Link.init))
    }
  }

  /// Writes samples, the best first.
  package static func write(_ samples: [AttentionSample], to result: inout AnalysisResult, stack: Component.Stack) {
    result[Key.samples, stack] = samples.map(\.id)
    for sample in samples { sample.write(to: &result, stack) }
  }

  private func write(to result: inout AnalysisResult, _ stack: Component.Stack) {
    result[Key.pattern[id], stack] = pattern
    result[Key.tokens[id], stack] = keys.tokens
    if !keys.entries.isEmpty { result[Key.entries[id], stack] = keys.entries }
    if let queries {
      result[Key.queries[id], stack] = queries.tokens
      if !queries.entries.isEmpty { result[Key.queryEntries[id], stack] = queries.entries }
    }
    if let alignment {
      func numbers(_ words: [Int?]) -> [String] { words.map { $0.map { "\($0)" } ?? "" } }
      result[Key.words[id], stack] = numbers(alignment.keys)
      result[Key.queryWords[id], stack] = numbers(alignment.queries)
      result[Key.gold[id], stack] = alignment.links.map(\.text)
    }
  }

  /// Leaves one document of those that are kept.
  package static func keep(_ id: String, in result: inout AnalysisResult) {
    for stack in Component.Stack.allCases where result[Key.samples, stack] != nil {
      result[Key.samples, stack] = [id]
      for keys in [Key.pattern, Key.pooledMean, Key.pooledMaximum] {
        for other in result.members(of: keys, stack: stack) where other != id { result[keys[other], stack] = nil }
      }
    }
  }
}
