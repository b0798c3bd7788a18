import Support

/// The tokens of a model and their ids, both ways.
struct Vocabulary: Sendable {
  private var ids: ByteTable
  /// By id; nil where no token has it.
  private(set) var tokens: [String?]

  init() {
    ids = ByteTable()
    tokens = []
  }

  /// Tokens with their ids, in any order. Errors: an id that is beyond 16 million, or taken.
  init(_ entries: [(token: String, id: Int32)], place: String) throws {
    ids = ByteTable(capacity: entries.count)
    tokens = []
    tokens.reserveCapacity(entries.count)
    for entry in entries {
      if entry.id < Int32(tokens.count), let other = tokens[Int(entry.id)], !other.utf8.elementsEqual(entry.token.utf8)
      {
        throw InputError(
          at: place, phrase("error.givesTwoTokens", ["entry": entry.id]), found: "\"\(other)\" and \"\(entry.token)\"")
      }
      try add(entry.token, entry.id, place: place)
    }
  }

  mutating func add(_ token: String, _ id: Int32, place: String) throws {
    guard (0..<16_000_000).contains(id) else {
      throw InputError(at: place, phrase("error.hasIdOut", ["token": token]), found: "\(id)")
    }
    while tokens.count <= Int(id) { tokens.append(nil) }
    tokens[Int(id)] = token
    var token = token
    token.withUTF8 { ids.insert($0, id) }
  }

  /// One more than the largest id.
  var count: Int { tokens.count }

  func id(_ token: UTF8Bytes) -> Int32? {
    let id = ids.value(token)
    return id < 0 ? nil : id
  }

  func id(_ token: [UInt8]) -> Int32? { token.withUnsafeBufferPointer { id($0) } }

  func id(_ token: String) -> Int32? {
    var token = token
    return token.withUTF8 { id($0) }
  }

  func token(_ id: Int32) -> String? { tokens.indices.contains(Int(id)) ? tokens[Int(id)] : nil }
}
