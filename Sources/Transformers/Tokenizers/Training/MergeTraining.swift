/// Learns which pairs of symbols to join, the most frequent first (Sennrich 2016), as the `tokenizers` library does; of
/// pairs that are equally frequent the one with the smaller ids goes first.
struct MergeTraining {
  private struct Pair: Hashable, Comparable {
    var left: Int32
    var right: Int32

    static func < (one: Pair, other: Pair) -> Bool {
      (one.left, one.right) < (other.left, other.right)
    }
  }

  private struct Candidate {
    var count: Int
    var pair: Pair

    func precedes(_ other: Candidate) -> Bool {
      count == other.count ? pair < other.pair : count > other.count
    }
  }

  /// Spellings by id.
  private(set) var symbols: [[UInt8]]
  private(set) var merges: [(left: Int32, right: Int32)] = []
  private var ids: [[UInt8]: Int32]
  private var words: [[Int32]]
  private let wordCounts: [Int]
  private var counts: [Pair: Int] = [:]
  /// Words that may hold a pair.
  private var places: [Pair: Set<Int32>] = [:]
  private var heap: [Candidate] = []
  /// What stands before a symbol inside a word and is left out where it is joined to one before it.
  private let continuation: [UInt8]

  /// - Parameters:
  ///   - symbols: those that are there already, by id.
  ///   - words: each with how often it occurs, as ids of symbols.
  init(symbols: [[UInt8]], words: [(symbols: [Int32], count: Int)], continuation: [UInt8] = []) {
    self.symbols = symbols
    self.continuation = continuation
    ids = Dictionary(symbols.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    self.words = words.map(\.symbols)
    wordCounts = words.map(\.count)
    for (index, word) in self.words.enumerated() {
      for (left, right) in zip(word, word.dropFirst()) {
        let pair = Pair(left: left, right: right)
        counts[pair, default: 0] += wordCounts[index]
        places[pair, default: []].insert(Int32(index))
      }
    }
    heap = counts.map { Candidate(count: $1, pair: $0) }.sorted { $0.precedes($1) }
  }

  /// Joins until there are `size` symbols, or no pair occurs at least `least` times.
  mutating func run(size: Int, least: Int) {
    while symbols.count < size, let top = pop() {
      let count = counts[top.pair] ?? 0
      guard count == top.count else {
        if count > 0 { push(Candidate(count: count, pair: top.pair)) }
        continue
      }
      guard count >= max(1, least) else { return }
      join(top.pair)
    }
  }

  private mutating func join(_ pair: Pair) {
    let right = symbols[Int(pair.right)]
    let spelling =
      symbols[Int(pair.left)]
      + (!continuation.isEmpty && right.starts(with: continuation)
        ? Array(right.dropFirst(continuation.count)) : right)
    let joined: Int32
    if let known = ids[spelling] {
      joined = known
    } else {
      joined = Int32(symbols.count)
      symbols.append(spelling)
      ids[spelling] = joined
    }
    merges.append((pair.left, pair.right))
    var changed: Set<Pair> = []
    for index in (places.removeValue(forKey: pair) ?? []).sorted() {
      let word = words[Int(index)], count = wordCounts[Int(index)]
      var next: [Int32] = []
      next.reserveCapacity(word.count)
      var position = 0
      while position < word.count {
        if position + 1 < word.count, word[position] == pair.left, word[position + 1] == pair.right {
          next.append(joined)
          position += 2
        } else {
          next.append(word[position])
          position += 1
        }
      }
      guard next.count < word.count else { continue }
      for (left, right) in zip(word, word.dropFirst()) { counts[Pair(left: left, right: right), default: 0] -= count }
      for (left, right) in zip(next, next.dropFirst()) {
        let pair = Pair(left: left, right: right)
        counts[pair, default: 0] += count
        if left == joined || right == joined {
          places[pair, default: []].insert(index)
          changed.insert(pair)
        }
      }
      words[Int(index)] = next
    }
    counts[pair] = nil
    for pair in changed.sorted() {
      if let count = counts[pair], count > 0 { push(Candidate(count: count, pair: pair)) }
    }
  }

  private mutating func push(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() -> Candidate? {
    guard let top = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return top }
    heap[0] = last
    var parent = 0
    while true {
      var best = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[best]) {
        best = child
      }
      guard best != parent else { return top }
      heap.swapAt(parent, best)
      parent = best
    }
  }
}
