import Engine
import Support
import Synchronization

/// A few documents whose attention is kept for figures: of moderate length where there are such, and among them those in
/// which something repeats, for heads that look for it, then those with the smallest hash; and of the long ones that with the smallest hash, pooled. Where documents are named, those.
package struct AttentionSamples: AnalysisState {
  package static let kept = 3
  /// Lengths that a drawn map can name every token of.
  static let moderate = 6...40
  /// Longer documents show their first positions.
  static let longest = 64
  /// Documents beyond this length can be kept pooled.
  static let pooledBeyond = 256

  /// What makes one document preferable to another.
  struct Rank: Codable, Hashable, Sendable {
    var isModerate: Bool
    /// Whether pairs of neighbouring tokens come again, so that a head may look back at what followed.
    var repeats: Bool
    var hash: UInt64
    var id: String

    init(_ document: TokenizedDocument) {
      isModerate = AttentionSamples.moderate.contains(document.ids.count)
      repeats = AttentionSamples.repeatedPairs(document) >= AttentionSamples.leastRepeatedPairs
      hash = document.hash
      id = document.id
    }

    func precedes(_ other: Rank) -> Bool {
      if isModerate != other.isModerate { return isModerate }
      if repeats != other.repeats { return repeats }
      return (hash, id) < (other.hash, other.id)
    }
  }

  private static let leastRepeatedPairs = 3

  /// At how many of the first positions a pair of ordinary tokens ends that was there before.
  private static func repeatedPairs(_ document: TokenizedDocument) -> Int {
    struct Pair: Hashable { var first: Int32, second: Int32 }
    var seen: Set<Pair> = [], count = 0
    for t in 1..<max(1, min(document.ids.count, longest))
    where document.kinds[t - 1] == .ordinary && document.kinds[t] == .ordinary {
      if !seen.insert(Pair(first: document.ids[t - 1], second: document.ids[t])).inserted { count += 1 }
    }
    return count
  }

  /// Which maps of a document are kept.
  struct Choice: Sendable {
    var isShown = false
    var isPooled = false
  }

  /// What documents were offered so far, by all copies of an analysis: of those that cannot be kept in the end no map
  /// is made. What is kept in the end does not depend on the order.
  final class Gate: Sendable {
    /// The documents that may be kept, no more than `kept`; nil for all.
    private let names: Set<String>?
    private let best = Mutex<(shown: [Rank], pooled: Rank?)>(([], nil))

    init(among names: [String]?) { self.names = names.map(Set.init) }

    func choose(_ document: TokenizedDocument) -> Choice {
      var choice = Choice()
      if let names, !names.contains(document.id) { return choice }
      let rank = Rank(document)
      return best.withLock { best in
        if document.ids.count >= 2 {
          best.shown.append(rank)
          best.shown.sort { $0.precedes($1) }
          if best.shown.count > AttentionSamples.kept { best.shown.removeLast() }
          choice.isShown = best.shown.contains { $0.id == rank.id }
        }
        if document.ids.count > AttentionSamples.pooledBeyond {
          if best.pooled.map(rank.precedes) ?? true { best.pooled = rank }
          choice.isPooled = best.pooled?.id == rank.id
        }
        return choice
      }
    }
  }

  /// What the first positions of a document are called.
  struct Names: Codable, Sendable {
    var tokens: [String]
    /// As the vocabulary spells them; empty where they are of none.
    var entries: [String]

    init(_ tokens: [String], _ entries: [String]) {
      self.tokens = Array(tokens.prefix(AttentionSamples.longest))
      self.entries = Array(entries.prefix(AttentionSamples.longest))
    }
  }

  struct Sample: Codable, Sendable {
    var rank: Rank
    var keys: Names
    /// Where these are others than the keys: what a decoder's rows predict.
    var queries: Names?
    /// Of the two, where people aligned them.
    var alignment: TokenAlignment?
    /// `[L, H, queries, keys]`.
    @Packed var pattern: [Float]
    /// Positions of the whole document.
    var length: Int
  }

  struct Pooled: Codable, Sendable {
    var rank: Rank
    /// Positions of the document, and of a block's side.
    var length: Int
    var size: Int
    /// `[L, H, blocks, blocks]`.
    var blocks: Int
    @Packed var mean: [Float]
    @Packed var maximum: [Float]
  }

  /// The best documents so far, whose maps are kept where they have such, best first; and the best of the long ones.
  private var shown: [Rank] = []
  private var long: Rank?
  /// Best first.
  private(set) var samples: [Sample] = []
  private(set) var pooled: Pooled?

  /// Takes note of a document that was chosen, whether this kind of attention has rows of it or not.
  mutating func consider(_ document: TokenizedDocument, _ choice: Choice) {
    guard choice.isShown || choice.isPooled else { return }
    let rank = Rank(document)
    consider(shown: choice.isShown ? [rank] : [], long: choice.isPooled ? rank : nil)
  }

  private mutating func consider(shown ranks: [Rank], long rank: Rank?) {
    shown = Array((shown + ranks).sorted { $0.precedes($1) }.prefix(AttentionSamples.kept))
    if let rank, long.map(rank.precedes) ?? true { long = rank }
    samples.removeAll { !shown.contains($0.rank) }
    if pooled?.rank != long { pooled = nil }
  }

  mutating func offer(_ sample: Sample) {
    guard shown.contains(sample.rank) else { return }
    samples.append(sample)
    samples.sort { $0.rank.precedes($1.rank) }
  }

  mutating func offer(_ other: Pooled) {
    if other.rank == long { pooled = other }
  }

  package mutating func merge(_ later: AttentionSamples) {
    consider(shown: later.shown, long: later.long)
    for sample in later.samples { offer(sample) }
    if let pooled = later.pooled { offer(pooled) }
  }

  package func fits(_ later: AttentionSamples) -> Bool { true }
}
