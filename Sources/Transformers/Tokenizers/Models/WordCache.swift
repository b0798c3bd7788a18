import Synchronization

/// Words that were seen before, with their tokens, and the space in which new ones are cut.
///
/// One thread uses one at a time.
struct WordCache: Sendable {
  /// Words longer than this come again too seldom.
  private static let longestWord = 64
  private static let capacity = 1 << 16

  private var spans = ByteTable(capacity: 1 << 10)
  private var bounds: [Int32] = [0]
  private var stored: [WordToken] = []
  private var space = MergeSpace()

  /// Appends the tokens of a word.
  @inline(__always)
  mutating func tokenize(_ word: UTF8Bytes, _ model: any TokenModel, into tokens: inout [WordToken]) {
    guard word.count <= Self.longestWord else { return model.tokenize(word, &space, into: &tokens) }
    let hash = ByteTable.hash(word)
    let found = spans.value(word, hash: hash)
    if found >= 0 {
      let range = Int(bounds[Int(found)])..<Int(bounds[Int(found) + 1])
      if range.count == 1 { tokens.append(stored[range.lowerBound]) } else { tokens += stored[range] }
      return
    }
    if spans.count == Self.capacity {
      spans.removeAll()
      bounds = [0]
      stored.removeAll(keepingCapacity: true)
    }
    let first = stored.count
    model.tokenize(word, &space, into: &stored)
    tokens += stored[first...]
    spans.insert(word, Int32(bounds.count - 1))
    bounds.append(Int32(stored.count))
  }
}

/// The caches of one tokenizer: as many as threads have used it at once.
final class WordCachePool: Sendable {
  private let idle = Mutex<[WordCache]>([])

  func take() -> WordCache { idle.withLock { $0.popLast() } ?? WordCache() }
  func giveBack(_ cache: consuming WordCache) {
    let cache = cache
    idle.withLock { $0.append(cache) }
  }
}
