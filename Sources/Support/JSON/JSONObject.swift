/// The members of a JSON object in their order, each key once. Keys are compared byte by byte: a vocabulary has both `é`
/// and `e` + `◌́`, which a `Dictionary<String, …>` takes for one.
package struct JSONObject: Sendable {
  package typealias Member = (key: String, value: JSON)

  package private(set) var members: [Member]

  /// No members.
  package init() { members = [] }

  /// Of equal keys the last one's value counts, in the place of the first, as in Python and JavaScript.
  package init(_ members: [Member]) {
    let repeated = Self.repeated(members)
    self.members = repeated.isEmpty ? members : Self.merged(members, repeated)
  }

  /// Members without an order of their own, in that of their keys' bytes.
  package init(sorting members: [String: JSON]) {
    self.members = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
  }

  /// - Parameter members: no two of one key.
  init(unique members: [Member]) { self.members = members }

  package subscript(key: String) -> JSON? {
    get { index(of: key).map { members[$0].value } }
    set {
      switch (index(of: key), newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append((key, value))
      case (nil, nil): break
      }
    }
  }

  /// With the members of another, whose values take the place of those that are there.
  package func merging(_ other: JSONObject) -> JSONObject { JSONObject(members + other.members) }

  package var keys: [String] { members.map(\.key) }

  private func index(of key: String) -> Int? {
    members.firstIndex { $0.key == key && $0.key.utf8.elementsEqual(key.utf8) }
  }

  /// Members whose key an earlier one has already: where they stand, and where the first of that key does.
  static func repeated(_ members: [Member]) -> [(place: Int, first: Int)] {
    var repeated: [(place: Int, first: Int)] = []
    if members.count <= 16 {
      for place in members.indices.dropFirst() {
        let key = members[place].key
        let first = members[..<place].firstIndex { $0.key == key && $0.key.utf8.elementsEqual(key.utf8) }
        if let first { repeated.append((place, first)) }
      }
      return repeated
    }
    var places: [Bytes: Int] = [:]
    places.reserveCapacity(members.count)
    for (place, member) in members.enumerated() {
      if let first = places[Bytes(text: member.key)] {
        repeated.append((place, first))
      } else {
        places[Bytes(text: member.key)] = place
      }
    }
    return repeated
  }

  /// Without the repeated members, the first ones with the values of the last.
  static func merged(_ members: [Member], _ repeated: [(place: Int, first: Int)]) -> [Member] {
    var merged = members
    for (place, first) in repeated { merged[first].value = members[place].value }
    let dropped = Set(repeated.map(\.place))
    return merged.indices.filter { !dropped.contains($0) }.map { merged[$0] }
  }
}

/// A text that is equal to another only byte by byte.
private struct Bytes: Hashable {
  let text: String

  static func == (a: Bytes, b: Bytes) -> Bool { a.text == b.text && a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension JSONObject: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { members.count }
  package subscript(position: Int) -> Member { members[position] }
}

extension JSONObject: Hashable {
  package static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.count == b.count && zip(a.members, b.members).allSatisfy { $0.key == $1.key && $0.value == $1.value }
  }

  package func hash(into hasher: inout Hasher) {
    for member in members {
      hasher.combine(member.key)
      hasher.combine(member.value)
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral members: (String, JSON)...) { self.init(members.map { (key: $0.0, value: $0.1) }) }
}
