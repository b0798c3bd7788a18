/// A scalar of the new text, and by how much it moves along the old one: 0 takes the place of the next old scalar, 1 is
/// inserted and shares the origin of the one before, −n takes the place of one and removes n more.
struct ScalarChange {
  var value: UInt32
  var change: Int
}

extension [AlignedScalar] {
  /// Replaces all scalars.
  mutating func transform(_ changes: [ScalarChange]) {
    var result: [AlignedScalar] = []
    result.reserveCapacity(changes.count)
    var old = 0
    let origin = first?.start ?? 0
    for change in changes {
      var scalar = AlignedScalar(value: change.value, start: origin, end: origin)
      if let source = change.change > 0 ? (old > 0 ? self[old - 1] : nil) : (old < count ? self[old] : nil) {
        scalar.start = source.start
        scalar.end = source.end
      }
      if change.change <= 0 { old = Swift.min(count, old + 1 - change.change) }
      result.append(scalar)
    }
    self = result
  }

  /// Puts scalars before the first one, whose origin they share.
  mutating func prepend(_ text: some Sequence<UInt32>) {
    guard let first else { return }
    insert(contentsOf: text.map { AlignedScalar(value: $0, start: first.start, end: first.end) }, at: 0)
  }

  /// Replaces ranges of scalars by others, which share the origin of the last scalar replaced; of the one before where
  /// the range is empty.
  mutating func replace(_ ranges: [Range<Int>], by content: [UInt32]) {
    guard !ranges.isEmpty else { return }
    var result: [AlignedScalar] = []
    result.reserveCapacity(count)
    var position = 0
    for range in ranges where range.lowerBound >= position {
      result += self[position..<range.lowerBound]
      let last = range.upperBound > 0 ? self[range.upperBound - 1] : AlignedScalar(value: 0, start: 0, end: 0)
      result += content.map { AlignedScalar(value: $0, start: last.start, end: last.end) }
      position = range.upperBound
    }
    result += self[position...]
    self = result
  }
}
