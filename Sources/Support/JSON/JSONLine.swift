/// An object on one line, written member by member: the bytes of `JSONText.lineBytes` without the tree of values, for lines
/// that are written many times a second.
///
/// Members are added in the byte order of their keys.
package struct JSONLine {
  private var bytes: [UInt8] = []
  private var isFirst = true

  package init(capacity: Int = 1 << 14) { bytes.reserveCapacity(capacity) }

  /// The line, ended by a newline.
  ///
  /// - Parameter capacity: bytes that it is likely to take.
  package static func bytes(capacity: Int = 1 << 14, _ body: (inout JSONLine) -> Void) -> [UInt8] {
    var line = JSONLine(capacity: capacity)
    line.braced(body)
    line.bytes.append(UInt8(ascii: "\n"))
    return line.bytes
  }

  package mutating func add(_ key: String, _ value: Double) {
    begin(key)
    bytes.append(json: value)
  }

  package mutating func add(_ key: String, _ value: Int) {
    begin(key)
    bytes.append(json: value)
  }

  package mutating func add(_ key: String, _ value: String) {
    begin(key)
    bytes.append(json: value)
  }

  package mutating func add(_ key: String, _ values: [Double]) {
    list(key, values) { $0.append(json: $1) }
  }

  package mutating func add(_ key: String, _ values: some Collection<some BinaryInteger>) {
    list(key, values) { $0.append(json: Int($1)) }
  }

  package mutating func add(_ key: String, _ rows: [[Int]]) {
    list(key, rows) { bytes, row in
      bytes.append(UInt8(ascii: "["))
      for (place, value) in row.enumerated() {
        if place > 0 { bytes += ", ".utf8 }
        bytes.append(json: value)
      }
      bytes.append(UInt8(ascii: "]"))
    }
  }

  package mutating func add(_ key: String, _ values: [String]) {
    list(key, values) { $0.append(json: $1) }
  }

  /// An object of the members that `body` adds.
  package mutating func add(_ key: String, _ body: (inout JSONLine) -> Void) {
    begin(key)
    braced(body)
    isFirst = false
  }

  /// An object of one member for each of the keys, whatever their order; of several that are equal, the first.
  ///
  /// - Parameter add: adds the member of a key, whose place is given too.
  package mutating func add(_ key: String, _ keys: [String], _ add: (inout JSONLine, String, Int) -> Void) {
    self.add(key) { line in
      let order = keys.indices.sorted { keys[$0].utf8.lexicographicallyPrecedes(keys[$1].utf8) }
      for (place, index) in order.enumerated() where place == 0 || keys[index] != keys[order[place - 1]] {
        add(&line, keys[index], index)
      }
    }
  }

  private mutating func braced(_ body: (inout JSONLine) -> Void) {
    bytes.append(UInt8(ascii: "{"))
    isFirst = true
    body(&self)
    bytes.append(UInt8(ascii: "}"))
  }

  private mutating func begin(_ key: String) {
    separate(isFirst)
    isFirst = false
    bytes.append(key: key)
  }

  private mutating func list<Values: Collection>(
    _ key: String, _ values: Values, _ add: (inout [UInt8], Values.Element) -> Void
  ) {
    begin(key)
    bytes.append(UInt8(ascii: "["))
    for (place, value) in values.enumerated() {
      separate(place == 0)
      add(&bytes, value)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func separate(_ isFirst: Bool) {
    guard !isFirst else { return }
    bytes.append(UInt8(ascii: ","))
    bytes.append(UInt8(ascii: " "))
  }
}
