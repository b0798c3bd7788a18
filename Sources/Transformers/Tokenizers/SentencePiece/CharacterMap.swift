import Support

/// SentencePiece's compiled normalisation: a double-array trie (Darts) from byte strings to places in a pool of
/// replacements that end with a zero byte.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let pool: [UInt8]

  /// The `precompiled_charsmap`: the trie's size in bytes (32 bits, little-endian), the trie, the pool. Errors: a size
  /// that does not fit.
  init(_ blob: [UInt8], place: String) throws {
    func word(_ offset: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(blob[offset + $1]) << UInt32(8 * $1) } }
    guard blob.count >= 4, word(0) % 4 == 0, word(0) > 0, Int(word(0)) <= blob.count - 4 else {
      throw InputError(
        at: place, phrase("error.hasBrokenCharacter"), found: phrase("found.blobBytes", ["blob": blob.count]))
    }
    let size = Int(word(0))
    units = stride(from: 4, to: 4 + size, by: 4).map(word)
    pool = Array(blob[(4 + size)...])
  }

  /// The replacement of the longest, or the shortest, string of the map that stands at `start`, with its length.
  func match(_ text: UTF8Bytes, from start: Int, longest: Bool) -> (replacement: ArraySlice<UInt8>, length: Int)? {
    var found: (value: Int, length: Int)?
    var node = Self.offset(units[0])
    var position = start
    while position < text.count {
      let byte = UInt32(text[position])
      node ^= Int(byte)
      guard node < units.count, units[node] & 0x8000_00FF == byte else { break }
      let unit = units[node]
      node ^= Self.offset(unit)
      position += 1
      if unit >> 8 & 1 == 1, node < units.count {
        found = (Int(units[node] & 0x7FFF_FFFF), position - start)
        if !longest { break }
      }
    }
    guard let found, found.value <= pool.count else { return nil }
    let end = pool[found.value...].firstIndex(of: 0) ?? pool.count
    return (pool[found.value..<end], found.length)
  }

  private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 0x200) >> 6) }
}
