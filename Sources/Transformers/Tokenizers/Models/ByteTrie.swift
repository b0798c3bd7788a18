/// Byte strings by their prefixes: all of them that a text begins with are found in one walk.
struct ByteTrie: Sendable {
  /// `node << 8 | byte` of each edge, with the node that it leads to; −1 where free.
  private var keys: [Int64]
  private var targets: [Int32]
  /// The value of the string that ends at a node, −1 where none does.
  private var values: [Int32] = [-1]
  private var edges = 0

  init(capacity: Int) {
    var size = 64
    while size < capacity * 8 { size *= 2 }
    keys = [Int64](repeating: -1, count: size)
    targets = [Int32](repeating: -1, count: size)
  }

  mutating func insert(_ text: [UInt8], _ value: Int32) {
    var node: Int32 = 0
    for byte in text {
      let key = Int64(node) << 8 | Int64(byte)
      var slot = slot(of: key)
      if keys[slot] < 0 {
        if edges * 2 >= keys.count {
          grow()
          slot = self.slot(of: key)
        }
        keys[slot] = key
        targets[slot] = Int32(values.count)
        values.append(-1)
        edges += 1
      }
      node = targets[slot]
    }
    values[Int(node)] = value
  }

  /// Calls `body` with the end and the value of every string that stands at `start`, the shortest first.
  @inline(__always)
  func forEachPrefix(of text: UTF8Bytes, from start: Int, _ body: (Int, Int32) -> Void) {
    var node: Int32 = 0
    var position = start
    while position < text.count {
      let slot = slot(of: Int64(node) << 8 | Int64(text[position]))
      guard keys[slot] >= 0 else { return }
      node = targets[slot]
      position += 1
      if values[Int(node)] >= 0 { body(position, values[Int(node)]) }
    }
  }

  @inline(__always)
  private func slot(of key: Int64) -> Int {
    let mask = keys.count - 1
    let hash = UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(truncatingIfNeeded: hash >> 32) & mask
    while keys[slot] >= 0, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = zip(keys, targets).filter { $0.0 >= 0 }
    keys = [Int64](repeating: -1, count: keys.count * 2)
    targets = [Int32](repeating: -1, count: keys.count)
    for (key, target) in old {
      let slot = slot(of: key)
      keys[slot] = key
      targets[slot] = target
    }
  }
}
