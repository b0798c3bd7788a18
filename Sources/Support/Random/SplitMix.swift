/// The numbers of splitmix64 (Steele, Lea & Flood 2014) by their place, so that each can be drawn without those before
/// it: `mix(seed + place · 2⁶⁴/φ)`, where each bit of what is mixed decides half of the bits of the number.
package enum SplitMix {
  /// 2⁶⁴ over the golden ratio, odd.
  static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

  package static func number(_ place: UInt64, of seed: UInt64) -> UInt64 {
    var z = seed &+ place &* step
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

/// FNV-1a over the UTF-8 bytes, then mixed (splitmix64) so that nearby ids differ in every bit.
package func stableHash(_ text: String) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
  return SplitMix.number(0, of: hash)
}
