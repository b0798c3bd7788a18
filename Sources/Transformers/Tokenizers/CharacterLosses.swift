import Support

/// How many characters of some texts a tokenizer lost, white space left out.
///
/// A character is *dropped* where no token stands for it, and *unknown* where the unknown token does. An accent that is
/// taken off its letter is not counted as lost.
package struct CharacterLosses: Sendable, Hashable {
  package private(set) var characters = 0
  /// How often each character was dropped.
  package private(set) var dropped: [Unicode.Scalar: Int] = [:]
  package private(set) var unknown: [Unicode.Scalar: Int] = [:]

  package init() {}

  package mutating func add(_ other: CharacterLosses) {
    characters += other.characters
    dropped.merge(other.dropped, uniquingKeysWith: +)
    unknown.merge(other.unknown, uniquingKeysWith: +)
  }

  package var droppedCount: Int { dropped.values.reduce(0, +) }
  package var unknownCount: Int { unknown.values.reduce(0, +) }

  /// The characters that were lost most often, ties by code point.
  package static func commonest(_ counts: [Unicode.Scalar: Int], _ limit: Int) -> [Unicode.Scalar] {
    counts.sorted { ($1.value, $0.key.value) < ($0.value, $1.key.value) }.prefix(limit).map(\.key)
  }

  mutating func add(_ text: String, _ reach: TextReach) {
    var last = TextReach.State.lost
    for (scalar, state) in zip(text.unicodeScalars, reach.states) where !scalar.properties.isWhitespace {
      characters += 1
      switch state {
      case .lost where !(last != .lost && scalar.joinsTheOneBefore), .dropped: dropped[scalar, default: 0] += 1
      case .unknown: unknown[scalar, default: 0] += 1
      default: break
      }
      if !scalar.joinsTheOneBefore { last = state }
    }
  }
}

/// Characters are written by their codes, in order.
extension CharacterLosses: Codable {
  private enum Key: CodingKey { case characters, dropped, unknown }

  package init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func counts(_ key: Key) throws -> [Unicode.Scalar: Int] {
      try container.decode([[Int]].self, forKey: key).reduce(into: [:]) { counts, pair in
        guard pair.count == 2, let code = UInt32(exactly: pair[0]), let scalar = Unicode.Scalar(code) else {
          throw DecodingError.dataCorruptedError(
            forKey: key, in: container, debugDescription: phrase("characterLosses.notACharacter", ["pair": pair]))
        }
        counts[scalar] = pair[1]
      }
    }
    characters = try container.decode(Int.self, forKey: .characters)
    dropped = try counts(.dropped)
    unknown = try counts(.unknown)
  }

  package func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    func pairs(_ counts: [Unicode.Scalar: Int]) -> [[Int]] {
      counts.map { [Int($0.key.value), $0.value] }.sorted { $0[0] < $1[0] }
    }
    try container.encode(characters, forKey: .characters)
    try container.encode(pairs(dropped), forKey: .dropped)
    try container.encode(pairs(unknown), forKey: .unknown)
  }
}

/// How far each scalar of a text comes.
struct TextReach {
  enum State: UInt8 {
    /// Not to the model: the normalizer or the split leaves it out.
    case lost
    case read
    /// To the model, which has no token for it.
    case dropped
    case unknown
  }

  private(set) var states: [State]

  init(count: Int) { states = [State](repeating: .lost, count: count) }

  /// Marks the scalars that a range of bytes came from.
  mutating func mark(_ range: Range<Int>, of text: AlignedText, _ index: ScalarIndex, _ state: State) {
    func mark(_ scalars: Range<Int>) {
      for scalar in scalars.clamped(to: states.indices) where state.rawValue > states[scalar].rawValue {
        states[scalar] = state
      }
    }
    guard text.spans != nil else { return mark(text.originalScalars(range, index)) }
    for byte in range { mark(text.originalScalars(byte..<(byte + 1), index)) }
  }
}

extension Unicode.Scalar {
  /// A mark or a conjoining vowel, which becomes one with the letter before it.
  fileprivate var joinsTheOneBefore: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: (0x1160...0x11FF).contains(value)
    }
  }
}
