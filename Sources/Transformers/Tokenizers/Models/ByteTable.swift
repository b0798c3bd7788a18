/// A map from byte strings to numbers.
///
/// Keys are compared byte by byte: Swift's strings compare by canonical equivalence, and vocabularies hold both forms.
struct ByteTable: Sendable {
  private struct Entry {
    var hash: UInt64
    var offset: Int32
    var length: Int32
    var value: Int32
  }

  private var arena: [UInt8] = []
  private var entries: [Entry] = []
  /// Number of the entry + 1, 0 where free; a power of two of them, at most half of them taken.
  private var slots: [Int32]

  var count: Int { entries.count }

  init(capacity: Int = 16) {
    var size = 32
    while size < capacity * 2 { size *= 2 }
    slots = [Int32](repeating: 0, count: size)
    entries.reserveCapacity(capacity)
  }

  /// The value of a key, -1 where it has none.
  @inline(__always)
  func value(_ key: UTF8Bytes) -> Int32 { value(key, hash: Self.hash(key)) }

  func value(_ key: [UInt8]) -> Int32 { key.withUnsafeBufferPointer { value($0) } }

  func value(_ key: String) -> Int32 {
    var key = key
    return key.withUTF8 { value($0) }
  }

  func value(_ key: UTF8Bytes, hash: UInt64) -> Int32 {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let number = slots[slot]
      if number == 0 { return -1 }
      let entry = entries[Int(number) - 1]
      if entry.hash == hash, Int(entry.length) == key.count, isEqual(entry, key) { return entry.value }
      slot = (slot + 1) & mask
    }
  }

  /// Adds a key or gives it another value.
  mutating func insert(_ key: UTF8Bytes, _ value: Int32) {
    let hash = Self.hash(key)
    if entries.count * 2 >= slots.count { grow() }
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let number = Int(slots[slot]) - 1
      if entries[number].hash == hash, Int(entries[number].length) == key.count, isEqual(entries[number], key) {
        entries[number].value = value
        return
      }
      slot = (slot + 1) & mask
    }
    entries.append(Entry(hash: hash, offset: Int32(arena.count), length: Int32(key.count), value: value))
    arena.append(contentsOf: key)
    slots[slot] = Int32(entries.count)
  }

  mutating func insert(_ key: [UInt8], _ value: Int32) { key.withUnsafeBufferPointer { insert($0, value) } }

  /// The keys with their values, as they were added.
  func forEach(_ body: (UTF8Bytes, Int32) -> Void) {
    arena.withUnsafeBufferPointer { arena in
      for entry in entries {
        body(arena.slice(Int(entry.offset)..<Int(entry.offset + entry.length)), entry.value)
      }
    }
  }

  mutating func removeAll() {
    arena.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
    for index in slots.indices { slots[index] = 0 }
  }

  private mutating func grow() {
    slots = [Int32](repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for (number, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number + 1)
    }
  }

  @inline(__always)
  private func isEqual(_ entry: Entry, _ key: UTF8Bytes) -> Bool {
    arena.withUnsafeBufferPointer { arena in
      let offset = Int(entry.offset)
      for index in 0..<key.count where arena[offset + index] != key[index] { return false }
      return true
    }
  }

  /// Multiplies and folds eight bytes at a time.
  @inline(__always)
  static func hash(_ key: UTF8Bytes) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: key.count)
    let raw = UnsafeRawBufferPointer(key)
    var index = 0
    while index + 8 <= raw.count {
      hash = mixed(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    var tail: UInt64 = 0
    while index < raw.count {
      tail = tail << 8 | UInt64(raw[index])
      index += 1
    }
    return mixed(hash ^ tail)
  }

  @inline(__always)
  private static func mixed(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }
}
