/// The merges of a byte-pair encoding: two neighbouring tokens, the rank of their merge and the token they become.
struct MergeTable: Sendable {
  struct Merge {
    var rank: UInt32
    var joined: Int32
  }

  private var keys: [UInt64]
  private var merges: [Merge]
  private var count = 0

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    keys = [UInt64](repeating: .max, count: size)
    merges = [Merge](repeating: Merge(rank: 0, joined: 0), count: size)
  }

  /// Adds a merge; of two of the same pair the later one holds.
  mutating func insert(left: Int32, right: Int32, rank: UInt32, joined: Int32) {
    let key = Self.key(left, right)
    let slot = slot(of: key)
    keys[slot] = key
    merges[slot] = Merge(rank: rank, joined: joined)
  }

  @inline(__always)
  func merge(_ left: Int32, _ right: Int32) -> Merge? {
    let key = Self.key(left, right)
    let slot = slot(of: key)
    return keys[slot] == key ? merges[slot] : nil
  }

  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    let mask = keys.count - 1
    let hash = key &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(truncatingIfNeeded: hash >> 32 ^ hash) & mask
    while keys[slot] != .max, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }
}

/// Where a word is merged: a linked list of symbols, and a heap of the merges that are possible.
///
/// A word of n symbols takes n·log n steps.
struct MergeSpace: Sendable {
  struct Symbol {
    var id: Int32
    /// Bytes of the word that it covers; 0 once it was joined to the one before.
    var length: Int32
    var previous: Int32
    var next: Int32
  }

  var symbols: [Symbol] = []
  /// Rank and position of possible merges, the least on top; one whose symbols have changed is stale.
  private var heap: [UInt64] = []

  mutating func append(_ id: Int32, length: Int32) {
    let number = Int32(symbols.count)
    if number > 0 { symbols[Int(number) - 1].next = number }
    symbols.append(Symbol(id: id, length: length, previous: number - 1, next: -1))
  }

  /// Joins symbols until no merge is left; of equal ranks the leftmost goes first.
  mutating func merge(_ merges: MergeTable) {
    guard symbols.count > 1 else { return }
    heap.removeAll(keepingCapacity: true)
    for position in 0..<(symbols.count - 1) { offer(Int32(position), merges) }
    while let top = popLeast() {
      let position = Int(top & 0xFFFF_FFFF)
      let symbol = symbols[position]
      guard symbol.length > 0, symbol.next >= 0 else { continue }
      let right = symbols[Int(symbol.next)]
      guard let merge = merges.merge(symbol.id, right.id), UInt64(merge.rank) == top >> 32 else { continue }
      symbols[Int(symbol.next)].length = 0
      symbols[position] = Symbol(
        id: merge.joined, length: symbol.length + right.length, previous: symbol.previous, next: right.next)
      if right.next >= 0 { symbols[Int(right.next)].previous = Int32(position) }
      if symbol.previous >= 0 { offer(symbol.previous, merges) }
      offer(Int32(position), merges)
    }
  }

  /// Puts the merge of a symbol with the next one on the heap, if there is one.
  @inline(__always)
  private mutating func offer(_ position: Int32, _ merges: MergeTable) {
    let symbol = symbols[Int(position)]
    guard symbol.next >= 0, let merge = merges.merge(symbol.id, symbols[Int(symbol.next)].id) else { return }
    heap.append(UInt64(merge.rank) << 32 | UInt64(UInt32(bitPattern: position)))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child] < heap[parent] else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func popLeast() -> UInt64? {
    guard let least = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return least }
    heap[0] = last
    var parent = 0
    while true {
      var child = parent * 2 + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < heap[parent] else { break }
      heap.swapAt(child, parent)
      parent = child
    }
    return least
  }
}
